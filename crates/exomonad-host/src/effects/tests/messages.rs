//! Messages, from their sender to their end.

use serde_json::{Value, json};

use super::{Fixture, done, fixture, refusal, refused};
use crate::contract::messages::{Host, Message, MessageState};
use crate::contract::{EffectErrorKind, Event};
use crate::effects::{Failure, World};
use crate::engine::Stop;
use crate::store::EventFilter;

/// A lead, `root`, with a child, `root.api`.
fn tree() -> Fixture {
    let f = fixture();
    f.add_agent("root", None);
    f.add_agent("root.api", Some("root"));
    f
}

impl Fixture {
    fn lead(&self) -> World {
        self.world_of("root", None, &Stop::default())
    }

    fn child(&self) -> World {
        self.world_of("root.api", Some("root"), &Stop::default())
    }

    fn events(&self, kind: &str) -> Vec<Event> {
        let filter = EventFilter { kinds: vec![kind.to_owned()], ..EventFilter::default() };
        self.services.store.first_events(&filter, 100).unwrap()
    }
}

fn send(world: &mut World, to: &str, body: &str) -> Result<Message, Failure> {
    world.send(to.to_owned(), "note".to_owned(), body.to_owned(), None, false)
}

#[test]
fn a_message_to_the_parent_is_queued_then_handed_then_acked() {
    let f = tree();
    let sent = done(send(&mut f.child(), "parent", "done"));
    assert_eq!((sent.from.as_str(), sent.to.as_str()), ("root.api", "root"));
    assert_eq!((sent.state, sent.time_ms), (MessageState::Queued, 7));
    assert_eq!(f.services.store.message(&sent.id).unwrap(), Some(sent.clone()));

    let inbox = done(f.lead().inbox(false, 10));
    assert_eq!(inbox, [Message { state: MessageState::Handed, ..sent.clone() }]);
    done(f.lead().ack(vec![sent.id.clone()]));
    done(f.lead().ack(vec![sent.id.clone()]));
    assert_eq!(done(f.lead().inbox(false, 10)), []);
    assert_eq!(done(f.lead().inbox(true, 10)), [Message { state: MessageState::Acked, ..sent.clone() }]);

    let told = |kind: &str| {
        let events = f.events(kind);
        let data: Value = serde_json::from_str(&events[0].data).unwrap();
        (events.len(), events[0].agent.clone(), data)
    };
    let queued = json!({"id": sent.id, "from": "root.api", "kind": "note", "bytes": 4});
    assert_eq!(told("message.queued"), (1, "root".to_owned(), queued));
    let acked = json!({"id": sent.id, "by": "root"});
    assert_eq!(told("message.acked"), (1, "root.api".to_owned(), acked));
}

#[test]
fn the_root_has_no_parent_and_is_told_to_tell_its_human() {
    let refusal = refusal(send(&mut tree().lead(), "parent", "x"));
    assert_eq!(refusal.kind, EffectErrorKind::NotFound);
    assert_eq!(refusal.message, "`root` is the root of the tree of agents and has no parent");
    assert_eq!(refusal.hint.as_deref(), Some("tell your human instead: say it in your answer"));
}

#[test]
fn an_unknown_recipient_is_not_found_and_the_nearest_are_named() {
    let f = tree();
    f.add_agent("zebra", Some("root"));
    let refusal = refusal(send(&mut f.lead(), "root.apy", "x"));
    assert_eq!(refusal.kind, EffectErrorKind::NotFound);
    assert_eq!(refusal.message, "this project has no agent `root.apy`");
    assert_eq!(refusal.hint.as_deref(), Some("nearest are `root.api`, `root`, `zebra`"));
    assert_eq!(refused(send(&mut f.lead(), "no name\n", "x")), EffectErrorKind::NotFound);
    assert_eq!(f.events("message.queued"), []);
}

