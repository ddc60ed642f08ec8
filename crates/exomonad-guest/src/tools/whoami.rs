//! Tells the agent who and where it is.

use exomonad_sdk::{Context, Host, Tool, ToolError, ToolHints};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words::Workspace;
use crate::roles::may_write;

/// The tool `whoami`.
pub(crate) struct WhoAmI;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Args {}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Me {
    name: String,
    role: String,
    /// Who gave you your task; absent for the root of the tree.
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<String>,
    /// 0 for the root of the tree.
    depth: u32,
    /// The program you run in.
    harness: String,
    /// Absent when no branch is checked out.
    #[serde(skip_serializing_if = "Option::is_none")]
    branch: Option<String>,
    /// Your directory.
    workspace: String,
    workspace_kind: Workspace,
    /// The main checkout of the repository.
    project: String,
    /// Where you may write.
    may_write: &'static str,
    limits: CallLimits,
    /// Messages you have not acknowledged; `inbox` shows them.
    unread: u32,
    /// How many of your sessions are connected now.
    sidecars: u32,
}

/// What the host allows a call of a tool.
#[derive(Serialize, JsonSchema)]
struct CallLimits {
    /// Seconds that a call may take, waiting not counted.
    call_seconds: u64,
    /// Seconds that a call may wait in all.
    wait_seconds: u64,
    /// Bytes of a message.
    message_bytes: u64,
}

impl Tool for WhoAmI {
    type Args = Args;
    type Output = Me;

    const NAME: &'static str = "whoami";
    const TITLE: &'static str = "Who am I";
    const DESCRIPTION: &'static str = "\
Tells your name, your role, your parent, your branch and workspace, where you may write, the limits of calls, and how many \
messages you have not acknowledged.";
    const HINTS: ToolHints =
        ToolHints { read_only: true, destructive: false, idempotent: true, open_world: false };

    fn call(host: &mut dyn Host, cx: &Context, Args {}: Args) -> Result<Me, ToolError> {
        let info = host.agents_self()?;
        let agent = cx.agent.clone();
        Ok(Me {
            may_write: may_write(&agent.role),
            name: agent.name,
            role: agent.role,
            parent: agent.parent,
            depth: agent.depth,
            harness: agent.harness,
            branch: agent.branch,
            workspace: agent.workspace,
            workspace_kind: agent.workspace_kind.into(),
            project: cx.project.root.clone(),
            limits: CallLimits {
                call_seconds: cx.limits.call_ms / 1000,
                wait_seconds: cx.limits.wait_ms / 1000,
                message_bytes: cx.limits.message_bytes,
            },
            unread: info.unread,
            sidecars: info.sidecars,
        })
    }

    fn text(me: &Me) -> String {
        let limits = &me.limits;
        let place = me.workspace_kind.word();
        [
            format!("You are agent `{}`, role `{}`, in {}.", me.name, me.role, me.harness),
            match &me.parent {
                Some(parent) => format!("Parent: `{parent}`; depth {}.", me.depth),
                None => "No parent: you are the root of the tree.".to_owned(),
            },
            format!("Branch: {}.", me.branch.as_deref().unwrap_or("none checked out")),
            format!("Workspace: {} ({place}).", me.workspace),
            format!("Project: {}.", me.project),
            format!("You may write {}.", me.may_write),
            format!(
                "A call may take {} s and wait {} s; a message has at most {} bytes.",
                limits.call_seconds, limits.wait_seconds, limits.message_bytes
            ),
            format!("Unread messages: {}. Connected sessions: {}.", me.unread, me.sidecars),
        ]
        .join("\n")
    }
}
