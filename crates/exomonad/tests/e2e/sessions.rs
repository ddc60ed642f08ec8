//! `init`, `attach` and `stop` in a real tmux and a real zellij, with a script in the lead's place.

use std::thread;
use std::time::Duration;

use camino::Utf8PathBuf;
use exomonad_testkit::process::{End, Output, Run};
use exomonad_testkit::project::Project;
use serde_json::Value;

/// A lead that says who it is, and ends when it is told.
const LEAD: &str = r#"
case "$1" in --version) echo '2.1.329 (Claude Code)'; exit;; esac
echo "LEAD $EXOMONAD_AGENT in $PWD with $MARK"
while read -r line; do
    [ "$line" = quit ] && exit 3
    echo "heard $line"
done
"#;

/// A project with a tmux server of its own.
struct Place {
    project: Project,
}

impl Drop for Place {
    fn drop(&mut self) {
        // Their launchers end all that they started.
        drop(self.tmux(&["kill-server"]));
        drop(self.outer(&["kill-server"]));
    }
}

impl Place {
    fn new() -> Self {
        let project = Project::new();
        project.install_script("claude", LEAD);
        Self { project }
    }

    fn exomonad(&self, arguments: &[&str]) -> Run {
        self.project.run(env!("CARGO_BIN_EXE_exomonad")).args(arguments)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.exomonad(arguments).output()
    }

    /// `init` with what every test wants.
    fn init(&self, arguments: &[&str]) -> Output {
        let arguments = [&["init", "--harness", "claude", "--mux", "tmux"], arguments].concat();
        self.exomonad(&arguments).env("MARK", "the-users-own").output()
    }

    /// The user's own server.
    fn tmux(&self, arguments: &[&str]) -> Output {
        self.project.run("tmux").args(["-f", "/dev/null"]).args(arguments).output()
    }

    /// A server that has nothing to do with the project: it is the user's terminal.
    fn outer(&self, arguments: &[&str]) -> Output {
        let socket = self.project.temp().join("outer");
        self.project.run("tmux").args(["-S", socket.as_str(), "-f", "/dev/null"]).args(arguments).output()
    }

    fn windows(&self) -> usize {
        self.tmux(&["list-windows", "-a"]).require_success().stdout.lines().count()
    }

    fn root(&self) -> Value {
        let output = self.run(&["ps", "--json"]).require_success();
        let report: Value = serde_json::from_str(&output.stdout).expect("ps prints JSON");
        report["agents"][0].clone()
    }

    /// Looks until something is so.
    fn wait_for(&self, what: &str, mut is_so: impl FnMut() -> Result<(), String>) {
        let mut last = String::new();
        for _ in 0..600 {
            match is_so() {
                Ok(()) => return,
                Err(found) => last = found,
            }
            thread::park_timeout(Duration::from_millis(50));
        }
        panic!("{what} did not come to be in `{}`: {last}", self.project.dir());
    }

    fn wait_for_text(&self, text: &str, look: impl Fn() -> Output) {
        self.wait_for(text, || {
            let output = look();
            if output.stdout.contains(text) { Ok(()) } else { Err(output.to_string()) }
        });
    }
}

fn says(output: &Output, text: &str) {
    assert!(output.stderr.contains(text), "{text}: {output}");
}

#[test]
fn init_makes_the_session_with_the_lead_and_again_changes_nothing() {
    let place = Place::new();
    let output = place.init(&[]).require_success();
    says(&output, "✓ tmux session `project` is made\n✓ the lead is at work\n");
    says(&output, "○ not attached: there is no terminal here\n↳ go there: `exomonad attach`");
    let root = place.root();
    assert_eq!((&root["state"], &root["terminal"]["session"]), (&"running".into(), &"project".into()));
    let greeting = format!("LEAD root in {} with the-users-own", place.project.dir());
    place.wait_for_text(&greeting, || place.run(&["screen", "root"]));

    let again = place.init(&[]).require_success();
    says(&again, "○ tmux session `project` runs already\n");
    assert_eq!(place.root()["pid"], root["pid"]);
    assert_eq!(place.windows(), 1);
}

