//! When an agent counts as stuck, and when it does not any more.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::super::Duty;
use super::super::stuck::Stuck;
use super::{Ground, ground};
use crate::agent::AgentName;
use crate::clock::Clock;
use crate::config::Config;
use crate::store::{Activity, AgentState, Doing, RequestDraft};

const MINUTE: u64 = 60_000;

thread_local! {
    /// The time in one test.
    static NOW: Cell<u64> = const { Cell::new(1_000_000) };
}

fn at(time_ms: u64) {
    NOW.set(time_ms);
}

fn start() -> (Ground, Stuck) {
    let mut ground = ground();
    ground.site.clock = Clock::new(|| NOW.get());
    let stuck = Stuck::of(&ground.site).unwrap();
    (ground, stuck)
}

fn doing(ground: &Ground, doing: Doing) {
    let activity = Activity { session: "s".to_owned(), doing, since_ms: NOW.get(), socket: None };
    ground.site.store.set_activity(&AgentName::parse("api").unwrap(), &activity).unwrap();
    step(ground, "hook.prompt-submitted", &json!({}));
}

fn step(ground: &Ground, kind: &str, data: &Value) {
    ground.site.store.record_event(NOW.get(), kind, "api", &data.to_string()).unwrap();
}

fn told(ground: &Ground) -> Vec<Value> {
    ground.events("agent.stuck").iter().map(|event| serde_json::from_str(&event.data).unwrap()).collect()
}

#[test]
fn an_agent_without_a_step_is_stuck_at_the_minute_and_told_once() {
    let (ground, mut stuck) = start();
    doing(&ground, Doing::Working);
    at(1_000_000 + MINUTE);
    step(&ground, "hook.pre-tool-use", &json!({"tool": "Bash"}));
    assert_eq!(stuck.go().unwrap(), Duration::from_secs(15 * 60));
    at(1_000_000 + 16 * MINUTE - 1);
    assert_eq!(stuck.go().unwrap(), Duration::from_millis(1));
    assert!(told(&ground).is_empty());
    at(1_000_000 + 16 * MINUTE);
    stuck.go().unwrap();
    let expected = json!({"why": "no-step", "since_ms": 1_060_000, "minutes": 15, "tool": "Bash"});
    assert_eq!(told(&ground), std::slice::from_ref(&expected));
    at(1_000_000 + 60 * MINUTE);
    stuck.go().unwrap();
    // Nor does the next holder of the lease tell it again.
    Stuck::of(&ground.site).unwrap().go().unwrap();
    assert_eq!(told(&ground), [expected]);
}

#[test]
fn a_step_ends_it_and_another_silence_is_news() {
    let (ground, mut stuck) = start();
    doing(&ground, Doing::Working);
    at(1_000_000 + 15 * MINUTE);
    stuck.go().unwrap();
    ground.record("message.queued", "api", &json!({}));
    stuck.go().unwrap();
    assert!(ground.events("agent.unstuck").is_empty(), "a message to it is no step of it");
    step(&ground, "hook.post-tool-use", &json!({"tool": "Bash"}));
    assert_eq!(stuck.go().unwrap(), Duration::from_secs(15 * 60));
    assert_eq!(ground.events("agent.unstuck").len(), 1);
    at(1_000_000 + 30 * MINUTE);
    stuck.go().unwrap();
    assert_eq!(told(&ground).len(), 2);
}

#[test]
fn who_waits_or_has_ended_is_not_stuck() {
    let (ground, mut stuck) = start();
    for (index, other) in [Doing::Idle, Doing::Asking, Doing::Ended].into_iter().enumerate() {
        doing(&ground, other);
        at(NOW.get() + 20 * MINUTE);
        stuck.go().unwrap();
        assert_eq!(told(&ground).len(), 0, "{index}");
    }
    doing(&ground, Doing::Working);
    at(NOW.get() + 20 * MINUTE);
    let name = AgentName::parse("api").unwrap();
    ground.site.store.set_agent_state(&name, AgentState::Stopped).unwrap();
    stuck.go().unwrap();
    assert_eq!(told(&ground).len(), 0, "its harness is gone");
    ground.site.store.set_agent_state(&name, AgentState::Running).unwrap();
    let me = crate::agent::ProcessIdentity::own().unwrap();
    let draft =
        RequestDraft { asker: &name, waiter: &me, title: "?", form: "{}", deadline_ms: u64::MAX >> 2 };
    ground.site.store.open_request(&draft, 1).unwrap();
    stuck.go().unwrap();
    assert_eq!(told(&ground).len(), 0, "it has asked its human");
}

#[test]
fn five_identical_failing_calls_in_a_row_are_too_many() {
    let (ground, mut stuck) = start();
    doing(&ground, Doing::Working);
    let fail = |call: &str| {
        step(&ground, "hook.post-tool-use", &json!({"tool": "Bash", "failed_call": call}));
    };
    for call in ["a", "a", "a", "a", "b", "a", "a", "a", "a"] {
        fail(call);
        stuck.go().unwrap();
    }
    assert!(told(&ground).is_empty(), "not five in a row");
    fail("a");
    stuck.go().unwrap();
    fail("a");
    stuck.go().unwrap();
    let expected = json!({"why": "failures", "since_ms": 1_000_000, "times": 5, "tool": "Bash"});
    assert_eq!(told(&ground), [expected]);
    step(&ground, "hook.post-tool-use", &json!({"tool": "Bash"}));
    stuck.go().unwrap();
    assert_eq!(ground.events("agent.unstuck").len(), 1);
}

#[test]
fn five_stops_that_were_not_let_through_are_too_many() {
    let (ground, mut stuck) = start();
    doing(&ground, Doing::Working);
    let name = AgentName::parse("api").unwrap();
    for again in [false, true, true, true] {
        ground.site.store.record_stop_block(&name, "commit first", again, 1_000_000).unwrap();
        stuck.go().unwrap();
    }
    assert!(told(&ground).is_empty());
    ground.site.store.record_stop_block(&name, "commit first", true, 1_000_000).unwrap();
    stuck.go().unwrap();
    assert_eq!(told(&ground), [json!({"why": "blocks", "since_ms": 1_000_000, "times": 5})]);
    let blocked = ground.events("agent.stop-blocked");
    assert_eq!(blocked[4].data, r#"{"reason":"commit first","times":5}"#);
    doing(&ground, Doing::Idle);
    stuck.go().unwrap();
    assert_eq!(ground.events("agent.unstuck").len(), 1);
}

#[test]
fn it_can_be_switched_off() {
    let mut ground = ground();
    let mut config = Config::default();
    config.agents.stuck_minutes = 0;
    ground.site.config = Arc::new(config);
    assert!(Stuck::of(&ground.site).is_none());
}
