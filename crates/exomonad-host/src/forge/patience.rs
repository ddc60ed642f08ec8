//! How long whoever asks a forge waits for it.

use std::time::{Duration, Instant};

use crate::engine::Stop;

/// How long whoever asks a forge waits for it.
#[derive(Debug, Clone, Default)]
pub struct Patience {
    until: Option<Instant>,
    stop: Option<Stop>,
}

impl Patience {
    /// For as long as it takes.
    #[must_use]
    pub fn endless() -> Self {
        Self::default()
    }

    /// For some time, and until it is stopped.
    #[must_use]
    pub fn limited(time: Duration, stop: &Stop) -> Self {
        Self { until: Instant::now().checked_add(time), stop: Some(stop.clone()) }
    }

    /// How much of a time is left.
    pub(super) fn left_of(&self, time: Duration) -> Duration {
        self.until.map_or(time, |until| time.min(until.saturating_duration_since(Instant::now())))
    }

    /// Whether it was stopped.
    pub(super) fn is_stopped(&self) -> bool {
        self.stop.as_ref().is_some_and(Stop::is_stopped)
    }

    /// Whether nobody waits any more.
    pub(super) fn is_over(&self) -> bool {
        self.is_stopped() || self.left_of(Duration::MAX).is_zero()
    }
}
