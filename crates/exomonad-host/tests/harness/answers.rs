//! The exact JSON we print, for every event a settings file registers and every kind of verdict.

use std::fmt::Write;

use exomonad_host::contract::{Decision, Verdict};
use exomonad_host::harness::{Answer, Downgrade, EventSpec, FailureClass, Harness, VerdictKind};
use expect_test::{ExpectFile, expect_file};
use serde_json::Value;

use crate::{bare, every_event, payload, verdicts};

fn answer(harness: Harness, spec: &EventSpec, decision: &Decision) -> Answer {
    let asked = harness.decode(spec.name, payload(spec).as_bytes()).unwrap();
    assert_eq!(asked.spec, Some(spec));
    harness.encode(&asked, decision)
}

fn with_texts(verdict: Verdict) -> Decision {
    Decision { verdict, message: Some("to user".to_owned()), context: Some("to model".to_owned()) }
}

fn downgrade(downgrade: &Downgrade) -> String {
    match downgrade {
        Downgrade::Verdict { to, why, .. } => format!("{}: {why}", to.name()),
        Downgrade::ContextDropped => "context dropped".to_owned(),
        Downgrade::ContextInReason => "context in reason".to_owned(),
        Downgrade::MessageDropped => "message dropped".to_owned(),
    }
}

fn line(text: &mut String, label: &str, answer: &Answer) {
    assert_eq!((answer.exit, &answer.stderr), (0, &None));
    write!(text, "  {label:<8}{}", answer.stdout.as_deref().unwrap_or("-")).unwrap();
    for lost in &answer.downgrades {
        write!(text, "  [{}]", downgrade(lost)).unwrap();
    }
    text.push('\n');
}

#[track_caller]
fn check(harness: Harness, expect: &ExpectFile) {
    let mut text = String::from(
        "Every verdict bare, then (+) with a message for the user and a context for the model.\n",
    );
    for spec in harness.events().iter().filter(|spec| spec.installed || spec.wire.ends_with("Model")) {
        writeln!(text, "\n{} ({})", spec.name, spec.wire).unwrap();
        for verdict in verdicts() {
            let name = VerdictKind::from(&verdict).name();
            line(&mut text, name, &answer(harness, spec, &bare(verdict.clone())));
            line(&mut text, &format!("+{name}"), &answer(harness, spec, &with_texts(verdict)));
        }
    }
    expect.assert_eq(&text);
}

#[test]
fn claude_gets_its_own_json() {
    check(Harness::Claude, &expect_file!["golden/answers-claude.txt"]);
}

#[test]
fn gemini_gets_its_own_json() {
    check(Harness::Gemini, &expect_file!["golden/answers-gemini.txt"]);
}

#[test]
fn codex_gets_its_own_json() {
    check(Harness::Codex, &expect_file!["golden/answers-codex.txt"]);
}

#[test]
fn a_pass_without_texts_is_silent_everywhere() {
    for (harness, spec) in every_event() {
        assert_eq!(answer(harness, spec, &bare(Verdict::Pass)), Answer::default(), "{harness} {}", spec.name);
    }
}