#[test]
fn what_is_no_message_is_not_sent() {
    let f = tree();
    let check = |to: &str, kind: &str, body: &str| {
        let sent = f.lead().send(to.to_owned(), kind.to_owned(), body.to_owned(), None, false);
        assert_eq!(refused(sent), EffectErrorKind::InvalidInput, "{to} {kind} {}", body.len());
    };
    let long = "x".repeat(101);
    check("root", "note", "to itself");
    check("root.api", "note", "");
    check("root.api", "note", &"x".repeat((1 << 20) + 1));
    check("root.api", "", "x");
    check("root.api", "Note", "x");
    check("root.api", &long, "x");
    assert_eq!(done(f.child().inbox(true, 1000)), []);
    done(send(&mut f.lead(), "root.api", &"\0ü".repeat((1 << 20) / 3)));
    assert_eq!(done(f.child().inbox(true, 1000))[0].body, "\0ü".repeat((1 << 20) / 3));
}

#[test]
fn a_reply_is_to_a_message_of_the_sender_or_to_it() {
    let f = tree();
    f.add_agent("other", Some("root"));
    let question = done(send(&mut f.lead(), "root.api", "ready?"));
    let reply = |mut world: World, to: &str, id: &str| {
        world.send(to.to_owned(), "note".to_owned(), "yes".to_owned(), Some(id.to_owned()), false)
    };
    let answer = done(reply(f.child(), "parent", &question.id));
    assert_eq!(answer.reply_to.as_deref(), Some(question.id.as_str()));
    done(reply(f.lead(), "root.api", &question.id));
    let stranger = f.world_of("other", Some("root"), &Stop::default());
    let refusal = refusal(reply(stranger, "parent", &question.id));
    assert_eq!(refusal.kind, EffectErrorKind::NotFound);
    assert_eq!(refusal.message, format!("there is no message `{}` to or from you", question.id));
    assert_eq!(refused(reply(f.child(), "parent", "nonsense")), EffectErrorKind::NotFound);
}

#[test]
fn ack_marks_all_or_none() {
    let f = tree();
    let first = done(send(&mut f.child(), "parent", "1"));
    let second = done(send(&mut f.child(), "parent", "2"));
    let own = done(send(&mut f.lead(), "root.api", "3"));
    let refusal = refusal(f.lead().ack(vec![first.id.clone(), own.id.clone(), second.id.clone()]));
    assert_eq!(refusal.kind, EffectErrorKind::NotFound);
    assert!(refusal.message.contains(&own.id), "{}", refusal.message);
    assert_eq!(done(f.lead().inbox(false, 10)).len(), 2);
    assert_eq!(f.events("message.acked"), []);
    done(f.lead().ack(vec![first.id, second.id]));
    assert_eq!(done(f.lead().inbox(false, 10)), []);
    done(f.lead().ack(Vec::new()));
}

#[test]
fn an_inbox_is_in_order_and_hands_over_only_what_it_shows() {
    let f = tree();
    let bodies =
        |messages: Vec<Message>| messages.into_iter().map(|message| message.body).collect::<Vec<_>>();
    for body in ["1", "2", "3"] {
        done(send(&mut f.child(), "parent", body));
    }
    assert_eq!(bodies(done(f.lead().inbox(false, 2))), ["1", "2"]);
    let states: Vec<_> = f.events("message.queued").iter().map(|event| state_of(&f, event)).collect();
    assert_eq!(states, [MessageState::Handed, MessageState::Handed, MessageState::Queued]);
    for limit in [0, 1001] {
        assert_eq!(refused(f.lead().inbox(false, limit)), EffectErrorKind::InvalidInput);
    }
}

#[test]
fn an_inbox_of_long_messages_comes_in_parts() {
    let f = tree();
    for _ in 0..6 {
        done(send(&mut f.child(), "parent", &"x".repeat(1 << 20)));
    }
    let first = done(f.lead().inbox(false, 1000));
    assert_eq!(first.len(), 4);
    done(f.lead().ack(first.into_iter().map(|message| message.id).collect()));
    assert_eq!(done(f.lead().inbox(false, 1000)).len(), 2);
}

fn state_of(f: &Fixture, event: &Event) -> MessageState {
    let data: Value = serde_json::from_str(&event.data).unwrap();
    f.services.store.message(data["id"].as_str().unwrap()).unwrap().unwrap().state
}