#[test]
fn init_brings_back_a_lead_that_is_gone() {
    let place = Place::new();
    drop(place.init(&[]).require_success());
    drop(place.tmux(&["new-window", "-d", "-t", "=project:", "sleep", "600"]).require_success());
    drop(place.run(&["stop", "root"]).require_success());
    assert_eq!((place.root()["state"].clone(), place.windows()), ("stopped".into(), 1));
    let output = place.init(&["--no-attach"]).require_success();
    says(&output, "✓ the lead has a new tab in tmux session `project`\n✓ the lead is at work\n");
    assert_eq!((place.root()["state"].clone(), place.windows()), ("running".into(), 2));
}

#[test]
fn init_makes_a_session_that_ended_anew() {
    let place = Place::new();
    drop(place.init(&[]).require_success());
    drop(place.tmux(&["kill-server"]).require_success());
    place.wait_for("the lead's end", || {
        let state = place.root()["state"].clone();
        if state == "stopped" { Ok(()) } else { Err(state.to_string()) }
    });
    let output = place.run(&["attach"]);
    says(&output, "error: there is no tmux session `project`\n\nhint: make it with `exomonad init`\n");
    says(&place.init(&[]).require_success(), "✓ tmux session `project` is made\n✓ the lead is at work\n");
}

#[test]
fn a_session_that_runs_is_ended_only_when_its_user_says_so() {
    let place = Place::new();
    drop(place.init(&[]).require_success());
    let pid = place.root()["pid"].clone();
    let output = place.init(&["--recreate"]);
    assert_eq!(output.end, End::Code(1));
    says(&output, "these agents run in it: `root`");
    says(&output, "hint: say so with `--yes`");
    assert_eq!(place.root()["pid"], pid, "nothing was done");
    says(&place.init(&["--recreate", "--dry-run"]), "◎ the session that runs would end with `root`");

    let output = place.init(&["--recreate", "--yes", "--session", "other"]).require_success();
    says(&output, "✓ tmux session `other` is made anew\n✓ the lead is at work\n");
    assert_ne!(place.root()["pid"], pid);
    let sessions = place.tmux(&["list-sessions", "-F", "#{session_name}"]).require_success();
    assert_eq!(sessions.stdout, "other\n");
    let log = place.run(&["log", "root"]).require_success().stdout;
    assert_eq!(log.matches("agent.started").count(), 2, "{log}");
    assert_eq!(log.matches("agent.exited").count(), 1, "{log}");
}

#[test]
fn a_second_session_beside_one_that_runs_is_refused() {
    let place = Place::new();
    drop(place.init(&[]).require_success());
    let output = place.init(&["--session", "other"]);
    assert_eq!(output.end, End::Code(1));
    says(&output, "error: this project's session is `project` of tmux, and it runs\n");
    assert_eq!(place.windows(), 1);
}

#[test]
fn a_session_of_somebody_elses_is_left_alone_and_so_is_everything_else() {
    let place = Place::new();
    drop(place.tmux(&["new-session", "-d", "-s", "project", "sleep", "600"]).require_success());
    for arguments in [&[][..], &["--recreate", "--yes"]] {
        let output = place.init(arguments);
        assert_eq!(output.end, End::Code(1));
        says(
            &output,
            "error: the tmux session `project` runs, and nothing shows that it is this project's\n",
        );
        says(&output, "hint: choose another name with `exomonad init --session NAME`\n");
        assert!(!place.project.has(".exomonad") && !place.project.has(".claude"));
    }
    says(&place.init(&["--session", "mine"]).require_success(), "✓ tmux session `mine` is made\n");
    assert_eq!(place.windows(), 2);
}

#[test]
fn a_lead_that_cannot_be_started_is_said_to_be_so() {
    let place = Place::new();
    place.project.write_home(".config/exomonad/config.toml", "[roles.tl]\nharness = \"nothing\"\n");
    let output = place.init(&["--no-attach"]);
    assert_eq!(output.end, End::Code(1), "{output}");
    says(&output, "✗ the lead could not be started: nothing says how to start the harness `nothing`\n");
    place.wait_for_text("nothing says how to start", || place.run(&["screen", "root"]));
}

#[test]
fn the_leads_tab_can_be_a_shell() {
    let place = Place::new();
    let output = place.init(&["--shell"]).require_success();
    assert!(!output.stderr.contains("the lead is at work"), "{output}");
    assert_eq!(place.root()["state"], "stopped");
    let command = place.tmux(&["list-panes", "-a", "-F", "#{pane_current_command}"]).require_success();
    assert_eq!(command.stdout, "bash\n");
    says(&place.init(&[]).require_success(), "○ tmux session `project` runs already\n");
}

