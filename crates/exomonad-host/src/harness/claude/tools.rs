//! Claude Code's own tools.

use crate::contract::ToolKind;
use crate::harness::tool::ToolRow;

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
