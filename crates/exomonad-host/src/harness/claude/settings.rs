//! What `init` adds to Claude Code's settings.

use camino::Utf8Path;
use serde_json::{Map, Value, json};

use super::EVENTS;
use crate::harness::Harness;
use crate::harness::event::{EventSpec, FailureClass};
use crate::harness::settings::{
    SERVER, SERVER_ARGUMENTS, SettingsFacts, TIMEOUT_SECONDS, arguments, artefact, element, member,
    shell_command,
};
use crate::install::{Artefact, Dialect, Entry};

/// The first version known to stop the action when a hook of ours is missing, crashes or takes too long.
const HAS_ON_FAILURE: [u64; 3] = [2, 1, 329];

/// Our own files in `.exomonad`. Its workspaces stay writable: a pattern such as `.exomonad/*` would deny all that is
/// inside them too (seen in 2.1.329), so what is ours is named.
const OWN_FILES: [&str; 9] = [
    "*.toml",
    "install.json",
    "agents/**",
    "backup/**",
    "state.db*",
    "*.wasm",
    "guests/**",
    "logs/**",
    "sockets/**",
];

/// What would switch our hooks or tools off.
pub(super) const GUARD_FILES: [&str; 8] = [
    ".claude/settings*.json",
    ".mcp.json",
    ".gemini/settings.json",
    ".gemini/policies/**",
    ".codex/hooks.json",
    ".codex/config.toml",
    ".git/hooks/**",
    ".git/config",
];

/// Claude Code approves a server of `.mcp.json` by its name, so it is approved where only we write.
pub(in crate::harness) fn settings(facts: &SettingsFacts) -> Vec<Artefact> {
    let hooks = EVENTS.iter().filter(|spec| spec.installed).map(|spec| hook(spec, facts));
    let own = OWN_FILES.iter().map(|file| format!(".exomonad/{file}"));
    let guards = GUARD_FILES.iter().map(|file| (*file).to_owned());
    let denied = own.chain(guards).map(|file| denied(&facts.project_root, &file));
    let artefact = |path: &str| artefact(Harness::Claude, path, Dialect::Strict);
    vec![
        Artefact {
            hooks: hooks.chain(denied).collect(),
            approvals: vec![
                // Whether the server may be started at all, and whether its tools may be used.
                element(&["enabledMcpjsonServers"], json!(SERVER)),
                element(&["permissions", "allow"], json!(format!("mcp__{SERVER}"))),
            ],
            ..artefact(".claude/settings.local.json")
        },
        Artefact { server: Some(server(facts)), ..artefact(".mcp.json") },
    ]
}

/// Without `alwaysLoad` its tools are left out of the model's request (seen in 2.1.329).
fn server(facts: &SettingsFacts) -> Entry {
    let value =
        json!({"type": "stdio", "command": facts.exe.as_str(), "args": SERVER_ARGUMENTS, "alwaysLoad": true});
    member(&["mcpServers", SERVER], value)
}

fn hook(spec: &EventSpec, facts: &SettingsFacts) -> Entry {
    let mut command = Map::new();
    command.insert("type".to_owned(), json!("command"));
    if runs_without_shell(facts.version.as_deref()) {
        command.insert("command".to_owned(), json!(facts.exe.as_str()));
        command.insert("args".to_owned(), json!(arguments(Harness::Claude, spec)));
    } else {
        command.insert("command".to_owned(), json!(shell_command(Harness::Claude, spec, facts)));
    }
    command.insert("timeout".to_owned(), json!(TIMEOUT_SECONDS));
    if spec.class == FailureClass::Guard {
        command.insert("onFailure".to_owned(), json!("block"));
    }
    let mut group = Map::new();
    if spec.on_tool {
        group.insert("matcher".to_owned(), json!("*"));
    }
    group.insert("hooks".to_owned(), Value::Array(vec![Value::Object(command)]));
    element(&["hooks", spec.wire], Value::Object(group))
}

/// `Edit` covers every way of writing a file, `Write` matches nothing; two slashes make the path absolute.
pub(super) fn denied(dir: &Utf8Path, file: &str) -> Entry {
    let rule = format!("Edit(/{}/{file})", escaped(dir.as_str()));
    element(&["permissions", "deny"], json!(rule))
}

/// The path with the characters of a pattern taken literally.
fn escaped(path: &str) -> String {
    let mut escaped = String::with_capacity(path.len());
    for character in path.trim_end_matches('/').chars() {
        if matches!(character, '*' | '?' | '[' | ']' | '\\') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// From this version on a missing binary is stopped by `onFailure`; an unknown version gets the shell's `|| exit 2`.
fn runs_without_shell(version: Option<&str>) -> bool {
    version.and_then(numbers).is_some_and(|version| version >= HAS_ON_FAILURE)
}

/// The three numbers in a text such as `2.1.329 (Claude Code)`.
fn numbers(version: &str) -> Option<[u64; 3]> {
    let mut parts = version.split_whitespace().next()?.split('.').map(|part| part.parse().ok());
    Some([parts.next()??, parts.next()??, parts.next()??])
}
