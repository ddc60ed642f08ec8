//! Which sidecars run.

use exomonad_host::agent::{AgentName, ProcessIdentity};
use exomonad_host::store::SidecarRow;

use crate::helper::Helper;
use crate::support::{NOW, TestProject};

fn own() -> ProcessIdentity {
    ProcessIdentity::own().unwrap()
}

#[test]
fn a_sidecar_is_live_until_its_process_is_gone_whatever_its_beats() {
    let project = TestProject::new();
    let store = project.store();
    let helper = Helper::staying(&project.database());
    assert_eq!(helper.line(), "registered");
    let [row] = &store.sidecars().unwrap()[..] else { panic!("there is one sidecar") };
    assert_eq!((row.process.is_alive(), row.is_live(u64::MAX)), (Some(true), true));
    drop(helper);
    assert_eq!((row.process.is_alive(), row.is_live(row.beat_ms)), (Some(false), false));
}

#[test]
fn a_pid_that_another_process_has_by_now_is_not_alive() {
    assert_eq!(own().is_alive(), Some(true));
    assert_eq!(ProcessIdentity { started: "1".to_owned(), ..own() }.is_alive(), Some(false));
    assert_eq!(ProcessIdentity { machine: "elsewhere".to_owned(), ..own() }.is_alive(), None);
}

#[test]
fn where_the_process_cannot_be_looked_at_the_last_beat_counts() {
    let store = TestProject::new().store();
    let elsewhere = ProcessIdentity { machine: "elsewhere".to_owned(), ..own() };
    let id = store.add_sidecar(&AgentName::root(), &elsewhere, NOW).unwrap();
    let live = |now_ms: u64| store.sidecars().unwrap()[0].is_live(now_ms);
    assert!(live(NOW + 29_999));
    assert!(!live(NOW + 30_000));
    assert!(store.beat_sidecar(id, NOW + 20_000).unwrap());
    assert!(live(NOW + 49_999));
}

#[test]
fn the_dead_are_removed_when_another_comes_and_learn_of_it_by_their_beat() {
    let project = TestProject::new();
    let store = project.store();
    let root = AgentName::root();
    let dead = store.add_sidecar(&root, &ProcessIdentity { started: "1".to_owned(), ..own() }, NOW).unwrap();
    let far = ProcessIdentity { machine: "elsewhere".to_owned(), ..own() };
    let silent = store.add_sidecar(&root, &far, NOW - 40_000).unwrap();
    let first = store.add_sidecar(&root, &own(), NOW).unwrap();
    let second = store.add_sidecar(&root, &own(), NOW + 1).unwrap();
    let ids = || store.sidecars().unwrap().iter().map(|row| row.id).collect::<Vec<_>>();
    assert_eq!(ids(), [first, second], "several sidecars of one agent live side by side");
    assert!(!store.beat_sidecar(dead, NOW).unwrap());
    assert!(!store.beat_sidecar(silent, NOW).unwrap());

    store.set_sidecar_client(first, "claude-code 2.1.329").unwrap();
    store.remove_sidecar(second).unwrap();
    store.remove_sidecar(second).unwrap();
    let [row] = &store.sidecars().unwrap()[..] else { panic!("one is left") };
    let expect = SidecarRow {
        id: first,
        agent: "root".to_owned(),
        process: own(),
        client: Some("claude-code 2.1.329".to_owned()),
        began_ms: NOW,
        beat_ms: NOW,
    };
    assert_eq!(*row, expect);
    let third = store.add_sidecar(&root, &own(), NOW).unwrap();
    assert!(third > second, "an id is not given twice");
}
