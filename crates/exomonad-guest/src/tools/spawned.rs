//! What an agent's parent is told of it when it was spawned.

use exomonad_sdk::ToolError;
use exomonad_sdk::agents::AgentInfo;
use schemars::JsonSchema;
use serde::Serialize;

use super::words::{AgentState, Workspace};

/// An agent that was spawned: its harness runs.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Spawned {
    /// Its name, for `send_message` and `stop_agent`.
    pub(super) name: String,
    /// Its branch; absent for one in your own directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    branch: Option<String>,
    /// Where it works.
    workspace: String,
    workspace_kind: Workspace,
    /// The program it runs in.
    harness: String,
    state: AgentState,
    /// Where your human can see it; absent without a terminal.
    #[serde(skip_serializing_if = "Option::is_none")]
    terminal: Option<String>,
    /// What was asked for and could not be done, in sentences.
    notes: Vec<String>,
}

/// One of several that was not spawned.
#[derive(Serialize, JsonSchema)]
pub(super) struct Refused {
    /// What it was to be: its name, or `#` and its issue.
    name: String,
    /// Why not.
    error: String,
    /// The next step.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

impl Refused {
    pub(super) fn new(name: String, error: ToolError) -> Self {
        Self { name, error: error.message, hint: error.hint }
    }
}

impl From<AgentInfo> for Spawned {
    fn from(info: AgentInfo) -> Self {
        let agent = info.agent;
        let kind = Workspace::from(agent.workspace_kind);
        Self {
            name: agent.name,
            // In a shared directory the branch is the parent's.
            branch: agent.branch.filter(|_| kind != Workspace::Shared),
            workspace: agent.workspace,
            workspace_kind: kind,
            harness: agent.harness,
            state: info.state.into(),
            terminal: info.terminal,
            notes: info.notes,
        }
    }
}

/// The same for a reader.
pub(super) fn sentence(spawned: &Spawned) -> String {
    let Spawned { name, workspace, harness, .. } = spawned;
    let branch = spawned.branch.as_ref().map_or_else(String::new, |branch| format!(", branch `{branch}`"));
    let terminal = spawned.terminal.as_ref().map_or_else(String::new, |terminal| format!(", {terminal}"));
    let mut lines = vec![format!(
        "spawned `{name}` in {harness}: {} ({}){branch}{terminal}; it reports to your `inbox`",
        workspace,
        spawned.workspace_kind.word()
    )];
    lines.extend(spawned.notes.iter().map(|note| format!("note: {note}")));
    lines.join("\n")
}

/// The same of one that was not.
pub(super) fn refusal(refused: &Refused) -> String {
    let hint = refused.hint.as_ref().map_or_else(String::new, |hint| format!("\nhint: {hint}"));
    format!("not spawned: `{}`: {}{hint}", refused.name, refused.error)
}
