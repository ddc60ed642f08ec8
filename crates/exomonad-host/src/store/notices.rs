//! How far the project's events were looked through for something to tell the person on their desktop.

use rusqlite::{OptionalExtension, params};

use super::events::{from_row, to_row};
use super::{Store, StoreError};

impl Store {
    /// The last event that the person was told of; absent before the first.
    ///
    /// # Errors
    /// The database failed.
    pub(crate) fn noticed(&self) -> Result<Option<u64>, StoreError> {
        let connection = self.lock();
        let mut select = connection.prepare_cached("SELECT event FROM notices")?;
        let event = select.query_row([], |row| row.get(0)).optional()?;
        Ok(event.map(from_row))
    }

    /// Keeps which event the person is told of.
    ///
    /// # Errors
    /// The database failed.
    pub(crate) fn set_noticed(&self, event: u64) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction.execute(
                "INSERT INTO notices (one, event) VALUES (1, ?1) ON CONFLICT (one) DO UPDATE SET event = excluded.event",
                params![to_row(event)],
            )?;
            Ok(())
        })
    }
}
