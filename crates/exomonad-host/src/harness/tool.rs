//! What a harness's tools are to the policy.

use serde_json::{Map, Value};

use crate::contract::{McpTool, ToolKind, ToolUse};

/// One of a harness's own tools.
#[derive(Debug)]
pub(super) struct ToolRow {
    /// The name the harness uses.
    pub(super) name: &'static str,
    /// What it is to the policy.
    pub(super) kind: ToolKind,
    /// The argument that holds the shell command.
    pub(super) command: Option<&'static str>,
    /// The argument that holds the directory to run the command in.
    pub(super) dir: Option<&'static str>,
    /// The arguments that hold a path or an array of paths.
    pub(super) paths: &'static [&'static str],
}

impl ToolRow {
    pub(super) const fn new(name: &'static str, kind: ToolKind) -> Self {
        Self { name, kind, command: None, dir: None, paths: &[] }
    }

    pub(super) const fn command(mut self, argument: &'static str) -> Self {
        self.command = Some(argument);
        self
    }

    pub(super) const fn dir(mut self, argument: &'static str) -> Self {
        self.dir = Some(argument);
        self
    }

    pub(super) const fn paths(mut self, arguments: &'static [&'static str]) -> Self {
        self.paths = arguments;
        self
    }
}

/// How a tool ended, as far as its response tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    Well,
    Badly,
    /// It goes on in the background, or the response does not tell.
    Unknown,
}

/// A use of a tool, as it was sent.
pub(super) struct Call<'a> {
    pub(super) name: String,
    pub(super) arguments: &'a Map<String, Value>,
    /// The arguments' JSON.
    pub(super) text: &'a str,
    pub(super) id: Option<String>,
}

/// Classifies a use of a tool. `mcp` is set for the tools of MCP servers, which no table lists.
pub(super) fn classify(table: &[ToolRow], call: Call<'_>, mcp: Option<McpTool>) -> ToolUse {
    let row = match mcp {
        Some(_) => None,
        None => table.iter().find(|row| row.name == call.name),
    };
    let kind = match (&mcp, row) {
        (Some(_), _) => ToolKind::Mcp,
        (None, Some(row)) => row.kind,
        (None, None) => ToolKind::Other,
    };
    ToolUse {
        kind,
        input: call.text.to_owned(),
        command: row.and_then(|row| row.command).and_then(|key| command(call.arguments.get(key)?)),
        dir: row.and_then(|row| row.dir).and_then(|key| call.arguments.get(key)?.as_str().map(str::to_owned)),
        paths: row.map(|row| paths(row.paths, call.arguments)).unwrap_or_default(),
        mcp,
        name: call.name,
        id: call.id,
    }
}

/// The server and tool in a name such as `mcp__github__get_issue`.
pub(super) fn mcp_name(name: &str) -> Option<McpTool> {
    let (server, tool) = name.strip_prefix("mcp__")?.split_once("__")?;
    (!server.is_empty() && !tool.is_empty())
        .then(|| McpTool { server: server.to_owned(), name: tool.to_owned() })
}

/// A command is a text, or an argument list.
fn command(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(words) => {
            words.iter().map(Value::as_str).collect::<Option<Vec<_>>>().map(|words| words.join(" "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

fn paths(arguments: &[&str], input: &Map<String, Value>) -> Vec<String> {
    let mut paths = Vec::new();
    for value in arguments.iter().filter_map(|argument| input.get(*argument)) {
        match value {
            Value::String(path) => paths.push(path.clone()),
            Value::Array(items) => paths.extend(items.iter().filter_map(Value::as_str).map(str::to_owned)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => {}
        }
    }
    paths
}
