//! `exomonad events` shows each step of a real run.

use serde_json::Value;

use crate::agent::Agent;
use crate::held::Held;

cases! {
    claude_newest: each_step_is_recorded_in_order, a_refusal_is_recorded_with_its_reason;
    claude_oldest: each_step_is_recorded_in_order, a_refusal_is_recorded_with_its_reason;
    gemini: each_step_is_recorded_in_order, a_refusal_is_recorded_with_its_reason;
    codex: each_step_is_recorded_in_order, a_refusal_is_recorded_with_its_reason;
}

fn each_step_is_recorded_in_order(agent: &Agent) {
    let held = Held::new(agent);
    let run = held.shell("touch plain.txt");
    let events = held.events();
    let kinds: Vec<&str> = events.iter().map(|(kind, _)| kind.as_str()).collect();
    let expected = [
        "hook.session-start",
        "hook.user-prompt-submit",
        "hook.pre-tool-use",
        "hook.post-tool-use",
        "hook.stop",
        "hook.session-end",
    ];
    let mut rest = kinds.iter();
    for step in expected {
        assert!(rest.any(|kind| *kind == step), "`{step}` is missing or out of order in {kinds:?}\n{run}");
    }
    for (kind, data) in events.iter().filter(|(kind, _)| kind.starts_with("hook.")) {
        assert_eq!(data["harness"], agent.harness, "{kind}");
    }
}

fn a_refusal_is_recorded_with_its_reason(agent: &Agent) {
    let held = Held::new(agent);
    let run = held.shell("touch .exomonad/x");
    let events = held.events();
    let refused = events.iter().find(|(kind, _)| kind == "hook.pre-tool-use").map(|(_, data)| data);
    let refused = refused.unwrap_or_else(|| panic!("the hook was not recorded\n{run}"));
    assert_eq!(
        (&refused["verdict"], &refused["tool"]),
        (&Value::from("deny"), &Value::from(agent.shell_in_hooks))
    );
    assert!(refused["reason"].as_str().is_some_and(|reason| reason.contains(".exomonad")), "{refused}");
}
