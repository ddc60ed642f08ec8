//! Gemini CLI's own tools.

use serde_json::{Map, Value};

use crate::contract::{McpTool, ToolKind};
use crate::harness::tool::{self, ToolRow};

pub(in crate::harness) const TOOLS: &[ToolRow] = &[
    ToolRow::new("run_shell_command", ToolKind::Shell).command("command").dir("dir_path"),
    ToolRow::new("read_file", ToolKind::Read).paths(&["file_path", "absolute_path", "path"]),
    ToolRow::new("read_many_files", ToolKind::Read).paths(&["include", "paths"]),
    ToolRow::new("write_file", ToolKind::Write).paths(&["file_path"]),
    ToolRow::new("replace", ToolKind::Write).paths(&["file_path"]),
    ToolRow::new("list_directory", ToolKind::Search).paths(&["dir_path", "path"]),
    ToolRow::new("glob", ToolKind::Search).paths(&["dir_path", "path"]),
    ToolRow::new("search_file_content", ToolKind::Search).paths(&["dir_path", "path"]),
    ToolRow::new("grep_search", ToolKind::Search).paths(&["dir_path", "path"]),
    ToolRow::new("web_fetch", ToolKind::Web),
    ToolRow::new("google_web_search", ToolKind::Web),
    ToolRow::new("invoke_agent", ToolKind::Subagent),
    ToolRow::new("delegate_to_agent", ToolKind::Subagent),
];

/// The server and tool of an MCP tool. Gemini names both in `mcp_context`; its tool names, such as `mcp_github_get_issue`,
/// can be split because a server's name has no underscore.
pub(in crate::harness) fn mcp(name: &str, context: Option<&Map<String, Value>>) -> Option<McpTool> {
    let text = |key: &str| context?.get(key)?.as_str().map(str::to_owned);
    if let (Some(server), Some(name)) = (text("server_name"), text("tool_name")) {
        return Some(McpTool { server, name });
    }
    tool::mcp_name(name).or_else(|| {
        let (server, tool) = name.strip_prefix("mcp_")?.split_once('_')?;
        (!server.is_empty() && !tool.is_empty())
            .then(|| McpTool { server: server.to_owned(), name: tool.to_owned() })
    })
}
