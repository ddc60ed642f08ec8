//! A whole tree, with the real coding agents in real terminals: a lead spawns, its children work, and nothing of them is left
//! but their branches.

use std::thread;
use std::time::{Duration, Instant};

use camino::Utf8Path;
use exomonad_host::agent::AgentName;
use exomonad_host::mux::{Key, Multiplexer, Pane, Sanitized, open};
use exomonad_host::store::{Mode, Store};
use exomonad_host::surroundings::Surroundings;
use exomonad_testkit::{Cast, Client, FakeModel, Project, Run, Script, Turn};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::agent::{installed, real_claude, real_codex, real_gemini};

/// The built program.
const EXOMONAD: &str = env!("CARGO_BIN_EXE_exomonad");

/// Real agents start in seconds; a loaded machine takes many times that.
const LIMIT: Duration = Duration::from_secs(180);

/// What tells the model who asks.
const LEAD: &str = "THE-LEADS-CONVERSATION";
const FIRST: &str = "THE-FIRST-PART";
const SECOND: &str = "THE-SECOND-PART";
const THIRD: &str = "THE-THIRD-PART";

#[test]
fn a_tree_lives_and_leaves_in_tmux() {
    let stage = Stage::set("tmux");
    stage.live();
    stage.leave();
}

#[test]
fn a_tree_lives_and_leaves_in_zellij() {
    let stage = Stage::set("zellij");
    stage.live();
    stage.leave();
}

#[test]
fn a_killed_launcher_is_noticed_and_nothing_of_it_is_left() {
    let stage = Stage::set("tmux");
    stage.live();
    for (name, is_launcher) in [("one", true), ("two", false)] {
        let run = stage.store().latest_run(&agent(name)).expect("read the run").expect("it ran");
        let process = if is_launcher { run.launcher } else { run.harness.expect("its harness ran") };
        let pid = i32::try_from(process.pid).ok().and_then(Pid::from_raw).expect("a pid");
        kill_process(pid, Signal::KILL).expect("kill it");
    }
    drop(stage.exomonad(&["repair"]).output());
    stage.wait("both are seen to have ended", || {
        stage.state("one") == "stopped" && stage.state("two") == "stopped"
    });
    for name in ["one", "two"] {
        stage.wait("no process is left", || stage.processes(name).is_empty());
    }
    drop(stage.exomonad(&["repair"]).output().require_success());
    assert!(stage.project.has(".exomonad/worktrees/one/README.md"), "the workspace is still there");
    stage.leave();
}

/// A project in a session of its own.
struct Stage {
    project: Project,
    model: FakeModel,
    variables: Vec<(String, String)>,
}

impl Stage {
    /// Sets the project up, and starts its lead.
    fn set(mux: &str) -> Self {
        let project = Project::new();
        let (claude, gemini, codex) = (real_claude(), real_gemini(), real_codex());
        claude.prepare(&project);
        gemini.prepare(&project);
        codex.prepare(&project);
        project.install("exomonad", Utf8Path::new(EXOMONAD));
        if mux == "zellij" {
            project.install("zellij", &installed("EXOMONAD_E2E_ZELLIJ"));
        }
        project
            .write_home(".config/zellij/config.kdl", "show_startup_tips false\nshow_release_notes false\n");
        let model = FakeModel::start_cast(cast());
        let runtime = project.temp().join("run");
        std::fs::create_dir(&runtime).expect("make a directory for sockets");
        let own = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut variables = vec![
            own("TMUX_TMPDIR", runtime.as_str()),
            own("ZELLIJ_SOCKET_DIR", runtime.as_str()),
            own("XDG_RUNTIME_DIR", runtime.as_str()),
        ];
        let clients = [claude.environment(&model), gemini.environment(&model), codex.environment(&model)];
        variables.extend(clients.into_iter().flatten().map(|(name, value)| (name.to_owned(), value)));
        let stage = Self { project, model, variables };
        drop(stage.exomonad(&["init", "--hooks-only"]).output().require_success());
        stage.project.git(["add", ".exomonad/config.toml"]);
        stage.project.git(["commit", "--quiet", "--message=configuration"]);
        let quiet = "\n[harness.quiet]\ncommand = [\"sleep\", \"1000\"]\n";
        stage.project.write(".exomonad/config.local.toml", quiet);
        let session = ["init", "--mux", mux, "--session", "e2e tree", "--no-attach"];
        drop(stage.exomonad(&session).output().require_success());
        stage
    }

