//! One merge at a time: whoever holds the turn is the only one of ours who moves a base.
//!
//! It is a lock on a file, which the system gives up with the process that holds it.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt as _;
use std::time::{Duration, Instant};

use crate::agent::Site;
use crate::forge::ForgeError;

/// How long the merges before ours may take.
const LIMIT: Duration = Duration::from_secs(60);
/// How often is looked.
const LOOK: Duration = Duration::from_millis(10);

/// Nobody else merges while this is there.
#[must_use]
pub(in crate::forge) struct Turn {
    /// Kept for its drop, which unlocks it.
    _lock: File,
}

/// Waits until nobody else merges.
pub(in crate::forge) fn take(site: &Site) -> Result<Turn, ForgeError> {
    let path = site.repository.state_dir().join("merge.lock");
    let failed = |source| ForgeError::Lock { path: path.clone(), source };
    let lock = OpenOptions::new().create(true).append(true).mode(0o600).open(&path).map_err(failed)?;
    let begun = Instant::now();
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(Turn { _lock: lock }),
            Err(TryLockError::Error(err)) => return Err(failed(err)),
            Err(TryLockError::WouldBlock) if begun.elapsed() >= LIMIT => return Err(ForgeError::Turn),
            // The system has no event that says when a lock is given up, but the lock itself, which waits without an end.
            Err(TryLockError::WouldBlock) => std::thread::park_timeout(LOOK),
        }
    }
}
