//! Where a hook's time goes. Logged at level `debug`, so that `cargo xtask bench` can print a table.

use std::time::Instant;

/// Times the steps of one hook.
#[derive(Debug)]
pub(super) struct Laps {
    begun: Instant,
    last: Instant,
    laps: Vec<(&'static str, u64)>,
}

impl Laps {
    pub(super) fn start() -> Self {
        let now = Instant::now();
        Self { begun: now, last: now, laps: Vec::with_capacity(8) }
    }

    /// Ends a step.
    pub(super) fn lap(&mut self, step: &'static str) {
        let now = Instant::now();
        self.laps.push((step, micros(self.last, now)));
        self.last = now;
    }

    /// Microseconds since the start.
    pub(super) fn total(&self) -> u64 {
        micros(self.begun, Instant::now())
    }

    pub(super) fn log(&self) {
        for (step, micros) in &self.laps {
            tracing::debug!(target: "exomonad_host::hook::laps", step, micros);
        }
    }
}

fn micros(from: Instant, to: Instant) -> u64 {
    u64::try_from(to.saturating_duration_since(from).as_micros()).unwrap_or(u64::MAX)
}
