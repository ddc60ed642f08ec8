//! Claude Code's own tools.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use crate::contract::{McpTool, ToolKind};
use crate::harness::tool::{self, Ended, ToolRow};

pub(in crate::harness) const TOOLS: &[ToolRow] = &[
    ToolRow::new("Bash", ToolKind::Shell).command("command"),
    ToolRow::new("PowerShell", ToolKind::Shell).command("command"),
    ToolRow::new("Monitor", ToolKind::Shell).command("command"),
    ToolRow::new("BashOutput", ToolKind::Other),
    ToolRow::new("KillShell", ToolKind::Other),
    ToolRow::new("Read", ToolKind::Read).paths(&["file_path"]),
    ToolRow::new("NotebookRead", ToolKind::Read).paths(&["notebook_path"]),
    ToolRow::new("Write", ToolKind::Write).paths(&["file_path"]),
    ToolRow::new("Edit", ToolKind::Write).paths(&["file_path"]),
    ToolRow::new("MultiEdit", ToolKind::Write).paths(&["file_path"]),
    ToolRow::new("NotebookEdit", ToolKind::Write).paths(&["notebook_path"]),
    ToolRow::new("Glob", ToolKind::Search).paths(&["path"]),
    ToolRow::new("Grep", ToolKind::Search).paths(&["path"]),
    ToolRow::new("LS", ToolKind::Search).paths(&["path"]),
    ToolRow::new("WebFetch", ToolKind::Web),
    ToolRow::new("WebSearch", ToolKind::Web),
    ToolRow::new("Task", ToolKind::Subagent),
    ToolRow::new("Agent", ToolKind::Subagent),
];

/// The server and tool of an MCP tool. Where Claude Code sends `mcp_server` (seen in 2.1.329), a server with two
/// underscores in its name is told apart from its tool.
pub(in crate::harness) fn mcp(name: &str, server: Option<&Map<String, Value>>) -> Option<McpTool> {
    let sent = || {
        let server = server?.get("name")?.as_str()?;
        let tool = name.strip_prefix("mcp__")?.strip_prefix(server)?.strip_prefix("__")?;
        Some(McpTool { server: server.to_owned(), name: tool.to_owned() })
    };
    sent().or_else(|| tool::mcp_name(name))
}

/// What the response of a command that ended has; a failure comes as another hook.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ran {
    stdout: Option<IgnoredAny>,
    #[serde(default)]
    interrupted: bool,
    /// Its status is not 0, but Claude Code takes that for an answer, such as `grep`'s when it finds nothing.
    return_code_interpretation: Option<IgnoredAny>,
    /// It goes on in the background.
    background_task_id: Option<IgnoredAny>,
}

/// How a tool ended whose hook is not that of a failure.
pub(in crate::harness) fn ended(kind: ToolKind, response: &str) -> Ended {
    if kind != ToolKind::Shell {
        return Ended::Well;
    }
    match serde_json::from_str::<Ran>(response) {
        Ok(ran) if ran.background_task_id.is_some() || ran.stdout.is_none() => Ended::Unknown,
        Ok(ran) if ran.interrupted || ran.return_code_interpretation.is_some() => Ended::Badly,
        Ok(_) => Ended::Well,
        Err(_) => Ended::Unknown,
    }
}
