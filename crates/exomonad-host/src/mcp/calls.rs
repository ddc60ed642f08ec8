//! The calls that run now, so that all of them can be ended.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::engine::Stop;

/// See the module.
#[derive(Debug, Clone, Default)]
pub(super) struct Calls(Arc<Mutex<Running>>);

#[derive(Debug, Default)]
struct Running {
    stops: HashMap<u64, Stop>,
    next: u64,
    /// What a call that begins now gets to hear at once.
    wait_no_more: bool,
    stopped: bool,
}

/// A call that runs until this is dropped.
#[derive(Debug)]
pub(super) struct Entry {
    calls: Calls,
    id: u64,
    pub(super) stop: Stop,
}

impl Calls {
    fn lock(&self) -> MutexGuard<'_, Running> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A call begins.
    pub(super) fn enter(&self) -> Entry {
        let mut running = self.lock();
        let (id, stop) = (running.next, Stop::default());
        if running.wait_no_more {
            stop.stop_waiting();
        }
        if running.stopped {
            stop.stop();
        }
        running.next += 1;
        running.stops.insert(id, stop.clone());
        Entry { calls: self.clone(), id, stop }
    }

    /// Lets all go on, but not wait.
    pub(super) fn stop_waiting(&self) {
        let mut running = self.lock();
        running.wait_no_more = true;
        running.stops.values().for_each(Stop::stop_waiting);
    }

    /// Ends all.
    pub(super) fn stop(&self) {
        let mut running = self.lock();
        running.stopped = true;
        running.stops.values().for_each(Stop::stop);
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.calls.lock().stops.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::Calls;

    #[test]
    fn every_call_is_told_and_so_is_one_that_comes_later() {
        let calls = Calls::default();
        let (first, second) = (calls.enter(), calls.enter());
        calls.stop_waiting();
        assert!(first.stop.waits_no_more() && second.stop.waits_no_more() && !first.stop.is_stopped());
        let third = calls.enter();
        assert!(third.stop.waits_no_more() && !third.stop.is_stopped());
        drop(first);
        calls.stop();
        assert!(second.stop.is_stopped() && third.stop.is_stopped() && calls.enter().stop.is_stopped());
    }

    #[test]
    fn a_call_that_ended_is_forgotten() {
        let calls = Calls::default();
        let entry = calls.enter();
        let stop = entry.stop.clone();
        drop(entry);
        calls.stop();
        assert!(!stop.is_stopped());
    }
}
