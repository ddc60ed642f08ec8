//! What the agents send today. A changed snapshot is a changed wire: read what is new before accepting it.

use exomonad_testkit::{HookRecorder, Script, Turn};
use expect_test::{ExpectFile, expect_file};
use serde_json::Value;

use crate::agent::{self, Agent};

const CLAUDE_EVENTS: [&str; 6] =
    ["SessionStart", "UserPromptSubmit", "PreToolUse", "PostToolUse", "Stop", "SessionEnd"];
const GEMINI_EVENTS: [&str; 6] =
    ["SessionStart", "BeforeAgent", "BeforeTool", "AfterTool", "AfterAgent", "SessionEnd"];

/// The tools whose arguments tell the policy what would be touched.
const CLAUDE_TOOLS: [&str; 8] =
    ["Agent", "Bash", "Edit", "MultiEdit", "NotebookEdit", "Read", "WebFetch", "Write"];
const GEMINI_TOOLS: [&str; 8] = [
    "glob",
    "invoke_agent",
    "list_directory",
    "read_file",
    "replace",
    "run_shell_command",
    "web_fetch",
    "write_file",
];
const CODEX_TOOLS: [&str; 5] = ["apply_patch", "exec_command", "view_image", "web_search", "write_stdin"];

/// Runs one shell command, and compares the payloads' keys and the offered tools' arguments with the snapshot.
fn check(agent: &Agent, events: &[&str], tools: &[&str], expected: &ExpectFile) {
    let project = agent.permissive_project();
    let recorder = HookRecorder::install(&project);
    let settings = match agent.harness {
        "gemini" => recorder.gemini_settings(events),
        _ => recorder.claude_settings(events),
    };
    project.write(agent.settings, &settings.to_string());
    let call = Turn::call(agent.shell, agent.shell_input("touch asked.txt"));
    let run = agent.play(&project, Script::new([call]));
    let mut seen = String::new();
    for event in events {
        let payloads = recorder.payloads(event);
        let payload = payloads.first().unwrap_or_else(|| panic!("`{event}` did not come\n{run}"));
        seen.push_str(event);
        for key in keys("", payload) {
            seen.push_str("\n  ");
            seen.push_str(&key);
        }
        seen.push('\n');
    }
    let request = *run.conversation().first().expect("the model was asked");
    seen.push_str("tools");
    for tool in tools {
        let mut arguments = request.tool_arguments(tool).unwrap_or_else(|| vec!["not offered".to_owned()]);
        arguments.sort_unstable();
        seen.push_str("\n  ");
        seen.push_str(tool);
        seen.push_str(": ");
        seen.push_str(&arguments.join(" "));
    }
    seen.push('\n');
    expected.assert_eq(&seen);
}

/// The keys of the payload and, a level down, of the objects in it, in order of the alphabet.
fn keys(prefix: &str, value: &Value) -> Vec<String> {
    let mut keys = Vec::new();
    for (key, member) in value.as_object().into_iter().flatten() {
        keys.push(format!("{prefix}{key}: {}", kind(member)));
        if prefix.is_empty() {
            keys.extend(self::keys(&format!("{key}."), member));
        }
    }
    keys.sort_unstable();
    keys
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[test]
fn claude_newest_sends_what_we_read() {
    check(&agent::claude_newest(), &CLAUDE_EVENTS, &CLAUDE_TOOLS, &expect_file!["wire/claude_newest.txt"]);
}

#[test]
fn claude_oldest_sends_what_we_read() {
    check(&agent::claude_oldest(), &CLAUDE_EVENTS, &CLAUDE_TOOLS, &expect_file!["wire/claude_oldest.txt"]);
}

#[test]
fn gemini_sends_what_we_read() {
    check(&agent::gemini(), &GEMINI_EVENTS, &GEMINI_TOOLS, &expect_file!["wire/gemini.txt"]);
}

#[test]
fn codex_sends_what_we_read() {
    check(&agent::codex(), &CLAUDE_EVENTS, &CODEX_TOOLS, &expect_file!["wire/codex.txt"]);
}
