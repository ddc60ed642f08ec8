//! The database under many hands.

use std::sync::Arc;

use exomonad_host::store::{EventFilter, Mode, Scope, Store, StoreError};

use crate::helper::Helper;
use crate::support::{NOW, TestProject};

#[test]
fn many_writers_lose_no_event() {
    let project = TestProject::new();
    let path = project.database();
    std::thread::scope(|scope| {
        for writer in 0..16 {
            let path = &path;
            scope.spawn(move || {
                let store = Store::open(path, Mode::Short).unwrap();
                for _ in 0..50 {
                    store.record_event(NOW, "test", &format!("writer{writer}"), "{}").unwrap();
                }
            });
        }
    });
    let store = project.store();
    assert_eq!(store.first_events(&EventFilter::default(), 10_000).unwrap().len(), 800);
    store.check().unwrap();
}

/// None of them pauses, and yet each finds a gap before it gives up.
#[test]
fn of_many_processes_that_write_without_a_pause_none_is_refused() {
    const EACH: u64 = 1000;
    let project = TestProject::new();
    let before = project.store().first_events(&EventFilter::default(), 10_000).unwrap().len();
    let helpers: Vec<_> = (0..8).map(|_| Helper::recording(&project.database(), EACH)).collect();
    for helper in &helpers {
        assert_eq!((helper.line(), helper.line()), ("recording".to_owned(), "done".to_owned()));
    }
    let after = project.store().first_events(&EventFilter::default(), 10_000).unwrap().len();
    assert_eq!(after - before, 8000);
}

#[test]
fn of_many_that_swap_the_same_value_one_wins() {
    let project = TestProject::new();
    let path = project.database();
    let won: usize = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..8)
            .map(|writer| {
                let path = &path;
                scope.spawn(move || {
                    let store = Store::open(path, Mode::Short).unwrap();
                    store.swap_value(Scope::Project, "lease", None, &format!("{writer}")).unwrap()
                })
            })
            .collect();
        tries.into_iter().map(|thread| usize::from(thread.join().unwrap())).sum()
    });
    assert_eq!(won, 1);
}

#[test]
fn many_processes_may_create_the_same_database() {
    let project = TestProject::without_state();
    let path = project.database();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| Store::open(&path, Mode::Create).unwrap());
        }
    });
    project.store().check().unwrap();
}

#[test]
fn events_are_filtered_and_keep_their_order() {
    let project = TestProject::new();
    let store = project.store();
    for (kind, agent) in [("a", "x"), ("b", "x"), ("a", "y"), ("c", "z")] {
        store.record_event(NOW, kind, agent, "{}").unwrap();
    }
    let check = |kinds: &[&str], agents: &[&str], after: u64, expect: &[u64]| {
        let words = |list: &[&str]| list.iter().map(|&word| word.to_owned()).collect();
        let filter = EventFilter { kinds: words(kinds), agents: words(agents), after };
        let ids: Vec<_> = store.first_events(&filter, 10).unwrap().iter().map(|event| event.id).collect();
        assert_eq!(ids, expect);
    };
    check(&[], &[], 0, &[1, 2, 3, 4]);
    check(&["a"], &[], 0, &[1, 3]);
    check(&["a", "c"], &["y", "z"], 0, &[3, 4]);
    check(&[], &[], 3, &[4]);
    let last: Vec<_> =
        store.last_events(&EventFilter::default(), 2).unwrap().iter().map(|event| event.id).collect();
    assert_eq!(last, [3, 4]);
}

#[test]
fn a_frozen_database_is_read_and_refuses_writes() {
    let project = TestProject::new();
    let store = project.store();
    store.set_value(Scope::Project, "key", "value").unwrap();
    store.checkpoint().unwrap();
    let frozen = Store::open(&project.database(), Mode::Frozen).unwrap();
    assert_eq!(frozen.value(Scope::Project, "key").unwrap().as_deref(), Some("value"));
    assert!(matches!(frozen.set_value(Scope::Project, "key", "other"), Err(StoreError::ReadOnly(_))));
}

#[test]
fn a_database_from_a_newer_version_is_left_alone() {
    let project = TestProject::new();
    let connection = rusqlite::Connection::open(project.database()).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let err = Store::open(&project.database(), Mode::Short).unwrap_err();
    assert!(matches!(err, StoreError::TooNew { found: 99, .. }), "{err:?}");
}

#[test]
fn an_agents_keys_are_its_own() {
    let project = TestProject::new();
    let store = Arc::new(project.store());
    store.set_value(Scope::Agent("a"), "x%_1", "1").unwrap();
    store.set_value(Scope::Agent("a"), "xyz2", "2").unwrap();
    store.set_value(Scope::Agent("b"), "x%_3", "3").unwrap();
    assert_eq!(store.keys(Scope::Agent("a"), "x%_").unwrap(), ["x%_1"]);
    assert_eq!(store.value(Scope::Agent("b"), "x%_1").unwrap(), None);
}

#[test]
fn of_many_short_processes_one_in_a_while_is_asked_for_a_checkpoint() {
    let project = TestProject::new();
    let write = || {
        let store = project.store();
        store.record_event(NOW, "test", "a", &"x".repeat(2000)).unwrap();
        store
    };
    project.store().checkpoint().unwrap();
    let asked = (0..200).filter(|_| write().wants_checkpoint()).count();
    assert!((3..40).contains(&asked), "{asked}");
    write().checkpoint().unwrap();
    let wal = format!("{}-wal", project.database());
    assert_eq!(std::fs::metadata(&wal).unwrap().len(), 0);
    assert!(!write().wants_checkpoint());
}

#[test]
fn what_a_guest_says_of_itself_is_kept_until_another_guest_comes() {
    let project = TestProject::new();
    let store = project.store();
    store.set_description("one", "{}").unwrap();
    store.set_description("one", "[]").unwrap();
    assert_eq!(store.description("one").unwrap().as_deref(), Some("[]"));
    store.set_description("two", "{}").unwrap();
    assert_eq!(store.description("one").unwrap(), None);
    assert_eq!(store.description("two").unwrap().as_deref(), Some("{}"));
}