#[test]
fn an_unknown_event_is_never_answered() {
    for harness in Harness::ALL {
        let asked = harness.decode("brand-new", br#"{"hook_event_name":"BrandNew"}"#).unwrap();
        for verdict in verdicts() {
            let answer = harness.encode(&asked, &with_texts(verdict));
            assert_eq!((answer.stdout, answer.exit), (None, 0));
        }
    }
}

/// A tool that must not run does not run: its answer says no in the harness's own words.
#[test]
fn no_refusal_before_a_tool_is_lost() {
    for harness in Harness::ALL {
        let spec = harness.event("pre-tool-use").unwrap();
        for verdict in
            [Verdict::Deny(String::new()), Verdict::Block(" ".to_owned()), Verdict::Halt(String::new())]
        {
            let json: Value =
                serde_json::from_str(&answer(harness, spec, &bare(verdict)).stdout.unwrap()).unwrap();
            let (word, reason) = match harness {
                Harness::Claude | Harness::Codex => (
                    &json["hookSpecificOutput"]["permissionDecision"],
                    &json["hookSpecificOutput"]["permissionDecisionReason"],
                ),
                Harness::Gemini => (&json["decision"], &json["reason"]),
            };
            assert_eq!(word, "deny", "{harness}");
            assert!(!reason.as_str().unwrap().trim().is_empty(), "{harness}");
        }
    }
}

#[test]
fn a_new_input_that_is_no_object_stops_the_tool() {
    for input in ["", "[1]", "null", "{"] {
        for harness in Harness::ALL {
            let spec = harness.event("pre-tool-use").unwrap();
            let answer = answer(harness, spec, &bare(Verdict::Rewrite(input.to_owned())));
            assert!(answer.stdout.unwrap().contains(r#""deny""#), "{harness} {input}");
            assert!(!answer.downgrades.is_empty());
        }
    }
}

/// The output schemas of Codex 0.169.0 allow no other key, and one unknown key voids the answer.
#[test]
fn codex_gets_no_key_its_schema_does_not_have() {
    for spec in Harness::Codex.events() {
        let mut top = vec!["continue", "stopReason", "systemMessage"];
        let mut specific = vec![];
        match spec.wire {
            "PreToolUse" => {
                top.push("hookSpecificOutput");
                specific.extend(["permissionDecision", "permissionDecisionReason", "additionalContext"]);
            }
            "PermissionRequest" => {
                top.push("hookSpecificOutput");
                specific.push("decision");
            }
            "PostToolUse" | "UserPromptSubmit" => {
                top.extend(["decision", "reason", "hookSpecificOutput"]);
                specific.push("additionalContext");
            }
            "SessionStart" | "SubagentStart" => {
                top.push("hookSpecificOutput");
                specific.push("additionalContext");
            }
            "Stop" | "SubagentStop" => top.extend(["decision", "reason"]),
            "PreCompact" => {}
            _ => top.clear(),
        }
        for verdict in verdicts() {
            let Some(stdout) = answer(Harness::Codex, spec, &with_texts(verdict)).stdout else { continue };
            let json: Value = serde_json::from_str(&stdout).unwrap();
            for (key, value) in json.as_object().unwrap() {
                assert!(top.contains(&key.as_str()), "{}: {key}", spec.wire);
                if key == "hookSpecificOutput" {
                    assert_eq!(value["hookEventName"], spec.wire);
                    for key in value.as_object().unwrap().keys().filter(|key| *key != "hookEventName") {
                        assert!(specific.contains(&key.as_str()), "{}: {key}", spec.wire);
                    }
                }
            }
        }
    }
}

#[test]
fn claude_is_told_the_event_it_sent_and_never_a_null() {
    for spec in Harness::Claude.events() {
        for verdict in verdicts() {
            let Some(stdout) = answer(Harness::Claude, spec, &with_texts(verdict)).stdout else { continue };
            assert!(!stdout.contains("null"), "{stdout}");
            let json: Value = serde_json::from_str(&stdout).unwrap();
            if let Some(specific) = json.get("hookSpecificOutput") {
                assert_eq!(specific["hookEventName"], spec.wire);
            }
        }
    }
}

#[test]
fn a_failing_guard_is_closed_and_a_failing_nudge_is_open() {
    for (harness, spec) in every_event() {
        let answer = harness.refuse(Some(spec), "the guest is broken");
        let exit = match spec.class {
            FailureClass::Guard => 2,
            FailureClass::Nudge => 0,
        };
        assert_eq!(
            (answer.stdout, answer.stderr.as_deref(), answer.exit),
            (None, Some("the guest is broken"), exit)
        );
    }
    for harness in Harness::ALL {
        assert_eq!(harness.refuse(harness.event("pre-tool-use"), "x").exit, 2);
        assert_eq!(harness.refuse(None, "x").exit, 0);
        assert!(!harness.refuse(harness.event("pre-tool-use"), " ").stderr.unwrap().trim().is_empty());
    }
}
