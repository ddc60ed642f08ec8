//! A developer's work, from its first file to the merge, with real agents: the gate holds, says what is missing and lets go, and
//! what counts as done is what exomonad saw.

use std::thread;
use std::time::{Duration, Instant};

use exomonad_host::mux::open;
use exomonad_host::store::{Mode, Store};
use exomonad_host::surroundings::Surroundings;
use exomonad_testkit::{Cast, FakeModel, ModelRequest, Run, Script, Turn};
use serde_json::{Value, json};

use crate::agent::Agent;
use crate::held::{EXOMONAD, Held};

cases! {
    claude_newest:
        work_is_held_until_it_is_filed_and_is_filed_when_it_is_verified,
        the_same_words_are_said_three_times_and_then_the_parent_is_told;
    claude_oldest:
        work_is_held_until_it_is_filed_and_is_filed_when_it_is_verified,
        the_same_words_are_said_three_times_and_then_the_parent_is_told;
    gemini:
        work_is_held_until_it_is_filed_and_is_filed_when_it_is_verified,
        the_same_words_are_said_three_times_and_then_the_parent_is_told;
}

/// Real agents start in seconds; a loaded machine takes many times that.
const LIMIT: Duration = Duration::from_secs(180);

/// What tells the model who asks.
const PART: &str = "THE-ONE-PART";

/// The command that has to pass.
const CHECK: &str = "test -f done.txt";

/// A project whose lead is nobody but a shell, with one developer in a terminal.
struct Stage<'a> {
    held: Held<'a>,
    model: FakeModel,
}

impl<'a> Stage<'a> {
    fn set(agent: &'a Agent, script: Script) -> Self {
        let held = Held::with(agent, agent.project());
        let project = &held.project;
        let config = project.read(".exomonad/config.toml");
        project.write(".exomonad/config.toml", &format!("{config}\n[project]\nverify = [\"{CHECK}\"]\n"));
        project.git(["add", ".exomonad/config.toml"]);
        project.git(["commit", "--quiet", "--message=configuration"]);
        let model = FakeModel::start_cast(Cast::default().part(PART, script));
        let stage = Self { held, model };
        let session =
            ["init", "--harness", agent.harness, "--mux", "tmux", "--session", "gate", "--no-attach"];
        drop(stage.exomonad(&[session.as_slice(), &["--shell"]].concat()).output().require_success());
        stage.call(
            "spawn_leaf_subtree",
            &json!({
                "task": format!("{PART}: do it"),
                "branch_name": "part",
                "harness": agent.harness,
                "allowed_tools": ["Bash(touch:*)", "Bash(test:*)", "Bash(git add:*)", "Bash(git commit:*)"],
            }),
        );
        stage
    }

    fn exomonad(&self, arguments: &[&str]) -> Run {
        let run = self.held.project.run("exomonad").args(arguments).limit(LIMIT);
        let variables = self.held.agent.environment(&self.model);
        variables.iter().fold(run, |run, (name, value)| run.env(name, value))
    }

    /// Calls a tool as the lead, and returns its structured result.
    fn call(&self, tool: &str, arguments: &Value) -> Value {
        let output = self.exomonad(&["call", tool, "--json", "--args", &arguments.to_string()]).output();
        let text = output.require_success().stdout;
        let answer: Value =
            serde_json::from_str(&text).unwrap_or_else(|err| panic!("no JSON: {err}\n{text}"));
        answer["structured"].clone()
    }

    fn events(&self, kind: &str) -> Vec<Value> {
        let arguments = ["events", "--json", "-n", "1000", "--kind", kind];
        let lines = self.exomonad(&arguments).output().require_success().stdout;
        lines.lines().map(|line| serde_json::from_str(line).expect("an event is JSON")).collect()
    }

    /// What became of each attempt to stop.
    fn stops(&self) -> Vec<String> {
        let verdict = |event: &Value| event["data"]["verdict"].as_str().unwrap_or_default().to_owned();
        self.events("hook.stop").iter().map(verdict).collect()
    }

    /// Waits until the agent was let go.
    fn await_stop(&self) {
        let begun = Instant::now();
        while self.stops().last().is_none_or(|verdict| verdict != "pass") {
            assert!(begun.elapsed() < LIMIT, "it does not stop\n{}", self.report());
            thread::park_timeout(Duration::from_millis(100));
        }
    }

    /// The newest request of the agent's conversation: all that it was told.
    fn told(&self) -> ModelRequest {
        let requests = self.model.requests();
        let own =
            requests.into_iter().filter(|request| request.is_conversation() && request.text().contains(PART));
        own.max_by_key(ModelRequest::model_turns)
            .unwrap_or_else(|| panic!("nobody was asked\n{}", self.report()))
    }

