//! What one call of a guest may use, and how it is held to it.

use std::time::{Duration, Instant};

use wasmtime::ResourceLimiter;

use super::Stop;

/// What one call may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Time, effects included, but not what they wait for.
    pub wall: Duration,
    /// Time that effects may wait for something to happen, in all.
    pub wait: Duration,
    /// Bytes of linear memory.
    pub memory: usize,
    /// Effects asked for.
    pub effects: u32,
    /// Bytes in the answer.
    pub output: usize,
}

impl Default for Limits {
    /// For a hook: 2 s and no waiting, 64 MiB, 1,000 effects, 1 MiB.
    fn default() -> Self {
        Self {
            wall: Duration::from_secs(2),
            wait: Duration::ZERO,
            memory: 64 << 20,
            effects: 1000,
            output: 1 << 20,
        }
    }
}

impl Limits {
    /// For a call of a tool: 30 s and 10 minutes of waiting, 4 MiB of answer, and otherwise as a hook.
    #[must_use]
    pub fn of_tools() -> Self {
        Self {
            wall: Duration::from_secs(30),
            wait: Duration::from_secs(600),
            output: 4 << 20,
            ..Self::default()
        }
    }
}

/// Entries of a table; a component built from Rust has some hundred.
const TABLE_ENTRIES: usize = 100_000;

/// What a call has used, and which limit it met first.
#[derive(Debug)]
pub(crate) struct Meter {
    limits: Limits,
    deadline: Instant,
    waited: Duration,
    effects: u32,
    met: Option<Met>,
    stop: Stop,
}

/// A limit that was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Met {
    Wall,
    Memory,
    Effects,
    Stop,
}

impl Meter {
    pub(crate) fn start(limits: Limits, stop: Stop) -> Self {
        let now = Instant::now();
        let deadline = now.checked_add(limits.wall).unwrap_or(now);
        Self { limits, deadline, waited: Duration::ZERO, effects: 0, met: None, stop }
    }

    pub(super) fn met(&self) -> Option<Met> {
        self.met
    }

    /// The time that is left; an effect may take no longer.
    pub(crate) fn time_left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Who may want the call to end.
    pub(crate) fn stop(&self) -> &Stop {
        &self.stop
    }

    /// The time that an effect may wait now.
    pub(crate) fn wait_left(&self) -> Duration {
        if self.stop.waits_no_more() {
            return Duration::ZERO;
        }
        self.limits.wait.saturating_sub(self.waited)
    }

    /// Counts time that an effect has waited, and gives it back to the call.
    pub(crate) fn count_waiting(&mut self, waited: Duration) {
        self.waited += waited;
        self.deadline = self.deadline.checked_add(waited).unwrap_or(self.deadline);
    }

    /// Whether the time is up, or the call is to end.
    pub(super) fn is_late(&mut self) -> bool {
        if self.stop.is_stopped() {
            self.met.get_or_insert(Met::Stop);
            return true;
        }
        if self.time_left() > Duration::ZERO {
            return false;
        }
        self.met.get_or_insert(Met::Wall);
        true
    }

    /// Counts an effect.
    pub(crate) fn count_effect(&mut self) -> Result<(), OverLimit> {
        self.effects += 1;
        if self.effects > self.limits.effects {
            self.met.get_or_insert(Met::Effects);
            return Err(OverLimit);
        }
        if self.is_late() { Err(OverLimit) } else { Ok(()) }
    }
}

/// Ends a call that met a limit.
#[derive(Debug, thiserror::Error)]
#[error("the guest met a limit")]
pub(crate) struct OverLimit;

impl ResourceLimiter for Meter {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let fits = desired <= self.limits.memory;
        if !fits {
            self.met.get_or_insert(Met::Memory);
        }
        Ok(fits)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= TABLE_ENTRIES)
    }
}
