//! How a command ended, as each harness tells it.

use exomonad_host::contract::HookEvent;
use exomonad_host::harness::Harness;
use serde_json::{Value, json};

const WELL: (bool, bool) = (false, true);
const BADLY: (bool, bool) = (true, true);
const UNKNOWN: (bool, bool) = (false, false);

#[track_caller]
fn check(harness: Harness, event: &str, tool: &str, response: &Value, expected: (bool, bool)) {
    let payload = json!({
        "session_id": "s", "cwd": "/w", "hook_event_name": harness.event(event).unwrap().wire, "tool_name": tool,
        "tool_input": {"command": "cargo test"}, "tool_response": response,
    });
    let asked = harness.decode(event, payload.to_string().as_bytes()).unwrap();
    let HookEvent::PostTool(done) = asked.hook.event else { panic!("{:?}", asked.hook.event) };
    assert_eq!((done.failed, done.end_known), expected, "{response}");
}

#[test]
fn claude_tells_a_command_that_ended_from_one_that_goes_on() {
    let bash = |more: Value, expected| {
        let mut response = json!({"stdout": "", "stderr": "", "interrupted": false, "isImage": false});
        response.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        check(Harness::Claude, "post-tool-use", "Bash", &response, expected);
    };
    bash(json!({}), WELL);
    bash(json!({"backgroundTaskId": "b1"}), UNKNOWN);
    bash(json!({"interrupted": true}), BADLY);
    bash(json!({"returnCodeInterpretation": "No matches found"}), BADLY);
    check(Harness::Claude, "post-tool-use", "Bash", &json!("text"), UNKNOWN);
    check(Harness::Claude, "post-tool-use", "Monitor", &json!({"taskId": "m1"}), UNKNOWN);
    check(Harness::Claude, "post-tool-use", "Write", &json!({"filePath": "/w/a"}), WELL);
    check(Harness::Claude, "post-tool-use-failure", "Bash", &Value::Null, BADLY);
}

#[test]
fn gemini_tells_a_status_after_the_output_and_no_output_can_stand_for_it() {
    let shell = |text: &str, expected| {
        for text in [text.to_owned(), format!("<untrusted_context>\n{text}\n</untrusted_context>")] {
            let response = json!({"llmContent": text, "returnDisplay": ""});
            check(Harness::Gemini, "post-tool-use", "run_shell_command", &response, expected);
        }
    };
    shell("Output: ok\nProcess Group PGID: 7", WELL);
    shell("Output: (empty)\nBackground PIDs: 8, 9\nProcess Group PGID: 7", WELL);
    shell("Output: no\nExit Code: 101\nProcess Group PGID: 7", BADLY);
    shell("Output: no\nExit Code: 101\nBackground PIDs: 8\nProcess Group PGID: 7", BADLY);
    shell("Output: no\nSignal: 9\nProcess Group PGID: 7", BADLY);
    shell("Output: Exit Code: 1\nall is well\nProcess Group PGID: 7", WELL);
    shell("Output: no\nExit Code: 1\nProcess Group PGID: 1\nExit Code: 1\nProcess Group PGID: 7", BADLY);
    shell("Output: cut off", UNKNOWN);
    shell("Command moved to background (PID: 7). Output hidden. Press Ctrl+B to view.", UNKNOWN);
    shell("Command was cancelled by user before it could complete. There was no output.", BADLY);
    let failed = json!({"llmContent": "x", "error": {"message": "no"}});
    check(Harness::Gemini, "post-tool-use", "run_shell_command", &failed, BADLY);
    check(Harness::Gemini, "post-tool-use", "read_file", &json!({"llmContent": "x"}), WELL);
    check(Harness::Gemini, "post-tool-use", "read_file", &failed, BADLY);
}

#[test]
fn codex_sends_what_a_command_printed_and_not_how_it_ended() {
    check(Harness::Codex, "post-tool-use", "Bash", &json!("ok\n"), UNKNOWN);
    check(Harness::Codex, "post-tool-use", "apply_patch", &json!("done"), WELL);
}
