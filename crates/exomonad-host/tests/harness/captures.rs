//! Payloads recorded from the real programs. The folder's name is the program and its version.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use exomonad_host::contract::HookEvent;
use exomonad_host::harness::{Asked, Harness};
use expect_test::{ExpectFile, expect_file};

fn folder(client: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/harness/captures").join(client)
}

/// File names and contents, by name.
pub(crate) fn recorded(client: &str) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(folder(client))
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no captures in {client}");
    files
}

#[expect(clippy::use_debug, reason = "the snapshot shows the values themselves")]
fn describe(name: &str, asked: &Asked) -> String {
    let mut text = String::new();
    let hook = &asked.hook;
    let spec = asked.spec.unwrap();
    writeln!(text, "{name}: {}", spec.name).unwrap();
    writeln!(text, "  {:?}", hook.event).unwrap();
    writeln!(text, "  session {}, cwd {}", hook.session, hook.cwd).unwrap();
    if let Some(subagent) = &hook.subagent {
        writeln!(text, "  subagent {subagent:?}").unwrap();
    }
    if let Some(mode) = &asked.permission_mode {
        writeln!(text, "  mode {mode}").unwrap();
    }
    writeln!(text, "  transcript {}", hook.transcript.as_deref().unwrap()).unwrap();
    for warning in &asked.warnings {
        writeln!(text, "  warning: {warning}").unwrap();
    }
    text
}

#[track_caller]
fn check(harness: Harness, client: &str, expect: &ExpectFile) {
    let mut text = String::new();
    for (name, bytes) in recorded(client) {
        let wire = name.split('.').next().unwrap();
        let asked = harness.decode(wire, &bytes).unwrap_or_else(|err| panic!("{client}/{name}: {err}"));
        assert_eq!(asked.hook.raw.as_bytes(), bytes.trim_ascii(), "{client}/{name}");
        text.push_str(&describe(&name, &asked));
    }
    expect.assert_eq(&text);
}

#[test]
fn every_payload_of_claude_code_2_1_329_is_understood() {
    check(Harness::Claude, "claude-2.1.329", &expect_file!["golden/decode-claude-2.1.329.txt"]);
}

#[test]
fn every_payload_of_claude_code_2_1_197_is_understood() {
    check(Harness::Claude, "claude-2.1.197", &expect_file!["golden/decode-claude-2.1.197.txt"]);
}

#[test]
fn every_payload_of_gemini_cli_0_61_0_is_understood() {
    check(Harness::Gemini, "gemini-0.61.0", &expect_file!["golden/decode-gemini-0.61.0.txt"]);
}

#[test]
fn every_payload_of_codex_0_169_0_is_understood() {
    check(Harness::Codex, "codex-0.169.0", &expect_file!["golden/decode-codex-0.169.0.txt"]);
}

#[test]
fn a_tool_that_gemini_says_failed_is_failed() {
    let payload = br#"{"session_id":"s","hook_event_name":"AfterTool","tool_name":"glob","tool_input":{},
        "tool_response":{"llmContent":"x","error":{"message":"boom"}}}"#;
    let asked = Harness::Gemini.decode("post-tool-use", payload).unwrap();
    let HookEvent::PostTool(done) = asked.hook.event else { panic!("{:?}", asked.hook.event) };
    assert!(done.failed);
}
