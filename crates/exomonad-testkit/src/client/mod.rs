//! The real coding agents, run offline in a throw-away project against a scripted model.

mod claude;
mod codex;
mod gemini;

use std::fmt;
use std::time::Duration;

pub use claude::Claude;
pub use codex::Codex;
pub use gemini::Gemini;

use crate::model::{FakeModel, ModelRequest, Script};
use crate::process::{Output, Run};
use crate::project::Project;

/// Agents start in one to five seconds; a loaded machine takes many times that.
const LIMIT: Duration = Duration::from_secs(180);

/// The key the agents are given. Nobody checks it.
const KEY: &str = "test-key";

/// An installed coding agent.
pub trait Client {
    /// Puts the agent into the project's `PATH` and answers what it asks before it works: onboarding, trust, the key.
    fn prepare(&self, project: &Project);

    /// The variables with which the agent asks this model and nobody else.
    fn environment(&self, model: &FakeModel) -> Vec<(&'static str, String)>;

    /// The agent's command with its environment, up to but without the prompt.
    fn command(&self, project: &Project, model: &FakeModel) -> Run;

    /// Adds the prompt, for a run without a terminal.
    fn prompted(&self, run: Run, prompt: &str) -> Run {
        run.args(["-p", prompt])
    }

    /// Gives the agent one prompt in a prepared project, and waits until it is done.
    fn run(&self, project: &Project, script: Script, prompt: &str, arguments: &[&str]) -> ClientRun {
        self.run_for(LIMIT, project, script, prompt, arguments)
    }

    /// As [`Client::run`], but ends the agent after `limit`.
    fn run_for(
        &self,
        limit: Duration,
        project: &Project,
        script: Script,
        prompt: &str,
        arguments: &[&str],
    ) -> ClientRun {
        let model = FakeModel::start(script);
        let run = self.prompted(self.command(project, &model), prompt);
        let output = run.args(arguments).limit(limit).output();
        ClientRun { output, requests: model.requests() }
    }
}

/// What one run of an agent did.
#[must_use]
#[derive(Debug, Clone)]
pub struct ClientRun {
    /// How it ended and what it printed.
    pub output: Output,
    /// Every request it sent to the model.
    pub requests: Vec<ModelRequest>,
}

impl ClientRun {
    /// The requests of the conversation itself, without the agent's side questions.
    #[must_use]
    pub fn conversation(&self) -> Vec<&ModelRequest> {
        self.requests.iter().filter(|request| request.is_conversation()).collect()
    }

    /// What the model read in its first request.
    #[must_use]
    pub fn first_text(&self) -> String {
        self.conversation().first().unwrap_or_else(|| panic!("the model was never asked\n{self}")).text()
    }

    /// What the model read in its last request.
    #[must_use]
    pub fn last_text(&self) -> String {
        self.conversation().last().unwrap_or_else(|| panic!("the model was never asked\n{self}")).text()
    }

    /// The results of all tool calls, as the model read them.
    #[must_use]
    pub fn tool_results(&self) -> Vec<String> {
        self.conversation().last().map(|request| request.tool_results()).unwrap_or_default()
    }
}

impl fmt::Display for ClientRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.output)?;
        for (number, request) in self.requests.iter().enumerate() {
            let kind = if request.is_conversation() { "conversation" } else { "side question" };
            writeln!(f, "--- request {number}: {kind}")?;
            for result in request.tool_results() {
                writeln!(f, "tool result: {result}")?;
            }
        }
        Ok(())
    }
}