    /// Lets the lead spawn everybody, and waits until all have done their part.
    fn live(&self) {
        let root = AgentName::root();
        self.wait("the lead's conversation began", || {
            self.store().latest_session("root").expect("read the session").is_some()
        });
        let (mux, pane) = self.terminal(&root);
        self.wait("the lead waits for its human", || screen(mux.as_ref(), &pane).contains('❯'));
        // Claude Code asks the model at once, and gets its tools meanwhile: the first turn may lack them.
        for (turn, words) in [(1, "hello"), (2, "begin")] {
            mux.paste(&pane, &Sanitized::new(&format!("{LEAD}: {words}"))).expect("paste the human's words");
            thread::park_timeout(Duration::from_millis(300));
            mux.press(&pane, Key::Enter).expect("press Enter");
            self.wait("the lead's turn ended", || {
                self.events(&["--kind", "hook.stop", "--agent", "root"]).len() >= turn
            });
        }
        let parts = [("one", "the first part"), ("two", "the second part"), ("three", "the third part")];
        for (name, subject) in parts {
            self.wait(&format!("`{name}` committed"), || {
                let branch = format!("main.{name}");
                let log = self.project.run("git").args(["log", "-1", "--format=%s", &branch]).output();
                log.stdout.trim() == subject
            });
            self.wait(&format!("`{name}` reported"), || self.reports(name) == 1);
            let hooks = self.events(&["--agent", name]);
            let shells =
                hooks.iter().filter(|event| event["kind"] == "tool.done" && event["data"]["kind"] == "shell");
            assert_eq!(shells.count(), 1, "each hook is fired once: {name}: {hooks:#?}");
        }
        for worker in ["w1", "w2", "w3"] {
            self.wait("the workers run", || self.state(worker) == "running");
        }
        let tree = self.exomonad(&["tree"]).output().require_success().stdout;
        for name in ["root", "one", "two", "three", "w1", "w2", "w3"] {
            assert!(tree.contains(name), "{tree}");
        }
        assert_eq!(self.project.git(["status", "--porcelain"]), "", "the lead's checkout is untouched");
    }

    /// Ends everybody, merges what they did, and cleans up.
    fn leave(&self) {
        let all = ["one", "two", "three", "w1", "w2", "w3"];
        drop(self.exomonad(&[["stop"].as_slice(), &all].concat()).output().require_success());
        for name in all {
            self.wait("no process is left", || self.processes(name).is_empty());
        }
        for branch in ["main.one", "main.two", "main.three"] {
            drop(self.project.git(["merge", "--quiet", "--no-edit", branch]));
        }
        drop(self.exomonad(&["cleanup"]).output().require_success());
        assert_eq!(self.project.git(["worktree", "list"]).lines().count(), 1);
        let branches = self.project.git(["branch", "--format=%(refname:short)"]);
        assert_eq!(branches.lines().collect::<Vec<_>>(), ["main", "main.one", "main.three", "main.two"]);
        assert_eq!(self.project.git(["status", "--porcelain"]), "");
        let agents = self.listed();
        let names: Vec<_> = agents.iter().map(|agent| agent["name"].as_str().unwrap_or_default()).collect();
        assert_eq!(names, ["root"]);
        let left = self.exomonad(&["repair", "--json"]).output().require_success().stdout;
        let left: Value = serde_json::from_str(&left).expect("`repair --json` prints JSON");
        assert_eq!((&left["done"], &left["left"]), (&json!([]), &json!([])));
    }

    fn exomonad(&self, arguments: &[&str]) -> Run {
        let run = self.project.run("exomonad").args(arguments).limit(LIMIT);
        self.variables.iter().fold(run, |run, (name, value)| run.env(name, value))
    }

    fn store(&self) -> Store {
        Store::open(&self.project.dir().join(".exomonad/state.db"), Mode::Short).expect("open the database")
    }

    /// Where an agent can be seen.
    fn terminal(&self, name: &AgentName) -> (Box<dyn Multiplexer>, Pane) {
        let pane = self.store().pane(name).expect("read the pane").expect("it has a pane");
        let path = format!("{}:{}", self.project.bin(), std::env::var("PATH").expect("PATH is set"));
        let home = self.project.home().to_string();
        let own = [("PATH".to_owned(), path), ("HOME".to_owned(), home)];
        let variables = own.into_iter().chain(self.variables.iter().cloned()).collect();
        (open(pane.address.clone(), &Surroundings { exe: EXOMONAD.into(), variables }), pane)
    }

    fn listed(&self) -> Vec<Value> {
        let text = self.exomonad(&["ps", "--json"]).output().require_success().stdout;
        let list: Value = serde_json::from_str(&text).expect("`ps --json` prints JSON");
        list["agents"].as_array().expect("a list of agents").clone()
    }

    fn state(&self, name: &str) -> String {
        let agents = self.listed();
        let found = agents.iter().find(|agent| agent["name"] == name);
        found.and_then(|agent| agent["state"].as_str()).unwrap_or_default().to_owned()
    }

