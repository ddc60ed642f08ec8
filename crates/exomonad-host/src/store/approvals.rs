//! What the user has looked at and approved, by its hash.

use rusqlite::{OptionalExtension, params};

use super::events::to_row;
use super::{Store, StoreError};

impl Store {
    /// Whether the user approved what has this hash.
    ///
    /// # Errors
    /// The database failed.
    pub fn is_approved(&self, hash: &str) -> Result<bool, StoreError> {
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