/// A zellij that is ended with its project.
struct Zellij(Place);

impl Drop for Zellij {
    fn drop(&mut self) {
        drop(self.run(&["delete-session", "--force", "project"]));
    }
}

impl Zellij {
    fn new() -> Self {
        let place = Place::new();
        if let Ok(zellij) = std::env::var("EXOMONAD_E2E_ZELLIJ") {
            let link = place.project.bin().join("zellij");
            std::os::unix::fs::symlink(zellij, link).expect("put zellij into PATH");
        }
        Self(place)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.0.project.run("zellij").args(arguments).output()
    }

    fn init(&self) -> Output {
        self.0.run(&["init", "--harness", "claude", "--mux", "zellij", "--session", "project"])
    }
}

#[test]
fn a_zellij_session_is_made_kept_and_made_anew_when_zellij_only_remembers_it() {
    let zellij = Zellij::new();
    says(&zellij.init().require_success(), "✓ zellij session `project` is made\n✓ the lead is at work\n");
    zellij.0.wait_for_text("LEAD root in", || zellij.0.run(&["screen", "root"]));
    let pid = zellij.0.root()["pid"].clone();
    says(&zellij.init().require_success(), "○ zellij session `project` runs already\n");
    assert_eq!(zellij.0.root()["pid"], pid);

    drop(zellij.run(&["kill-session", "project"]).require_success());
    zellij.0.wait_for("the lead's end", || {
        let state = zellij.0.root()["state"].clone();
        if state == "stopped" { Ok(()) } else { Err(state.to_string()) }
    });
    says(&zellij.init().require_success(), "✓ zellij session `project` is made\n✓ the lead is at work\n");
}

#[test]
fn attach_goes_to_the_agent_and_never_puts_one_multiplexer_into_another() {
    let place = Place::new();
    drop(place.init(&[]).require_success());
    drop(place.tmux(&["new-window", "-t", "=project:", "sleep", "600"]).require_success());
    let exe = Utf8PathBuf::from(env!("CARGO_BIN_EXE_exomonad"));
    let size = ["new-session", "-d", "-x", "100", "-y", "30"];
    let screen = || place.outer(&["capture-pane", "-p"]);

    let inside = format!("{exe} attach root; exec cat");
    drop(place.outer(&[&size[..], &[&inside]].concat()).require_success());
    place.wait_for_text(
        "this terminal is inside tmux, where tmux session `project` would be one in the",
        screen,
    );
    drop(place.outer(&["kill-server"]).require_success());

    let outside = format!("unset TMUX TMUX_PANE; {exe} attach root");
    place.wait_for("a new terminal", || {
        let output = place.outer(&[&size[..], &[&outside]].concat());
        if output.end == End::Code(0) { Ok(()) } else { Err(output.to_string()) }
    });
    place.wait_for_text("LEAD root in", screen);
    drop(place.outer(&["send-keys", "hello", "Enter"]).require_success());
    place.wait_for_text("heard hello", screen);
}

#[test]
fn init_inside_the_same_tmux_switches_to_the_session() {
    let place = Place::new();
    drop(place.tmux(&["new-session", "-d", "-s", "mine", "-x", "100", "-y", "30"]).require_success());
    let attach = "unset TMUX TMUX_PANE; tmux attach -t =mine";
    drop(place.outer(&["new-session", "-d", "-x", "100", "-y", "30", attach]).require_success());
    place.wait_for_text("mine", || place.tmux(&["list-clients", "-F", "#{session_name}"]));
    // The shell reads the profile of its user, which sets PATH anew.
    let line = format!(
        "PATH={}:$PATH {} init --harness claude",
        place.project.bin(),
        env!("CARGO_BIN_EXE_exomonad")
    );
    drop(place.tmux(&["send-keys", "-t", "=mine:", &line, "Enter"]).require_success());
    place.wait_for_text("LEAD root in", || place.outer(&["capture-pane", "-p"]));
    let clients = place.tmux(&["list-clients", "-F", "#{session_name}"]).require_success();
    assert_eq!(clients.stdout, "project\n", "one client, which went over");
}