    fn report(&self) -> String {
        let events = self.exomonad(&["events", "--json", "-n", "1000"]).output();
        let store = self.store();
        let panes = store.panes().expect("read the panes");
        let screens = panes.into_iter().map(|(name, pane)| {
            let mux = open(pane.address.clone(), &self.surroundings());
            let screen = mux.screen(&pane, false).unwrap_or_else(|err| format!("no screen: {err}"));
            format!("--- {name}\n{screen}\n")
        });
        format!("{}{events}", screens.collect::<String>())
    }

    fn store(&self) -> Store {
        let database = self.held.project.dir().join(".exomonad/state.db");
        Store::open(&database, Mode::Short).expect("open the database")
    }

    fn surroundings(&self) -> Surroundings {
        let project = &self.held.project;
        let path = format!("{}:/usr/local/bin:/usr/bin:/bin", project.bin());
        let own = [
            ("PATH", path.as_str()),
            ("HOME", project.home().as_str()),
            ("TMUX_TMPDIR", project.temp().as_str()),
        ];
        let variables = own.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Surroundings { exe: EXOMONAD.into(), variables }
    }

    /// A call of the agent's shell tool.
    fn shell(agent: &Agent, command: &str) -> Turn {
        Turn::call(agent.shell, agent.shell_input(command))
    }
}

impl Drop for Stage<'_> {
    fn drop(&mut self) {
        if let Ok(Some(address)) = self.store().terminal() {
            drop(open(address, &self.surroundings()).end());
        }
    }
}

/// A call of one of our tools, as the agent names it.
fn ours(agent: &Agent, tool: &str, input: Value) -> Turn {
    let prefix = if agent.harness == "gemini" { "mcp_exomonad_" } else { "mcp__exomonad__" };
    Turn::call(format!("{prefix}{tool}"), input)
}

fn work_is_held_until_it_is_filed_and_is_filed_when_it_is_verified(agent: &Agent) {
    let shell = |command: &str| Stage::shell(agent, command);
    let file = || ours(agent, "file_pr", json!({"title": "A new file", "body": "It is there."}));
    let script = Script::new([
        shell("touch new.txt"),
        Turn::say("that was all"),
        shell("git add new.txt"),
        shell("git commit --quiet -m new"),
        Turn::say("now it is committed"),
        file(),
        shell(CHECK),
        file(),
        shell("touch done.txt"),
        shell(CHECK),
        shell("git add done.txt"),
        shell("git commit --quiet -m done"),
        file(),
        Turn::say("now it is filed"),
    ]);
    let stage = Stage::set(agent, script);
    stage.await_stop();
    assert_eq!(stage.stops(), ["block", "block", "pass"], "{}", stage.report());
    let told = stage.told();
    let text = told.text();
    for part in [
        "these files are not committed: `new.txt`",
        "branch `main.part` has 1 commit over `main` and no pull request at its newest commit",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let results = told.tool_results();
    for part in [
        "`test -f done.txt` was never seen to run here",
        "`test -f done.txt` failed when it ran last",
        "`test -f done.txt` passed on exactly these files",
    ] {
        assert!(results.iter().any(|result| result.contains(part)), "{part} is not in\n{results:#?}");
    }

    let review = stage.call("review_pr", &json!({"pr_number": 1}));
    assert_eq!((&review["state"], &review["author"]), (&json!("open"), &json!("part")), "{review}");
    assert_eq!(review["files"], json!(["done.txt (+0 -0)", "new.txt (+0 -0)"]), "{review}");
    stage.call("review_pr", &json!({"pr_number": 1, "verdict": "approve"}));
    let merged = stage.call("merge_pr", &json!({"pr_number": 1}));
    assert_eq!((&merged["merged"], &merged["synced"]), (&json!(true), &json!(true)), "{merged}");
    assert!(stage.held.project.has("done.txt"), "{merged}");
}

fn the_same_words_are_said_three_times_and_then_the_parent_is_told(agent: &Agent) {
    let turns = std::iter::once(Stage::shell(agent, "touch new.txt"));
    let stage = Stage::set(agent, Script::new(turns.chain((0..6).map(|_| Turn::say("that was all")))));
    stage.await_stop();
    assert_eq!(stage.stops(), ["block", "block", "block", "pass"], "{}", stage.report());
    let inbox = stage.call("inbox", &json!({}));
    let [letter] = inbox["messages"].as_array().expect("messages").as_slice() else { panic!("{inbox}") };
    assert_eq!((&letter["from"], &letter["kind"]), (&json!("part"), &json!("gate.gave-up")));
    let body = letter["body"].as_str().unwrap_or_default();
    assert!(body.starts_with("Agent `part` stops although files are not committed: `new.txt`."), "{body}");
    let receipt = letter["receipt"].as_str().unwrap_or_default();
    assert!(receipt.contains("not committed: 1 path: `new.txt`"), "{receipt}");
}
