//! Waits for what a multiplexer does in its own time and tells nobody.

use std::time::{Duration, Instant};

use super::MuxError;

/// How long a multiplexer may take for what it said it did.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// How often is looked.
const LOOK: Duration = Duration::from_millis(30);

/// Looks until there is something, or until `limit` has passed.
pub(super) fn until<T>(
    limit: Duration,
    mut look: impl FnMut() -> Result<Option<T>, MuxError>,
) -> Result<Option<T>, MuxError> {
    let begun = Instant::now();
    loop {
        if let Some(found) = look()? {
            return Ok(Some(found));
        }
        if begun.elapsed() >= limit {
            return Ok(None);
        }
        pause();
    }
}

#[expect(clippy::disallowed_methods, reason = "a multiplexer has no event that says it is done")]
fn pause() {
    std::thread::sleep(LOOK);
}
