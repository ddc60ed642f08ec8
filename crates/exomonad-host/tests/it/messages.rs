//! Messages between processes, some of which are killed.

use std::time::{Duration, SystemTime};

use exomonad_host::agent::AgentName;
use exomonad_host::store::{Draft, EventFilter, Sender};

use crate::helper::Helper;
use crate::support::TestProject;

#[test]
fn a_message_that_was_acknowledged_survives_the_death_of_its_sender() {
    let project = TestProject::new();
    let store = project.store();
    let mut acknowledged = 0;
    for round in 0..20 {
        let helper = Helper::sending(&project.database());
        let mut ids: Vec<_> = (0..round % 5 * 3 + 1).map(|_| helper.line()).collect();
        // Anywhere between two messages.
        let nanos = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().subsec_nanos();
        ids.extend(helper.kill_after(Duration::from_micros(u64::from(nanos % 8000))));
        acknowledged += ids.len();
        for id in ids {
            assert!(store.message(&id).unwrap().is_some(), "message `{id}` is lost");
        }
    }
    let connection = rusqlite::Connection::open(project.database()).unwrap();
    let sound: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    let stored: u32 = connection.query_row("SELECT count(*) FROM messages", [], |row| row.get(0)).unwrap();
    let stored = usize::try_from(stored).unwrap();
    let told = EventFilter { kinds: vec!["message.queued".to_owned()], ..EventFilter::default() };
    assert_eq!(
        store.first_events(&told, u32::MAX).unwrap().len(),
        stored,
        "each message comes with its event"
    );
    // The last one of each killed process may be stored without anybody having been told.
    assert!((acknowledged..=acknowledged + 20).contains(&stored), "{acknowledged} {stored}");
}

#[test]
fn a_process_that_waits_wakes_for_each_message_of_another() {
    let project = TestProject::new();
    let store = project.store();
    let waiter = Helper::waiting(&project.database());
    assert_eq!(waiter.line(), "waiting");
    let (from, to) = (AgentName::parse("child").unwrap(), AgentName::root());
    for round in 0..30 {
        store.record_event(1, "noise", "x", "{}").unwrap();
        let body = round.to_string();
        store.send_message(&Draft::new(Sender::Agent(&from), &to, "note", &body, None).unwrap(), 1).unwrap();
        let sent = store.newest_event_id().unwrap();
        assert_eq!(waiter.line(), sent.to_string(), "round {round}");
    }
}
