//! Calls that asked the client something, and go on when it calls again with the answer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

/// The most that wait at a time. A client that never comes back would have us keep every call.
const MAX: usize = 64;

/// See the module. Each has a name that nobody can guess.
#[derive(Debug)]
pub(super) struct Suspended<T>(Arc<Mutex<HashMap<String, T>>>);

impl<T> Default for Suspended<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> Suspended<T> {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps one.
    ///
    /// # Errors
    /// There are too many: it is given back.
    pub(super) fn keep(&self, name: String, call: T) -> Result<(), T> {
        let mut calls = self.lock();
        if calls.len() >= MAX {
            return Err(call);
        }
        calls.insert(name, call);
        Ok(())
    }

    /// A name for one.
    pub(super) fn name() -> String {
        Uuid::new_v4().to_string()
    }

    /// The one of this name, which goes on now.
    pub(super) fn take(&self, name: &str) -> Option<T> {
        self.lock().remove(name)
    }
}
