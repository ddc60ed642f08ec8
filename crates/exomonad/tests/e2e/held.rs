//! A project in which exomonad holds one agent.

use camino::Utf8Path;
use exomonad_testkit::{ClientRun, Project};
use serde_json::Value;

use crate::agent::Agent;

/// The built program.
pub(crate) const EXOMONAD: &str = env!("CARGO_BIN_EXE_exomonad");

/// A project after `exomonad init --hooks-only`.
pub(crate) struct Held<'a> {
    pub(crate) agent: &'a Agent,
    pub(crate) project: Project,
}

impl<'a> Held<'a> {
    /// Sets exomonad up in a project whose user lets the agent run `touch` and `git push`.
    pub(crate) fn new(agent: &'a Agent) -> Self {
        Self::with(agent, agent.permissive_project())
    }

    /// Sets exomonad up in this project.
    pub(crate) fn with(agent: &'a Agent, project: Project) -> Self {
        project.install("exomonad", Utf8Path::new(EXOMONAD));
        let held = Self { agent, project };
        held.exomonad(&["init", "--hooks-only", "--harness", agent.harness]);
        held
    }

    /// Sets exomonad up with these lines as its configuration.
    pub(crate) fn configured(agent: &'a Agent, config: &str) -> Self {
        let held = Self::new(agent);
        held.project.write(".exomonad/config.toml", config);
        held
    }

    /// Runs exomonad and returns what it answered; panics if it fails.
    pub(crate) fn exomonad(&self, arguments: &[&str]) -> String {
        self.project.run("exomonad").args(arguments).output().require_success().stdout
    }

    /// Lets the model run one shell command.
    pub(crate) fn shell(&self, command: &str) -> ClientRun {
        self.agent.shell(&self.project, command)
    }

    /// What exomonad recorded of its hooks: kind and data, oldest first.
    pub(crate) fn events(&self) -> Vec<(String, Value)> {
        let lines = self.exomonad(&["events", "--json"]);
        lines.lines().map(event).collect()
    }
}

fn event(line: &str) -> (String, Value) {
    let event: Value = serde_json::from_str(line).unwrap_or_else(|err| panic!("no JSON: {err}\n{line}"));
    let kind = event.get("kind").and_then(Value::as_str).expect("an event has a kind").to_owned();
    (kind, event.get("data").cloned().unwrap_or_default())
}

/// Panics unless one of the tool's results holds the text.
pub(crate) fn require_result(run: &ClientRun, text: &str) {
    assert!(run.tool_results().iter().any(|result| result.contains(text)), "no result says `{text}`\n{run}");
}
