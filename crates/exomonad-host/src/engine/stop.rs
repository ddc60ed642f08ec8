//! Asks a call of the guest to end before it is done.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// Shared between whoever runs a call and whoever may want it to end. Never taken back.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicU8>);

const WAITS_NO_MORE: u8 = 1;
const STOPPED: u8 = 2;

impl Stop {
    /// Lets the call go on, but not wait: nobody will be there to see what it waits for.
    pub fn stop_waiting(&self) {
        self.0.fetch_max(WAITS_NO_MORE, Ordering::Relaxed);
    }

    /// Ends the call at the guest's next instruction or effect. What an effect has done so far stays done.
    pub fn stop(&self) {
        self.0.fetch_max(STOPPED, Ordering::Relaxed);
    }

    /// Whether the call may not wait.
    #[must_use]
    pub fn waits_no_more(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= WAITS_NO_MORE
    }

    /// Whether the call is to end.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= STOPPED
    }
}
