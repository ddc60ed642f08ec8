//! What the user has looked at and approved, by its hash.

use rusqlite::{OptionalExtension, params};

use super::events::to_row;
use super::{Store, StoreError};
use crate::config::Command;

impl Store {
    /// Whether a command of the configuration may be run for what `key` names: it is the user's own, or they approved it.
    ///
    /// # Errors
    /// The database failed.
    pub fn may_run(&self, command: &Command, key: &str) -> Result<bool, StoreError> {
        Ok(!command.needs_approval || self.is_approved(&command.hash(key))?)
    }

    /// Whether the user approved what has this hash.
    fn is_approved(&self, hash: &str) -> Result<bool, StoreError> {
        let found = self
            .lock()
            .query_row("SELECT 1 FROM approvals WHERE hash = ?1", params![hash], |_| Ok(()))
            .optional()?;
        Ok(found.is_some())
    }

    /// Keeps an approval. `what` is what the user saw.
    ///
    /// # Errors
    /// The database failed.
    pub fn approve(&self, hash: &str, what: &str, now_ms: u64) -> Result<(), StoreError> {
        self.write_durably(|transaction| {
            transaction.execute(
                "INSERT INTO approvals (hash, what, approved_ms) VALUES (?1, ?2, ?3)
                 ON CONFLICT (hash) DO NOTHING",
                params![hash, what, to_row(now_ms)],
            )?;
            Ok(())
        })
    }
}
