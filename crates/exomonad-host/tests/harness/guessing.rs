//! The harness of a payload, when nobody said.

use exomonad_host::harness::Harness;

use crate::captures::recorded;

#[track_caller]
fn check(client: &str, harness: Harness) {
    for (name, bytes) in recorded(client) {
        assert_eq!(Harness::guess("stop", &bytes), harness, "{client}/{name}");
    }
}

#[test]
fn every_recorded_payload_is_recognised() {
    check("claude-2.1.329", Harness::Claude);
    check("claude-2.1.197", Harness::Claude);
    check("gemini-0.61.0", Harness::Gemini);
    check("codex-0.169.0", Harness::Codex);
}

#[test]
fn without_a_readable_payload_the_event_decides() {
    assert_eq!(Harness::guess("BeforeTool", b"not json"), Harness::Gemini);
    assert_eq!(Harness::guess("Interrupt", b""), Harness::Codex);
    assert_eq!(Harness::guess("pre-tool-use", b"not json"), Harness::Claude);
}
