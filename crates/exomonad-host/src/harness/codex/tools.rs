//! Codex's own tools, and the paths inside its patches.

use serde_json::{Map, Value};

use crate::contract::ToolKind;
use crate::harness::tool::{Ended, ToolRow};

pub(in crate::harness) const TOOLS: &[ToolRow] = &[
    ToolRow::new("Bash", ToolKind::Shell).command("command"),
    ToolRow::new("shell", ToolKind::Shell).command("command").dir("workdir"),
    ToolRow::new("shell_command", ToolKind::Shell).command("command").dir("workdir"),
    ToolRow::new("exec_command", ToolKind::Shell).command("cmd").dir("workdir"),
    ToolRow::new("apply_patch", ToolKind::Write),
    ToolRow::new("view_image", ToolKind::Read).paths(&["path"]),
    ToolRow::new("web_search", ToolKind::Web),
    ToolRow::new("spawn_agent", ToolKind::Subagent),
];

/// How a patch names a file, at the start of a line.
const PATCH_HEADERS: [&str; 4] =
    ["*** Add File: ", "*** Update File: ", "*** Delete File: ", "*** Move to: "];

/// The arguments in which `apply_patch` gets its patch.
const PATCH_ARGUMENTS: [&str; 3] = ["command", "input", "patch"];

/// The paths that a use of `apply_patch` names; none for other tools.
pub(in crate::harness) fn patched_paths(name: &str, input: &Map<String, Value>) -> Vec<String> {
    if name != "apply_patch" {
        return Vec::new();
    }
    PATCH_ARGUMENTS
        .iter()
        .filter_map(|argument| match input.get(*argument)? {
            Value::String(patch) => Some(patch_paths(patch)),
            Value::Array(words) => {
                Some(words.iter().filter_map(Value::as_str).flat_map(patch_paths).collect())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
        })
        .flatten()
        .collect()
}

/// The paths that a patch in Codex's notation names, in its order.
fn patch_paths(patch: &str) -> Vec<String> {
    patch
        .lines()
        .filter_map(|line| PATCH_HEADERS.iter().find_map(|header| line.trim().strip_prefix(header)))
        .map(|path| path.trim().to_owned())
        .filter(|path| !path.is_empty())
        .collect()
}

/// How a tool ended. Of a command only the output is sent.
pub(in crate::harness) fn ended(kind: ToolKind) -> Ended {
    if kind == ToolKind::Shell { Ended::Unknown } else { Ended::Well }
}
