//! What agents are told of one another.

use std::sync::Arc;

use super::{Fixture, done, fixture, refusal, refused};
use crate::agent::{AgentName, ProcessIdentity};
use crate::contract::agents::{AgentState, Host, Permissions, SpawnPlan};
use crate::contract::{EffectErrorKind, WorkspaceKind, messages};
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
    done(messages::Host::send(
        &mut lead,
        "root.api".to_owned(),
        "note".to_owned(),
        "x".to_owned(),
        None,
        false,
    ));

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

/// A family, in a process that may start and end agents.
fn family() -> Fixture {
    let mut f = fixture();
    for (name, parent) in
        [("root", None), ("api", Some("root")), ("web", Some("root")), ("api.x", Some("api"))]
    {
        f.add_agent(name, parent);
    }
    f.services.surroundings = Some(Arc::default());
    f.services.roles = vec!["tl".to_owned(), "dev".to_owned()];
    f
}

fn plan(role: &str) -> SpawnPlan {
    let none = String::new;
    SpawnPlan {
        role: role.to_owned(),
        harness: None,
        model: None,
        workspace_kind: WorkspaceKind::Shared,
        slug: "y".to_owned(),
        prompt: none(),
        permissions: Permissions {
            claude: none(),
            gemini: none(),
            gemini_lost: Vec::new(),
            directories: Vec::new(),
        },
        permission_mode: None,
        directory: None,
        fork_session: false,
    }
}

#[test]
fn an_agent_ends_those_below_it_and_no_other() {
    let f = family();
    let mut api = f.world_of("api", Some("root"), &Stop::default());
    for name in ["root", "api", "web"] {
        assert_eq!(refused(api.stop(name.to_owned())), EffectErrorKind::PermissionDenied, "{name}");
        assert_eq!(refused(api.cleanup(name.to_owned(), true)), EffectErrorKind::PermissionDenied, "{name}");
    }
    assert_eq!(
        refusal(api.stop("web".to_owned())).hint.as_deref(),
        Some("ask its parent `root`, or your human")
    );
    assert_eq!(done(api.stop("api.x".to_owned())).agent.name, "api.x");
    let mut root = f.world_of("root", None, &Stop::default());
    assert_eq!(done(root.stop("api.x".to_owned())).agent.name, "api.x", "its child's child");
}

#[test]
fn a_role_that_the_guest_does_not_have_is_refused_at_once() {
    let f = family();
    let refusal = refusal(f.world_of("root", None, &Stop::default()).spawn(plan("boss")));
    assert_eq!(refusal.kind, EffectErrorKind::InvalidInput);
    assert_eq!(refusal.hint.as_deref(), Some("the roles are tl, dev"));
}

#[test]
fn a_call_that_may_not_wait_spawns_nothing() {
    let f = family();
    let stop = Stop::default();
    stop.stop_waiting();
    let mut root = f.world_of("root", None, &stop);
    refused(root.spawn(plan("dev")));
    assert_eq!(done(root.list()).len(), 4);
}

#[test]
fn a_hook_neither_starts_nor_ends_agents() {
    let mut f = family();
    f.services.surroundings = None;
    let mut root = f.world_of("root", None, &Stop::default());
    assert_eq!(refused(root.spawn(plan("dev"))), EffectErrorKind::Unavailable);
    assert_eq!(refused(root.stop("api".to_owned())), EffectErrorKind::Unavailable);
    assert_eq!(refused(root.cleanup("api".to_owned(), false)), EffectErrorKind::Unavailable);
}
