//! Waiting for events.

use std::sync::Arc;
use std::time::Duration;

use super::{Fixture, done, fixture};
use crate::contract::Event;
use crate::contract::events::Host;
use crate::effects::{Failure, World};
use crate::engine::{Limits, Meter, Stop};
use crate::store::{Mode, Store};

/// Longer than any machine takes; a wait that lasts so long has failed.
const LONG: u32 = 120_000;

fn wait(world: &mut World, kinds: &[&str], after: u64, timeout_ms: u32) -> Vec<Event> {
    done(world.wait(kinds.iter().map(|&kind| kind.to_owned()).collect(), after, timeout_ms))
}

fn tool(f: &Fixture, stop: &Stop) -> World {
    f.world_of("one", None, stop)
}

#[test]
fn what_is_there_already_is_returned_at_once_even_in_a_hook() {
    let mut f = fixture();
    let id = f.services.store.record_event(1, "a", "x", "{}").unwrap();
    f.services.store.record_event(1, "b", "x", "{}").unwrap();
    let found = wait(&mut f.world, &["a"], 0, LONG);
    assert_eq!(found.iter().map(|event| event.id).collect::<Vec<_>>(), [id]);
    assert_eq!(wait(&mut f.world, &["a"], id, LONG), [], "a hook does not wait");
}

#[test]
fn nothing_in_time_is_an_empty_list() {
    let f = fixture();
    f.services.store.record_event(1, "other", "x", "{}").unwrap();
    assert_eq!(wait(&mut tool(&f, &Stop::default()), &["a"], 0, 30), []);
}

#[test]
fn a_waiter_wakes_for_its_own_process_and_for_another_connection_and_misses_nothing() {
    let f = fixture();
    let path = f.services.store.path().to_owned();
    let mut world = tool(&f, &Stop::default());
    let own = Arc::clone(&f.services.store);
    let other = Store::open(&path, Mode::Short).unwrap();
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| {
            let mut seen = vec![0];
            while seen.len() <= 400 {
                let events = wait(&mut world, &["news"], *seen.last().unwrap(), LONG);
                assert!(!events.is_empty(), "after {seen:?}");
                seen.extend(events.iter().map(|event| event.id));
            }
            seen
        });
        let sent: Vec<_> = (0..400)
            .map(|round| {
                let store = if round % 2 == 0 { &own } else { &other };
                store.record_event(1, "noise", "x", "{}").unwrap();
                store.record_event(1, "news", "x", "{}").unwrap()
            })
            .collect();
        assert_eq!(waiter.join().unwrap()[1..], sent);
    });
}

#[test]
fn a_call_that_is_to_end_waits_no_more() {
    for end in [Stop::stop, Stop::stop_waiting] {
        let f = fixture();
        let stop = Stop::default();
        let mut world = tool(&f, &stop);
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| world.wait(vec!["never".to_owned()], 0, LONG));
            end(&stop);
            f.services.store.changes().ring();
            match waiter.join().unwrap() {
                Ok(events) => assert_eq!(events, []),
                // It was stopped before it came to wait.
                Err(Failure::Ended(_)) => assert!(stop.is_stopped()),
                Err(Failure::Refused(error)) => panic!("{}", error.message),
            }
        });
    }
}

#[test]
fn what_a_call_waited_is_not_counted_as_its_time() {
    let f = fixture();
    let limits = Limits { wall: Duration::from_millis(2000), ..Limits::of_tools() };
    let mut world = World::new(f.services.clone(), f.cx.clone(), Meter::start(limits, Stop::default()));
    let wait_left = world.meter().wait_left();
    assert_eq!(wait(&mut world, &["never"], 0, 2100), []);
    assert_eq!(wait(&mut world, &["never"], 0, 0), [], "there is time for another effect");
    assert!(wait_left - world.meter().wait_left() >= Duration::from_millis(2100));
}
