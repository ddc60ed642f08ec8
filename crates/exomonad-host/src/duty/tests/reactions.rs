//! Reactions of the fixture guest, which does what an event's data say.

use serde_json::{Value, json};

use super::super::Duty;
use super::super::reactions::Reactions;
use super::{Ground, ground};
use crate::contract::messages::Message;
use crate::engine::{Guest, GuestSource};
use crate::store::MailFilter;
use crate::tool::{Calls, Request, Toolbox};

/// The duty of a sidecar that has just taken the lease.
fn duty(ground: &Ground) -> Reactions {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../exomonad-testkit/fixture.wasm");
    let guest = Guest::compile(&std::fs::read(path).unwrap()).unwrap();
    let toolbox = Toolbox::open(&Request {
        dir: &ground.site.repository.root,
        claimed: Some("root"),
        surroundings: &ground.site.surroundings,
        user_config: None,
        clock: ground.site.clock,
        guest: &GuestSource::Loaded(Box::new(guest)),
        calls: Calls::Many,
    });
    Reactions::of(&toolbox.unwrap()).unwrap()
}

/// Goes on until there is nothing to do.
fn settle(duty: &mut Reactions) {
    for _ in 0..100 {
        if !duty.go().unwrap().is_zero() {
            return;
        }
    }
    panic!("it goes on and on");
}

fn messages(ground: &Ground, to: &str) -> Vec<Message> {
    let filter = MailFilter { agent: Some(to.to_owned()), acked: true };
    let mail = ground.site.store.mail(&filter, 1000).unwrap();
    mail.into_iter().map(|mail| mail.message).filter(|message| message.to == to).collect()
}

fn data(event: &crate::contract::Event) -> Value {
    serde_json::from_str(&event.data).unwrap()
}

fn send(to: &str, body: &str) -> Value {
    json!({ "send": [[to, body]] })
}

#[test]
fn a_reaction_sends_emits_and_notifies() {
    let ground = ground();
    let mut duty = duty(&ground);
    let wanted = json!({
        "send": [["api", "read this"], ["parent", "look at api"]],
        "emit": [["test.result", "{\"n\":1}"]],
        "notify": ["come here"],
    });
    ground.record("test.event", "api", &wanted);
    settle(&mut duty);
    let [told] = &messages(&ground, "api")[..] else { panic!("one message") };
    assert_eq!((told.from.as_str(), told.human, told.kind.as_str()), ("exomonad", false, "test.event"));
    assert_eq!(told.body, "read this");
    assert_eq!(messages(&ground, "root")[0].body, "look at api");
    let emitted = ground.events("test.result");
    assert_eq!((emitted[0].agent.as_str(), data(&emitted[0])), ("api", json!({"n": 1})));
    assert_eq!(data(&ground.events("ui.notified")[0]), json!({"text": "come here"}));
}

#[test]
fn what_happened_before_the_guest_was_there_is_not_news() {
    let ground = ground();
    ground.record("test.event", "api", &send("api", "old"));
    let mut duty = duty(&ground);
    ground.record("test.event", "api", &send("api", "new"));
    settle(&mut duty);
    assert_eq!(messages(&ground, "api").len(), 1);
}

#[test]
fn whoever_comes_next_goes_on_where_the_last_one_ended() {
    let ground = ground();
    let mut first = duty(&ground);
    ground.record("test.event", "api", &send("api", "one"));
    settle(&mut first);
    drop(first);
    ground.record("test.event", "api", &send("api", "two"));
    ground.record("other.event", "api", &json!({}));
    let mut second = duty(&ground);
    settle(&mut second);
    settle(&mut duty(&ground));
    let bodies: Vec<_> = messages(&ground, "api").into_iter().map(|message| message.body).collect();
    assert_eq!(bodies, ["one", "two"]);
}

#[test]
fn two_that_react_to_the_same_event_do_it_once() {
    let ground = ground();
    let (mut first, mut second) = (duty(&ground), duty(&ground));
    let at = ground.site.store.reactions(&fixture_hash(&ground)).unwrap();
    let event = ground.record("test.event", "api", &send("api", "one"));
    settle(&mut first);
    settle(&mut second);
    assert_eq!(messages(&ground, "api").len(), 1);
    assert!(!ground.site.store.react(at, event, &[], 1).unwrap(), "it was reacted to");
}

fn fixture_hash(ground: &Ground) -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../exomonad-testkit/fixture.wasm");
    let hash = Guest::compile(&std::fs::read(path).unwrap()).unwrap().hash().to_owned();
    assert!(ground.site.store.description(&hash).unwrap().is_some());
    hash
}

