//! Gemini CLI's own tools.

use crate::contract::ToolKind;
use crate::harness::tool::ToolRow;

pub(in crate::harness) const TOOLS: &[ToolRow] = &[
    ToolRow::new("run_shell_command", ToolKind::Shell).command("command"),
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
