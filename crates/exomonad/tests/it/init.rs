//! `init` and the session that it makes, where there is no multiplexer.

use exomonad_testkit::process::{End, Output};
use exomonad_testkit::project::Project;
use serde_json::Value;

use crate::support::exomonad;

/// A lead that says who it is and what it was given, and goes on until it is ended.
const LEAD: &str = r#"
case "$1" in --version) echo '2.1.329 (Claude Code)'; exit;; esac
echo "LEAD $EXOMONAD_AGENT $SECRET $*"
while read -r line; do :; done
"#;

/// A project whose lead is ended with it.
struct Place(Project);

impl Drop for Place {
    fn drop(&mut self) {
        drop(exomonad(&self.0, &["stop", "root"]).output());
    }
}

impl Place {
    fn new() -> Self {
        let project = Project::new();
        project.install_script("claude", LEAD);
        Self(project)
    }

    fn init(&self, arguments: &[&str]) -> Output {
        let arguments = [&["init", "--harness", "claude", "--mux", "headless"], arguments].concat();
        exomonad(&self.0, &arguments).env("SECRET", "of-my-shell").output()
    }

    fn root(&self) -> Value {
        let output = exomonad(&self.0, &["ps", "--json"]).output().require_success();
        let report: Value = serde_json::from_str(&output.stdout).unwrap();
        report["agents"][0].clone()
    }
}

/// The end of what was said: what is about the session.
fn told(output: &Output) -> String {
    let lines: Vec<_> = output.stderr.lines().rev().take(4).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}

#[test]
fn init_starts_the_lead_in_the_users_environment_and_again_changes_nothing() {
    let place = Place::new();
    let output = place.init(&[]).require_success();
    assert_eq!(
        told(&output),
        "✓ headless session `project` is made\n✓ the lead is at work\n\
         ○ not attached: there is no terminal here\n↳ go there: `exomonad attach`; see who is there: `exomonad tree`"
    );
    let root = place.root();
    assert_eq!((&root["state"], &root["terminal"]["mux"]), (&"running".into(), &"headless".into()));
    let screen = || exomonad(&place.0, &["screen", "root"]).output().require_success().stdout;
    let shown = std::iter::repeat_with(screen).take(2000).find(|screen| screen.contains("LEAD"));
    assert!(shown.unwrap().starts_with("LEAD root of-my-shell"));
    let left = std::fs::read_dir(place.0.dir().join(".exomonad/agents/root")).unwrap();
    let left: Vec<_> = left.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(!left.contains(&"environment.json".to_owned()), "it was read once: {left:?}");

    let again = place.init(&["--no-attach"]).require_success();
    assert!(again.stderr.contains("○ headless session `project` runs already\n↳ go there"), "{again}");
    assert_eq!(place.root()["pid"], root["pid"]);
}

#[test]
fn a_dry_run_says_what_would_become_of_the_session() {
    let place = Place::new();
    let output = place.init(&["--dry-run"]).require_success();
    assert_eq!(output.stderr, "◎ headless session `project` would be made, with the lead in it\n");
    assert!(!place.0.has(".exomonad"));
    drop(place.init(&[]).require_success());
    let output = place.init(&["--dry-run"]).require_success();
    assert!(output.stderr.contains("◎ headless session `project` would stay as it is"), "{output}");
}

#[test]
fn a_lead_that_was_stopped_is_started_again() {
    let place = Place::new();
    drop(place.init(&[]).require_success());
    let before = place.root();
    let output = exomonad(&place.0, &["stop", "root", "--json"]).output().require_success();
    let report: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(report["agents"][0]["stopped"], true);
    assert_eq!(place.root()["state"], "stopped");
    let output = place.init(&[]).require_success();
    assert!(output.stderr.contains("✓ the lead is at work"), "{output}");
    assert_eq!(place.root()["state"], "running");
    assert_ne!(place.root()["pid"], before["pid"]);
}

#[test]
fn a_lead_that_cannot_be_started_makes_init_fail_with_the_reason() {
    let place = Place::new();
    place.0.write_home(".config/exomonad/config.toml", "[roles.tl]\nharness = \"nothing\"\n");
    let output = place.init(&[]);
    assert_eq!(output.end, End::Code(1), "{output}");
    let why = "✗ the lead could not be started: nothing says how to start the harness `nothing`\n";
    assert!(output.stderr.contains(why), "{output}");
    assert_eq!(place.root()["state"], "failed");
}

#[test]
fn what_starts_nothing_takes_no_word_about_a_session() {
    let place = Place::new();
    for flag in [&["--session", "x"][..], &["--recreate"], &["--no-attach"], &["--shell"], &["--yes"]] {
        let arguments = [&["init", "--hooks-only"], flag].concat();
        assert_eq!(exomonad(&place.0, &arguments).output().end, End::Code(2), "{flag:?}");
    }
    assert!(!place.0.has(".exomonad"));
}

#[test]
fn an_unknown_multiplexer_is_answered_with_the_known_ones() {
    let place = Place::new();
    let output = exomonad(&place.0, &["init", "--mux", "screen"]).output();
    assert_eq!(output.end, End::Code(2));
    assert!(output.stderr.contains("expected one of: auto, zellij, tmux, headless"), "{output}");
}
