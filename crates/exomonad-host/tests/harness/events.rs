//! Names of harnesses and events.

use exomonad_host::contract::{HookEvent, HookKind};
use exomonad_host::harness::Harness;

use crate::every_event;

#[test]
fn a_harness_is_found_by_its_name_and_by_nothing_else() {
    for harness in Harness::ALL {
        assert_eq!(harness.to_string().parse(), Ok(harness));
    }
    assert_eq!(
        "Claude".parse::<Harness>().unwrap_err().to_string(),
        "unknown harness `Claude`, expected one of: claude, gemini, codex"
    );
}

#[test]
fn every_event_is_found_by_both_of_its_names_and_both_are_unique() {
    for (harness, spec) in every_event() {
        assert_eq!(harness.event(spec.name), Some(spec));
        assert_eq!(harness.event(spec.wire), Some(spec));
        let same = harness.events().iter().filter(|other| other.name == spec.name || other.wire == spec.wire);
        assert_eq!(same.count(), 1, "{harness} {}", spec.name);
    }
}

#[test]
fn every_harness_understands_the_names_older_set_ups_use() {
    let aliases = [
        ("after-agent", HookKind::Stop),
        ("before-tool", HookKind::PreTool),
        ("after-tool", HookKind::PostTool),
        ("before-agent", HookKind::PromptSubmitted),
        ("pre-compress", HookKind::PreCompact),
        ("worker-exit", HookKind::WorkerExit),
    ];
    for harness in Harness::ALL {
        for (alias, kind) in aliases {
            assert_eq!(harness.event(alias).map(|spec| spec.kind), Some(kind), "{harness} {alias}");
        }
        assert_eq!(harness.event("no-such-event"), None);
    }
}

#[test]
fn the_payload_wins_over_the_command_line_and_the_difference_is_a_warning() {
    let asked =
        Harness::Claude.decode("stop", br#"{"hook_event_name":"SessionEnd","reason":"other"}"#).unwrap();
    assert_eq!(asked.hook.event, HookEvent::SessionEnd("other".to_owned()));
    assert_eq!(
        asked.warnings,
        ["the command line says `stop` but the payload says `SessionEnd`; taken as `session-end`"]
    );
    let same = Harness::Gemini.decode("after-agent", br#"{"hook_event_name":"AfterAgent"}"#).unwrap();
    assert_eq!(same.warnings, [] as [String; 0]);
}

#[test]
fn an_event_of_another_harness_is_taken_as_the_command_line_says() {
    let asked = Harness::Claude.decode("stop", br#"{"hook_event_name":"AfterAgent"}"#).unwrap();
    assert_eq!(asked.kind(), HookKind::Stop);
    assert_eq!(
        asked.warnings,
        ["the payload's event `AfterAgent` is none of claude's; taken as `stop` from the command line"]
    );
}

#[test]
fn an_event_nobody_knows_is_passed_on_by_name() {
    let asked = Harness::Codex.decode("brand-new", br#"{"hook_event_name":"BrandNew"}"#).unwrap();
    assert_eq!((asked.spec, asked.kind()), (None, HookKind::Other));
    assert_eq!(asked.hook.event, HookEvent::Other("BrandNew".to_owned()));
    assert_eq!(asked.warnings, ["codex has no event `BrandNew`; nothing is decided"]);
    let bare = Harness::Codex.decode("brand-new", b"{}").unwrap();
    assert_eq!(bare.hook.event, HookEvent::Other("brand-new".to_owned()));
}

#[test]
fn absent_and_null_details_are_empty() {
    let asked = Harness::Claude.decode("stop", br#"{"last_assistant_message":null}"#).unwrap();
    let HookEvent::Stop(stop) = asked.hook.event else { panic!("{:?}", asked.hook.event) };
    assert_eq!((stop.last_message.as_str(), stop.already_blocked), ("", false));
    assert_eq!((asked.hook.session.as_str(), asked.hook.cwd.as_str()), ("", ""));
}

#[test]
fn a_worker_s_exit_status_is_words_or_a_number() {
    for (payload, words) in
        [(r#"{"exit_status":"signal 9"}"#, "signal 9"), (r#"{"exit_status":0}"#, "0"), ("{}", "")]
    {
        let asked = Harness::Claude.decode("worker-exit", payload.as_bytes()).unwrap();
        assert_eq!(asked.hook.event, HookEvent::WorkerExit(words.to_owned()));
    }
}
