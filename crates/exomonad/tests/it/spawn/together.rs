//! Several spawns at once, and how many there may be.

use std::sync::Barrier;

use exomonad_host::agent::{AgentName, SpawnError, Step, spawn};
use exomonad_host::contract::{EffectErrorKind, WorkspaceKind};

use super::place::{At, Place, patient, request};

#[test]
fn of_two_spawns_of_one_name_one_wins_and_keeps_everything() {
    let place = Place::new();
    // Both have looked before either has taken the name.
    let barrier = Barrier::new(2);
    let follower = || {
        At(|step| {
            if step == Step::Reserved {
                barrier.wait();
            }
            Ok(())
        })
    };
    let root = AgentName::root();
    let both = std::thread::scope(|scope| {
        let begin =
            || scope.spawn(|| spawn(&place.site(), &root, &request(WorkspaceKind::Worktree), &follower()));
        [begin(), begin()].map(|thread| thread.join().unwrap())
    });
    let lost: Vec<_> = both.iter().filter_map(|spawned| spawned.as_ref().err()).collect();
    assert_eq!(lost.len(), 1, "{both:?}");
    assert_eq!(lost[0].kind(), EffectErrorKind::Conflict);
    assert!(place.project.has(".exomonad/worktrees/api/README.md"));
    place.project.git(["rev-parse", "--verify", "refs/heads/main.api"]);
    exomonad_host::agent::stop(&place.site(), &AgentName::parse("api").unwrap()).unwrap();
    place.require_quiet();
}

#[test]
fn a_cap_is_refused_by_its_name_value_and_key() {
    let place = Place::with_config("[agents]\nmax_children = 1\nmax_agents = 3\nmax_depth = 1\n");
    let site = place.site();
    let root = AgentName::root();
    spawn(&site, &root, &request(WorkspaceKind::Shared), &patient()).unwrap();
    let refused = |parent: &AgentName| {
        let request =
            exomonad_host::agent::SpawnRequest { slug: "two".to_owned(), ..request(WorkspaceKind::Shared) };
        let err = spawn(&site, parent, &request, &patient()).unwrap_err();
        assert_eq!(err.kind(), EffectErrorKind::PermissionDenied, "{err:?}");
        let SpawnError::Cap { message, key } = &err else { panic!("{err:?}") };
        assert!(message.contains(&format!("`{key}` is ")), "{message}");
        assert!(err.hint().unwrap().contains(&format!("raise `{key}`")));
        *key
    };
    assert_eq!(refused(&root), "agents.max_children");
    let api = AgentName::parse("api").unwrap();
    assert_eq!(refused(&api), "agents.max_depth");
    exomonad_host::agent::stop(&site, &api).unwrap();
    place.require_quiet();
}