#[test]
fn a_guest_that_fails_is_asked_three_times_and_what_comes_after_is_reacted_to() {
    let ground = ground();
    let mut duty = duty(&ground);
    ground.record("test.event", "api", &send("api", "before"));
    let bad = ground.record("test.event", "api", &json!({"told": "fixture_trap"}));
    ground.record("test.event", "api", &send("api", "after"));
    super::wait_until("the last one is reacted to", || {
        duty.go().unwrap();
        messages(&ground, "api").len() == 2
    });
    let failures: Vec<Value> = ground.events("host.reaction-failed").iter().map(data).collect();
    let tries: Vec<_> = failures
        .iter()
        .map(|data| (data["event"].as_u64(), data["tries"].as_u64(), &data["passed_over"]))
        .collect();
    let (no, yes) = (json!(false), json!(true));
    assert_eq!(tries, [(Some(bad), Some(1), &no), (Some(bad), Some(2), &no), (Some(bad), Some(3), &yes)]);
    assert!(failures[0]["error"].as_str().unwrap().contains("crashed in `on-event`"), "{failures:?}");
}

#[test]
fn an_agent_that_is_gone_is_passed_over() {
    let ground = ground();
    let mut duty = duty(&ground);
    ground.record("test.event", "gone", &send("root", "of one that is gone"));
    ground.record("test.event", "", &send("root", "of nobody"));
    ground.record("test.event", "api", &send("root", "of api"));
    settle(&mut duty);
    let bodies: Vec<_> = messages(&ground, "root").into_iter().map(|message| message.body).collect();
    assert_eq!(bodies, ["of api"]);
}

#[test]
fn events_that_come_together_are_one_message_to_each() {
    let ground = ground();
    let mut duty = duty(&ground);
    for body in ["one", "two", "three"] {
        ground.record("test.event", "api", &send("api", body));
    }
    ground.record("test.other", "api", &send("api", "four"));
    settle(&mut duty);
    let [told] = &messages(&ground, "api")[..] else { panic!("one message") };
    assert_eq!((told.kind.as_str(), told.body.as_str()), ("events", "one\n\ntwo\n\nthree\n\nfour"));
}

#[test]
fn a_flood_is_held_back_and_lost_nowhere() {
    let ground = ground();
    let mut duty = duty(&ground);
    for number in 0..15 {
        ground.record("test.event", "api", &send("api", &format!("number {number}.")));
        settle(&mut duty);
    }
    assert_eq!(messages(&ground, "api").len(), 10);
    assert_eq!(ground.events("host.reactions-held").len(), 1);
    assert_eq!(ground.site.store.send_held(1_000_000).unwrap(), Some(1_060_000));
    assert_eq!(ground.site.store.send_held(1_060_000).unwrap(), None);
    let told = messages(&ground, "api");
    let [.., last] = &told[..] else { panic!("messages") };
    assert_eq!(told.len(), 11);
    for number in 10..15 {
        assert!(last.body.contains(&format!("number {number}.")), "{}", last.body);
    }
}

#[test]
fn reactions_to_reactions_come_to_an_end() {
    let ground = ground();
    let mut duty = duty(&ground);
    ground.record("test.event", "api", &json!({"again": true}));
    settle(&mut duty);
    assert_eq!(ground.events("test.event").len(), 6, "the first, and those of five reactions");
    let refused = ground.events("host.reaction-refused");
    assert_eq!(data(&refused[0])["why"], "reactions to reactions go on without an end");
}

#[test]
fn what_a_reaction_may_not_do_is_refused_and_the_rest_is_done() {
    let ground = ground();
    let mut duty = duty(&ground);
    let wanted = json!({
        "emit": [["pull.merged", "{}"], ["test.bad", "[]"]], "notify": [""],
        "send": [["nobody", "x"], ["root", "y"], ["api", ""]],
    });
    ground.record("test.event", "api", &wanted);
    settle(&mut duty);
    let refused: Vec<String> = ground
        .events("host.reaction-refused")
        .iter()
        .map(|event| data(event)["act"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(refused, ["emit", "emit", "send", "send", "notify"]);
    assert_eq!(messages(&ground, "root").len(), 1);
    assert!(ground.events("pull.merged").is_empty() && messages(&ground, "api").is_empty());
}

#[test]
fn a_reaction_asks_for_no_effect_that_would_be_done_twice() {
    let ground = ground();
    let mut duty = duty(&ground);
    ground.record("test.event", "api", &json!({"effects": true}));
    settle(&mut duty);
    let results: Vec<Value> = ground.events("test.result").iter().map(data).collect();
    assert_eq!(results, [json!({"emit": "Unavailable", "send": "Unavailable", "notify": "Unavailable"})]);
}
