//! Payloads that cannot be understood, and what we say about them.

use std::error::Error;
use std::fmt::Write;

use exomonad_host::contract::{HookEvent, HookKind};
use exomonad_host::harness::{DecodeError, Harness, MAX_PAYLOAD_BYTES};
use expect_test::{Expect, expect};

fn error(event: &str, payload: &[u8]) -> DecodeError {
    Harness::Claude.decode(event, payload).unwrap_err()
}

#[track_caller]
fn check(payloads: &[&[u8]], expect: &Expect) {
    let mut text = String::new();
    for payload in payloads {
        let err = error("pre-tool-use", payload);
        write!(text, "{err}").unwrap();
        if let Some(cause) = err.source() {
            write!(text, "; {cause}").unwrap();
        }
        text.push('\n');
    }
    expect.assert_eq(&text);
}

#[test]
fn what_is_not_a_json_object_is_refused_with_its_place() {
    check(
        &[b"", b"  \n", b"{\"a\":\n 1,}", b"{} {}", b"[]", b"null", b"\"x\"", b"\xff{}"],
        &expect![[r#"
        hook payload is not JSON at line 1 column 0; EOF while parsing a value at line 1 column 0
        hook payload is not JSON at line 1 column 0; EOF while parsing a value at line 1 column 0
        hook payload is not JSON at line 2 column 4; trailing comma at line 2 column 4
        hook payload is not JSON at line 1 column 4; trailing characters at line 1 column 4
        hook payload is an array where an object is expected
        hook payload is null where an object is expected
        hook payload is a string where an object is expected
        hook payload is not UTF-8; invalid utf-8 sequence of 1 bytes from index 0
    "#]],
    );
}

#[test]
fn a_guard_names_the_field_it_misses() {
    check(
        &[
            br"{}",
            br#"{"hook_event_name":"PreToolUse"}"#,
            br#"{"hook_event_name":"PreToolUse","session_id":7}"#,
            br#"{"hook_event_name":["PreToolUse"]}"#,
            br#"{"hook_event_name":"PreToolUse","session_id":"s"}"#,
            br#"{"hook_event_name":"PreToolUse","session_id":"s","tool_name":null}"#,
            br#"{"hook_event_name":"PreToolUse","session_id":"s","tool_name":"T"}"#,
            br#"{"hook_event_name":"PreToolUse","session_id":"s","tool_name":"T","tool_input":"ls"}"#,
        ],
        &expect![[r#"
            hook payload has no `hook_event_name`
            hook payload has no `session_id`
            hook payload has a number in `session_id` where a string is expected
            hook payload has an array in `hook_event_name` where a string is expected
            hook payload has no `tool_name`
            hook payload has no `tool_name`
            hook payload has no `tool_input`
            hook payload has a string in `tool_input` where an object is expected
        "#]],
    );
}

#[test]
fn a_bomb_of_brackets_is_an_error() {
    let bomb = format!(r#"{{"tool_input":{}"#, "[".repeat(1_000_000));
    assert!(matches!(error("pre-tool-use", bomb.as_bytes()), DecodeError::NotJson { .. }));
    let nested = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    let bomb = format!(
        r#"{{"hook_event_name":"PreToolUse","session_id":"s","tool_name":"T","tool_input":{{"x":{nested}}}}}"#
    );
    assert!(matches!(error("pre-tool-use", bomb.as_bytes()), DecodeError::NotJson { .. }));
}

#[test]
fn a_payload_of_more_than_the_limit_is_refused_unread() {
    let payload = vec![b'{'; MAX_PAYLOAD_BYTES + 1];
    assert!(matches!(error("stop", &payload), DecodeError::TooLarge));
}

#[test]
fn a_big_tool_result_is_taken_whole() {
    let result = "x\\n".repeat(2_000_000);
    let payload = format!(
        r#"{{"session_id":"s","hook_event_name":"PostToolUse","tool_name":"Bash","tool_input":{{}},"tool_response":{{"stdout":"{result}"}}}}"#
    );
    let asked = Harness::Claude.decode("post-tool-use", payload.as_bytes()).unwrap();
    assert_eq!(asked.kind(), HookKind::PostTool);
    let HookEvent::PostTool(done) = asked.hook.event else { panic!("not a post-tool hook") };
    assert_eq!(done.response.len(), result.len() + r#"{"stdout":""}"#.len());
}
