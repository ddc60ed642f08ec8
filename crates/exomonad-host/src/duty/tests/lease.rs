//! Who does the duties, and for how long.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::super::{Duties, Duty, DutyError};
use super::{LIMIT, ground, wait_until};
use crate::lease::Lease;

/// Counts how often it is done.
#[derive(Debug)]
struct Counting {
    rest: Duration,
    done: Arc<AtomicU32>,
}

impl Duty for Counting {
    fn name(&self) -> &'static str {
        "counting"
    }

    fn go(&mut self) -> Result<Duration, DutyError> {
        self.done.fetch_add(1, Ordering::SeqCst);
        Ok(self.rest)
    }
}

fn counting(rest: Duration) -> (Box<dyn Duty>, Arc<AtomicU32>) {
    let done = Arc::<AtomicU32>::default();
    (Box::new(Counting { rest, done: Arc::clone(&done) }), done)
}

/// Panics when it is done.
#[derive(Debug)]
struct Panicking(Mutex<Sender<()>>);

impl Duty for Panicking {
    fn name(&self) -> &'static str {
        "panicking"
    }

    fn go(&mut self) -> Result<Duration, DutyError> {
        self.0.lock().unwrap().send(()).unwrap();
        panic!("as it was told");
    }
}

#[test]
fn a_duty_is_done_again_when_the_database_changes_and_after_its_rest() {
    let ground = ground();
    let (patient, patiently) = counting(Duration::from_secs(3600));
    let (eager, eagerly) = counting(Duration::from_millis(1));
    let duties = Duties::start_with(ground.site.clone(), Box::new(|_| vec![patient, eager]));
    wait_until("the eager one goes on", || eagerly.load(Ordering::SeqCst) > 3);
    wait_until("the patient one was done", || patiently.load(Ordering::SeqCst) > 0);
    let before = patiently.load(Ordering::SeqCst);
    ground.record("test.event", "root", &serde_json::json!({}));
    wait_until("a change wakes the patient one", || patiently.load(Ordering::SeqCst) > before);
    drop(duties);
}

#[test]
fn the_lease_is_one_sidecar_s_until_it_ends() {
    let ground = ground();
    let leases = ground.site.repository.state_dir().join("leases");
    let (first, done_first) = counting(Duration::from_secs(3600));
    let (second, done_second) = counting(Duration::from_secs(3600));
    let holder = Duties::start_with(ground.site.clone(), Box::new(|_| vec![first]));
    wait_until("the first holds it", || done_first.load(Ordering::SeqCst) > 0);
    let waiting = Duties::start_with(ground.site.clone(), Box::new(|_| vec![second]));
    assert!(Lease::take(&leases, "project").unwrap().is_none(), "there is one lease");
    assert_eq!(done_second.load(Ordering::SeqCst), 0);
    drop(holder);
    wait_until("the second goes on", || done_second.load(Ordering::SeqCst) > 0);
    drop(waiting);
    wait_until("it is free again", || Lease::take(&leases, "project").unwrap().is_some());
}

#[test]
fn one_that_waits_for_the_lease_in_vain_does_nothing_and_ends() {
    let ground = ground();
    let leases = ground.site.repository.state_dir().join("leases");
    let held = Lease::take(&leases, "project").unwrap();
    let (duty, done) = counting(Duration::from_secs(3600));
    let made = Arc::<AtomicU32>::default();
    let makes = Arc::clone(&made);
    let duties = Duties::start_with(
        ground.site.clone(),
        Box::new(move |_| {
            makes.fetch_add(1, Ordering::SeqCst);
            vec![duty]
        }),
    );
    drop(duties);
    // Whoever waits keeps what the duty counts with.
    wait_until("it is gone", || Arc::strong_count(&done) == 1);
    drop(held);
    assert_eq!((made.load(Ordering::SeqCst), done.load(Ordering::SeqCst)), (0, 0));
}

#[test]
fn a_panic_ends_its_own_duty_and_no_other() {
    let ground = ground();
    let (panicked, panics) = channel();
    let (other, done) = counting(Duration::from_millis(1));
    let duties = Duties::start_with(
        ground.site.clone(),
        Box::new(move |_| vec![Box::new(Panicking(Mutex::new(panicked))), other]),
    );
    panics.recv_timeout(LIMIT).unwrap();
    let before = done.load(Ordering::SeqCst);
    wait_until("the other goes on", || done.load(Ordering::SeqCst) > before + 2);
    assert!(panics.recv_timeout(LIMIT).is_err(), "it is not done again by this one");
    drop(duties);
}
