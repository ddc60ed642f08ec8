//! The program that takes Claude Code's place in the demo: it invents no field, and is no kinder to us than the real one.

use camino::Utf8Path;
use exomonad_host::contract::{Decision, Verdict};
use exomonad_host::exec::Output;
use exomonad_host::harness::{Harness, StandIn, StandInAnswer, StandInStep, ToolUse, TranscriptEntry};
use serde_json::{Map, Value, json};

use crate::captures::recorded;
use crate::{bare, verdicts};

fn stand_in() -> StandIn {
    StandIn::new(Utf8Path::new("/t"), Utf8Path::new("/p"))
}

fn used(server: Option<&str>) -> ToolUse {
    let input = Map::from_iter([("command".to_owned(), json!("ls"))]);
    let name = server.map_or("Bash".to_owned(), |server| format!("mcp__{server}__echo"));
    ToolUse { id: "u".to_owned(), name, input, server: server.map(str::to_owned) }
}

fn output(code: i32, stdout: &str, stderr: &str) -> Output {
    Output {
        code: Some(code),
        signal: None,
        stdout: stdout.as_bytes().to_vec(),
        stderr: stderr.as_bytes().to_vec(),
        truncated: false,
    }
}

/// What the stand-in makes of our own words for a decision.
fn understood(step: StandInStep<'_>, decision: &Decision) -> StandInAnswer {
    let stand_in = stand_in();
    let asked = Harness::Claude.decode(step.event(), stand_in.question(step).as_bytes()).unwrap();
    let answer = Harness::Claude.encode(&asked, decision);
    stand_in.answer(step, &output(answer.exit.into(), answer.stdout.as_deref().unwrap_or_default(), ""))
}

#[test]
fn a_stand_in_asks_only_what_claude_code_asks() {
    let captures = recorded("claude-2.1.329");
    let (shell, mcp) = (used(None), used(Some("stub")));
    let done = json!({"stdout": "x"});
    let check = |step: StandInStep<'_>, capture: &str| {
        let (_, real) = captures.iter().find(|(name, _)| name == capture).unwrap();
        let real: Map<String, Value> = serde_json::from_slice(real).unwrap();
        let own: Map<String, Value> = serde_json::from_str(&stand_in().question(step)).unwrap();
        for key in own.keys() {
            assert!(real.contains_key(key), "{capture} has no `{key}`");
        }
        assert_eq!(own["hook_event_name"], real["hook_event_name"]);
    };
    check(StandInStep::Start, "SessionStart.interactive.json");
    check(StandInStep::Prompt("do it"), "UserPromptSubmit.json");
    check(StandInStep::PreTool(&shell), "PreToolUse.json");
    check(StandInStep::PreTool(&mcp), "PreToolUse.mcp.json");
    check(StandInStep::PostTool(&mcp, &done), "PostToolUse.mcp.json");
    check(StandInStep::ToolFailed(&shell, "no"), "PostToolUseFailure.json");
    check(StandInStep::Stop { words: "done", held: true }, "Stop.active.json");
    check(StandInStep::End, "SessionEnd.json");
}

#[test]
fn a_stand_in_does_with_our_verdicts_what_claude_code_does() {
    let tool = used(None);
    let check = |step: StandInStep<'_>, refused: [Option<&str>; 7]| {
        for (verdict, refused) in verdicts().into_iter().zip(refused) {
            let name = format!("{}: {}", step.event(), serde_json::to_string(&refused).unwrap());
            assert_eq!(understood(step, &bare(verdict)).refused.as_deref(), refused, "{name}");
        }
    };
    let none = None;
    check(
        StandInStep::PreTool(&tool),
        [none, none, Some("no"), Some("sure?"), none, Some("go on"), Some("enough")],
    );
    let stop = StandInStep::Stop { words: "", held: false };
    check(stop, [none, none, Some("no"), none, none, Some("go on"), none]);
    assert!(understood(stop, &bare(Verdict::Halt("enough".to_owned()))).halted);
    let rewritten =
        understood(StandInStep::PreTool(&tool), &bare(Verdict::Rewrite(r#"{"command":"pwd"}"#.to_owned())));
    assert_eq!(rewritten.input.unwrap()["command"], "pwd");
    let told = Decision { context: Some("know this".to_owned()), ..bare(Verdict::Pass) };
    assert_eq!(understood(StandInStep::Start, &told).context.as_deref(), Some("know this"));
}

#[test]
fn a_stand_in_forgives_no_more_than_claude_code() {
    let tool = used(None);
    let check = |step: StandInStep<'_>, output: &Output, refused: Option<&str>, context: Option<&str>| {
        let answer = stand_in().answer(step, output);
        assert_eq!((answer.refused.as_deref(), answer.context.as_deref()), (refused, context), "{output:?}");
    };
    let before = StandInStep::PreTool(&tool);
    check(before, &output(2, "", "guard failed\n"), Some("guard failed"), None);
    check(before, &output(1, "", "crashed"), None, None);
    check(before, &output(0, "plain", ""), None, None);
    check(StandInStep::Start, &output(0, "plain", ""), None, Some("plain"));
    let null = r#"{"systemMessage":null,"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny"}}"#;
    check(before, &output(0, null, ""), None, None);
    let other = r#"{"hookSpecificOutput":{"hookEventName":"Stop","permissionDecision":"deny"}}"#;
    check(before, &output(0, other, ""), None, None);
    let done = json!({});
    let late = r#"{"decision":"block","reason":"look again"}"#;
    check(StandInStep::PostTool(&tool, &done), &output(0, late, ""), None, Some("look again"));
}

#[test]
fn a_line_of_the_socket_is_for_its_session_only() {
    let stand_in = stand_in();
    let session: Value = serde_json::from_str(&stand_in.question(StandInStep::End)).unwrap();
    let line = |session: &Value| {
        json!({"type": "user", "session_id": session, "message": {"role": "user", "content": "hello"}})
            .to_string()
    };
    let told = stand_in.told(&line(&session["session_id"])).unwrap();
    assert!(told.ends_with("\nhello"), "{told}");
    assert_eq!(stand_in.told(&line(&json!("another"))), None);
    assert_eq!(stand_in.told(r#"{"type":"auth","token":"x"}"#), None);
    assert_eq!(stand_in.told("no JSON"), None);
}

#[test]
fn a_transcript_has_one_line_an_entry_and_all_of_its_text() {
    let text = "two\nlines, and #019aa2c4-6a3e-7c51-b1a0-2f4f3f1f0c11";
    for entry in [
        TranscriptEntry::Prompt(text),
        TranscriptEntry::Held(text),
        TranscriptEntry::Context(text),
        TranscriptEntry::Words(text),
        TranscriptEntry::Result(text),
        TranscriptEntry::Note(text),
    ] {
        let line = stand_in().line(entry);
        assert!(!line.contains('\n') && line.contains("#019aa2c4-6a3e-7c51-b1a0-2f4f3f1f0c11"), "{line}");
    }
}
