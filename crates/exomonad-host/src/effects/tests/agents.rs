//! What agents are told of one another.

use super::{done, fixture, refusal, refused};
use crate::agent::{AgentName, ProcessIdentity};
use crate::contract::agents::{AgentState, Host};
use crate::contract::{EffectErrorKind, messages};
use crate::engine::Stop;

#[test]
fn agents_list_tells_who_is_there_who_was_heard_and_what_waits() {
    let f = fixture();
    f.add_agent("root", None);
    f.add_agent("root.api", Some("root"));
    let store = &f.services.store;
    let api = AgentName::parse("root.api").unwrap();
    store.add_sidecar(&api, &ProcessIdentity::own().unwrap(), 4).unwrap();
    let gone = ProcessIdentity { started: "another".to_owned(), ..ProcessIdentity::own().unwrap() };
    let mut lead = f.world_of("root", None, &Stop::default());
    done(messages::Host::send(&mut lead, "root.api".to_owned(), "note".to_owned(), "x".to_owned(), None));

    let [root, child] = &done(lead.list())[..] else { panic!("there are two agents") };
    assert_eq!((root.agent.name.as_str(), child.agent.name.as_str()), ("root", "root.api"));
    assert_eq!((root.sidecars, root.last_seen_ms, root.unread), (0, None, 0), "a message is no sign of life");
    assert_eq!((child.sidecars, child.last_seen_ms, child.unread), (1, Some(4), 1));
    assert_eq!((child.state, child.created_ms), (AgentState::Running, 3));
    assert_eq!(child.agent.branch.as_deref(), Some("topic"));
    assert_eq!((child.agent.harness.as_str(), child.agent.parent.as_deref()), ("gemini", Some("root")));

    store.add_sidecar(&api, &gone, 5).unwrap();
    store.record_event(9, "hook.stop", "root.api", "{}").unwrap();
    store.register_session("s", "root", "claude", None, 6).unwrap();
    let child = done(lead.get("root.api".to_owned()));
    assert_eq!((child.sidecars, child.last_seen_ms), (1, Some(9)), "the dead one does not count");
    assert_eq!(done(lead.self_()).last_seen_ms, Some(7), "whoever asks is heard of now");
}

#[test]
fn an_agent_whose_workspace_is_gone_has_no_branch() {
    let f = fixture();
    f.add_agent("root", None);
    std::fs::rename(f.root().join(".git"), f.root().join(".gone")).unwrap();
    let root = done(f.world_of("root", None, &Stop::default()).self_());
    assert_eq!(root.agent.branch, None);
}

#[test]
fn an_unknown_agent_is_not_found_and_the_nearest_are_named() {
    let f = fixture();
    f.add_agent("root", None);
    let mut world = f.world_of("root", None, &Stop::default());
    let refusal = refusal(world.get("rooot".to_owned()));
    assert_eq!(refusal.kind, EffectErrorKind::NotFound);
    assert_eq!(refusal.hint.as_deref(), Some("nearest are `root`"));
    assert_eq!(refused(world.stop("root".to_owned())), EffectErrorKind::Unavailable);
}
