//! Shows the tree of agents.

use exomonad_sdk::agents::AgentInfo;
use exomonad_sdk::{Context, Host, Tool, ToolError, ToolHints};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::utc;
use super::words::{AgentState, Workspace};

/// The tool `list_agents`.
pub(crate) struct ListAgents;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Args {}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Tree {
    /// Each agent before its children, the older before the younger.
    agents: Vec<Row>,
}

#[derive(Serialize, JsonSchema)]
struct Row {
    name: String,
    role: String,
    /// Absent for the root of the tree.
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<String>,
    /// 0 for the root of the tree.
    depth: u32,
    /// The program it runs in.
    harness: String,
    state: AgentState,
    /// How its program ended; absent while it runs, and when that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    exit: Option<String>,
    /// Why it could not be started.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
    /// Where your human can see it; absent without a terminal.
    #[serde(skip_serializing_if = "Option::is_none")]
    terminal: Option<String>,
    /// A session of it is connected now.
    live: bool,
    /// When something was last heard of it: ISO 8601, UTC. Absent: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen: Option<String>,
    /// Messages it has not acknowledged.
    unread: u32,
    /// Absent when no branch is checked out.
    #[serde(skip_serializing_if = "Option::is_none")]
    branch: Option<String>,
    workspace: String,
    workspace_kind: Workspace,
}

impl Tool for ListAgents {
    type Args = Args;
    type Output = Tree;

    const NAME: &'static str = "list_agents";
    const TITLE: &'static str = "List the agents";
    const DESCRIPTION: &'static str = "\
Shows every agent of this project as a tree: name, role, state, how it ended, whether it is connected, when it was last heard of, unread \
messages, branch and workspace. Use it to learn names for `send_message`, not to poll: what agents report comes to your \
`inbox`.";
    const HINTS: ToolHints =
        ToolHints { read_only: true, destructive: false, idempotent: true, open_world: false };

    fn call(host: &mut dyn Host, _: &Context, Args {}: Args) -> Result<Tree, ToolError> {
        Ok(Tree { agents: in_tree_order(host.agents_list()?).into_iter().map(Row::from).collect() })
    }

    fn text(tree: &Tree) -> String {
        tree.agents.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

/// Each agent before its children. What hangs on nothing in the list comes last, so that nobody is left out.
fn in_tree_order(agents: Vec<AgentInfo>) -> Vec<AgentInfo> {
    let mut left = agents;
    let mut ordered = Vec::new();
    let is_top = |info: &AgentInfo, all: &[AgentInfo]| {
        !all.iter().any(|other| info.agent.parent.as_ref() == Some(&other.agent.name))
    };
    while !left.is_empty() {
        // A circle of parents has no top; its oldest agent stands for one.
        let top = left.iter().position(|info| is_top(info, &left)).unwrap_or_default();
        let mut stack = vec![left.remove(top)];
        while let Some(next) = stack.pop() {
            let is_child = |info: &AgentInfo| info.agent.parent.as_ref() == Some(&next.agent.name);
            let (children, others) = left.into_iter().partition::<Vec<_>, _>(is_child);
            left = others;
            stack.extend(children.into_iter().rev());
            ordered.push(next);
        }
    }
    ordered
}

impl From<AgentInfo> for Row {
    fn from(info: AgentInfo) -> Self {
        let agent = info.agent;
        Self {
            name: agent.name,
            role: agent.role,
            parent: agent.parent,
            depth: agent.depth,
            harness: agent.harness,
            state: info.state.into(),
            exit: info.exit,
            failure: info.failure,
            terminal: info.terminal,
            live: info.sidecars > 0,
            last_seen: info.last_seen_ms.map(utc),
            unread: info.unread,
            branch: agent.branch,
            workspace: agent.workspace,
            workspace_kind: agent.workspace_kind.into(),
        }
    }
}

fn line(row: &Row) -> String {
    let indent = "  ".repeat(usize::try_from(row.depth).unwrap_or_default());
    let seen = match (&row.last_seen, row.live) {
        (_, true) => "connected".to_owned(),
        (Some(time), false) => format!("last heard of {time}"),
        (None, false) => "never heard of".to_owned(),
    };
    let ends = row.exit.iter().chain(&row.failure).cloned().collect::<Vec<_>>().join(", ");
    let ends = if ends.is_empty() { ends } else { format!(" ({ends})") };
    let terminal = row.terminal.as_ref().map_or_else(String::new, |terminal| format!(", {terminal}"));
    let branch = row.branch.as_ref().map_or_else(String::new, |branch| format!(", branch {branch}"));
    format!(
        "{indent}- {} ({}, {}): {}{ends}, {seen}, {} unread{branch}, {} ({}){terminal}",
        row.name,
        row.role,
        row.harness,
        row.state.word(),
        row.unread,
        row.workspace,
        row.workspace_kind.word()
    )
}