    fn events(&self, filter: &[&str]) -> Vec<Value> {
        let lines = self.exomonad(&[["events", "--json", "-n", "1000"].as_slice(), filter].concat()).output();
        lines.require_success().stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    /// How often an agent said that it succeeded.
    fn reports(&self, name: &str) -> usize {
        let queued = self.events(&["--kind", "message.queued"]);
        queued
            .iter()
            .filter(|event| event["data"]["from"] == name && event["data"]["kind"] == "report.success")
            .count()
    }

    /// The processes that were started for an agent of this project.
    fn processes(&self, name: &str) -> Vec<i32> {
        let wanted = [format!("EXOMONAD_AGENT={name}"), format!("HOME={}", self.project.home())];
        let mut found = Vec::new();
        for entry in std::fs::read_dir("/proc").expect("list the processes").flatten() {
            let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
            let environment = std::fs::read(entry.path().join("environ")).unwrap_or_default();
            let text = String::from_utf8_lossy(&environment);
            if wanted.iter().all(|wanted| text.split('\0').any(|variable| variable == wanted)) {
                found.push(pid);
            }
        }
        found
    }

    #[track_caller]
    fn wait(&self, what: &str, is_so: impl Fn() -> bool) {
        let begun = Instant::now();
        while !is_so() {
            if begun.elapsed() > LIMIT {
                panic!("{what}: not within {LIMIT:?}\n{}", self.report());
            }
            thread::park_timeout(Duration::from_millis(100));
        }
    }

    /// Everything that tells why something did not happen.
    fn report(&self) -> String {
        let mut text = self.exomonad(&["ps"]).output().to_string();
        for (name, pane) in self.store().panes().expect("read the panes") {
            let (mux, _) = self.terminal(&agent(&name));
            text = format!("{text}\n--- {name}\n{}", screen(mux.as_ref(), &pane));
        }
        for event in self.events(&[]) {
            text = format!("{text}\n{event}");
        }
        format!("{text}\n{} requests for the model", self.model.requests().len())
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if let Ok(Some(address)) = self.store().terminal() {
            let variables = vec![("PATH".to_owned(), format!("{}:/usr/bin:/bin", self.project.bin()))];
            let variables = variables.into_iter().chain(self.variables.iter().cloned()).collect();
            drop(open(address, &Surroundings { exe: EXOMONAD.into(), variables }).end());
        }
    }
}

fn agent(name: &str) -> AgentName {
    AgentName::parse(name).expect("a name")
}

fn screen(mux: &dyn Multiplexer, pane: &Pane) -> String {
    mux.screen(pane, false).unwrap_or_else(|err| format!("no screen: {err}"))
}

/// The lead spawns three developers and three workers; each developer commits and reports. Codex has no rules that allow a
/// command: its mode lets it write.
fn cast() -> Cast {
    let spawn = |task: &str, name: &str, harness: &str| {
        json!({
            "task": format!("{task}: commit it"),
            "branch_name": name,
            "harness": harness,
            "allowed_tools": ["Bash(git commit:*)"],
        })
    };
    let codex = json!({
        "task": format!("{THIRD}: commit it"),
        "branch_name": "three",
        "harness": "codex",
        "permission_mode": "acceptEdits",
    });
    let workers: Vec<_> = ["w1", "w2", "w3"]
        .iter()
        .map(|name| json!({"name": name, "task": "wait", "harness": "quiet"}))
        .collect();
    let report = json!({"status": "success", "message": "committed"});
    let git = |subject: &str| format!("git commit --quiet --allow-empty -m '{subject}'");
    let commit = |subject: &str| json!({"command": git(subject), "description": "commits"});
    Cast::default()
        .part(
            LEAD,
            Script::new([
                Turn::say("what shall I do?"),
                Turn::call("mcp__exomonad__spawn_leaf_subtree", spawn(FIRST, "one", "claude")),
                Turn::call("mcp__exomonad__spawn_leaf_subtree", spawn(SECOND, "two", "gemini")),
                Turn::call("mcp__exomonad__spawn_leaf_subtree", codex),
                Turn::call("mcp__exomonad__spawn_workers", json!({ "specs": workers })),
                Turn::say("all are spawned"),
            ]),
        )
        .part(
            FIRST,
            Script::new([
                Turn::call("Bash", commit("the first part")),
                Turn::call("mcp__exomonad__notify_parent", report.clone()),
            ]),
        )
        .part(
            SECOND,
            Script::new([
                Turn::call("run_shell_command", commit("the second part")),
                Turn::call("mcp_exomonad_notify_parent", report.clone()),
            ]),
        )
        .part(
            THIRD,
            Script::new([
                Turn::call("exec_command", json!({"cmd": git("the third part")})),
                Turn::call("mcp__exomonad__notify_parent", report),
            ]),
        )
}
