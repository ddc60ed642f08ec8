//! What the database's callers cannot see: its plans, and when it flushes.

use std::time::{Duration, Instant};

use camino::Utf8PathBuf;
use tempfile::TempDir;

use super::conflicts::UNPROVEN;
use super::deliveries::{OF_MESSAGE, OPEN, WAITING, queued_sql};
use super::messages::{ACK_FIND, FIND, REPLY_FIND, UNREAD, inbox_sql};
use super::overview::UNREAD_COUNTS;
use super::remote_pulls::TOUCH;
use super::{Changes, Inbox, Mode, Store, StoreError};

fn store() -> (TempDir, Store) {
    let dir = TempDir::new().unwrap();
    let path = Utf8PathBuf::from_path_buf(dir.path().join("state.db")).unwrap();
    let store = Store::open(&path, Mode::Create).unwrap();
    (dir, store)
}

/// How SQLite performs a statement, step by step.
fn plan(store: &Store, sql: &str) -> Vec<String> {
    let connection = store.lock();
    let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let count = explain.parameter_count();
    let values = rusqlite::params_from_iter((0..count).map(|_| "1"));
    explain.query_map(values, |row| row.get("detail")).unwrap().map(Result::unwrap).collect()
}

#[test]
fn messages_are_found_by_an_index_and_never_sorted() {
    let (_dir, store) = store();
    let check = |sql: &str, index: &str| {
        let plan = plan(&store, sql);
        let [step] = &plan[..] else { panic!("{sql}: {plan:?}") };
        assert!(step.starts_with("SEARCH messages USING") && step.contains(index), "{sql}: {step}");
    };
    check(&inbox_sql(Inbox::Unread), "INDEX messages_unread (recipient=?)");
    check(&inbox_sql(Inbox::All), "INDEX messages_by_recipient (recipient=?)");
    check(UNREAD, "COVERING INDEX messages_unread (recipient=?)");
    check(&queued_sql(), "INDEX messages_queued (recipient=?)");
    for by_id in [ACK_FIND, REPLY_FIND, FIND] {
        check(by_id, "INDEX sqlite_autoindex_messages_1 (id=?)");
    }
}

#[test]
fn a_hook_learns_that_nothing_waits_from_two_indexes_and_no_row() {
    let (_dir, store) = store();
    let plan = plan(&store, WAITING);
    let steps: Vec<_> = plan.iter().filter(|step| step.contains(" USING ")).collect();
    let [queued, open] = &steps[..] else { panic!("{plan:?}") };
    assert!(queued.contains("INDEX messages_queued (recipient=?)"), "{queued}");
    assert!(open.contains("INDEX deliveries_open (recipient=?)"), "{open}");
    assert!(!plan.iter().any(|step| step.starts_with("SCAN") && !step.contains("CONSTANT ROW")), "{plan:?}");
}

#[test]
fn duties_learn_that_there_is_nothing_to_do_from_an_index() {
    let (_dir, store) = store();
    for (sql, index) in [(TOUCH, "INDEX remote_pulls_open"), (UNPROVEN, "INDEX pulls_unproven")] {
        let plan = plan(&store, sql);
        let [step] = &plan[..] else { panic!("{sql}: {plan:?}") };
        assert!(step.contains(index), "{sql}: {step}");
    }
}

#[test]
fn deliveries_are_found_by_an_index_and_never_sorted() {
    let (_dir, store) = store();
    for (sql, index) in
        [(OPEN, "deliveries_open (recipient=?)"), (OF_MESSAGE, "deliveries_by_message (message=?)")]
    {
        let plan = plan(&store, sql);
        assert!(plan.iter().any(|step| step.contains(index)), "{plan:?}");
        assert!(plan.iter().all(|step| step.starts_with("SEARCH")), "{plan:?}");
    }
}

#[test]
fn every_inbox_is_counted_without_reading_a_message() {
    let (_dir, store) = store();
    let plan = plan(&store, UNREAD_COUNTS);
    let [step] = &plan[..] else { panic!("{plan:?}") };
    assert!(step.starts_with("SCAN messages USING COVERING INDEX messages_unread"), "{step}");
}

#[test]
fn who_was_lately_heard_is_found_without_reading_the_whole_log() {
    let (_dir, store) = store();
    for id in 1..=1001 {
        store.record_event(id, "hook.stop", if id == 1 { "early" } else { "late" }, "{}").unwrap();
    }
    store.record_event(2000, "message.queued", "other", "{}").unwrap();
    assert_eq!(store.lately_heard().unwrap(), [("late".to_owned(), 1001)]);
}

#[test]
fn only_a_durable_write_is_flushed_whether_it_succeeds_or_fails() {
    let (_dir, store) = store();
    let flushes = || -> i64 { store.lock().query_row("PRAGMA synchronous", [], |row| row.get(0)).unwrap() };
    let (normal, full) = (1, 2);
    let inside = |transaction: &rusqlite::Transaction<'_>| -> Result<i64, StoreError> {
        Ok(transaction.query_row("PRAGMA synchronous", [], |row| row.get(0))?)
    };
    assert_eq!(flushes(), normal);
    assert_eq!(store.write_durably(inside).unwrap(), full);
    assert_eq!(flushes(), normal);
    assert_eq!(store.write(inside).unwrap(), normal);
    let failed: Result<(), _> = store.write_durably(|_| Err(StoreError::NoMessage { id: "x".to_owned() }));
    assert!(matches!(failed, Err(StoreError::NoMessage { .. })));
    assert_eq!(flushes(), normal);
}

#[test]
fn a_change_that_fails_leaves_nothing() {
    let (_dir, store) = store();
    let failed: Result<(), _> = store.write(|transaction| {
        super::events::insert_event(transaction, 1, "a", "x", "{}")?;
        Err(StoreError::NoMessage { id: "x".to_owned() })
    });
    assert!(failed.is_err());
    assert_eq!(store.newest_event_id().unwrap(), 0);
}

#[test]
fn the_last_waiter_ends_the_watcher() {
    let (_dir, store) = store();
    assert!(!store.changes().is_watching());
    let (first, second) = (store.changes().watch(), store.changes().watch());
    drop(first);
    assert!(store.changes().is_watching());
    drop(second);
    assert!(!store.changes().is_watching());
}

#[test]
fn where_the_system_does_not_tell_of_changes_a_waiter_looks_by_itself() {
    let changes = Changes::new("/nowhere/at/all/state.db".into());
    let watching = changes.watch();
    let (seen, begun, long) = (watching.generation(), Instant::now(), Duration::from_secs(120));
    assert_eq!(watching.wait(seen, long), seen);
    assert!(begun.elapsed() < long, "it returned early, so that its caller looks");
    changes.ring();
    assert_eq!(watching.wait(seen, long), seen + 1);
}
