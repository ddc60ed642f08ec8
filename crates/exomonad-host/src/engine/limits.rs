//! What one call of a guest may use, and how it is held to it.

use std::time::{Duration, Instant};

use wasmtime::ResourceLimiter;

/// What one call may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Time, effects included.
    pub wall: Duration,
    /// Bytes of linear memory.
    pub memory: usize,
    /// Effects asked for.
    pub effects: u32,
    /// Bytes in the answer.
    pub output: usize,
}

impl Default for Limits {
    /// 2 s, 64 MiB, 1,000 effects, 1 MiB.
    fn default() -> Self {
        Self { wall: Duration::from_secs(2), memory: 64 << 20, effects: 1000, output: 1 << 20 }
    }
}

/// Entries of a table; a component built from Rust has some hundred.
const TABLE_ENTRIES: usize = 100_000;

/// What a call has used, and which limit it met first.
#[derive(Debug)]
pub(crate) struct Meter {
    limits: Limits,
    deadline: Instant,
    effects: u32,
    met: Option<Met>,
}

/// A limit that was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Met {
    Wall,
    Memory,
    Effects,
}

impl Meter {
    pub(crate) fn start(limits: Limits) -> Self {
        let now = Instant::now();
        let deadline = now.checked_add(limits.wall).unwrap_or(now);
        Self { limits, deadline, effects: 0, met: None }
    }

    pub(super) fn met(&self) -> Option<Met> {
        self.met
    }

    /// The time that is left; an effect may take no longer.
    pub(crate) fn time_left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Whether the time is up.
    pub(super) fn is_late(&mut self) -> bool {
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
