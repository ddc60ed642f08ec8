//! Ends an agent below the caller.

use exomonad_sdk::agents::AgentInfo;
use exomonad_sdk::{Context, Host, Tool, ToolError, ToolHints};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sent::require_text;
use super::words::AgentState;

/// The tool `stop_agent`.
pub(crate) struct StopAgent;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Args {
    /// The agent's name, as `list_agents` shows it.
    #[schemars(length(min = 1))]
    name: String,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Stopped {
    name: String,
    state: AgentState,
    /// How its program ended; absent when that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    exit: Option<String>,
    /// Its workspace, which stays.
    workspace: String,
    /// Its branch, which stays; absent when it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    branch: Option<String>,
}

impl Tool for StopAgent {
    type Args = Args;
    type Output = Stopped;

    const NAME: &'static str = "stop_agent";
    const TITLE: &'static str = "Stop an agent";
    const DESCRIPTION: &'static str = "\
Ends an agent that you spawned, or one below it, and everything it started. What it wrote stays: its workspace, its branch and \
its messages. Use it when an agent is not needed any more or has gone astray; one that is done ends by itself.";
    const HINTS: ToolHints =
        ToolHints { read_only: false, destructive: true, idempotent: true, open_world: false };

    fn call(host: &mut dyn Host, _: &Context, args: Args) -> Result<Stopped, ToolError> {
        require_text("name", &args.name)?;
        Ok(Stopped::from(host.agents_stop(&args.name)?))
    }

    fn text(stopped: &Stopped) -> String {
        let exit = stopped.exit.as_ref().map_or_else(String::new, |exit| format!(" ({exit})"));
        let branch =
            stopped.branch.as_ref().map_or_else(String::new, |branch| format!(", branch `{branch}`"));
        format!("`{}` is {}{exit}; {}{branch} stays", stopped.name, stopped.state.word(), stopped.workspace)
    }
}

impl From<AgentInfo> for Stopped {
    fn from(info: AgentInfo) -> Self {
        let agent = info.agent;
        Self {
            name: agent.name,
            state: info.state.into(),
            exit: info.exit,
            workspace: agent.workspace,
            branch: agent.branch,
        }
    }
}
