//! What was measured of one server.

use super::process::Memory;
use crate::bench::sample::{Spread, real};

/// The figures of one server. Times in microseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Figures {
    /// From the start of the process to the first reply.
    pub(super) start: Spread,
    /// `tools/list`.
    pub(super) list: Spread,
    /// `tools/call`, one after the other.
    pub(super) call: Spread,
    /// Calls a second, one and several in flight.
    pub(super) alone: f64,
    pub(super) together: f64,
    /// Processor time of a call.
    pub(super) processor: f64,
    pub(super) memory: Memory,
}

impl Figures {
    /// Resident memory in MiB, now and at most.
    pub(super) fn mib(&self) -> (f64, f64) {
        (real(self.memory.resident) / 1024.0, real(self.memory.peak) / 1024.0)
    }
}
