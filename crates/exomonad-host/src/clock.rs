//! Tells the time, so that a test can say what time it is.

/// Where the time comes from: a function that returns milliseconds since 1970.
#[derive(Debug, Clone, Copy)]
pub struct Clock(fn() -> u64);

impl Clock {
    /// A clock that asks `now`.
    #[must_use]
    pub fn new(now: fn() -> u64) -> Self {
        Self(now)
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn now_ms(self) -> u64 {
        (self.0)()
    }
}
