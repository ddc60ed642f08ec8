//! What each guest said of itself, kept by the guest's hash: a hook it does not care for never starts it.

use rusqlite::{OptionalExtension, params};

use super::{Store, StoreError};

impl Store {
    /// All that `describe` answered, as JSON.
    ///
    /// # Errors
    /// The database failed.
    pub fn description(&self, hash: &str) -> Result<Option<String>, StoreError> {
        let connection = self.lock();
        let mut select = connection.prepare_cached("SELECT info FROM descriptions WHERE hash = ?1")?;
        Ok(select.query_row(params![hash], |row| row.get(0)).optional()?)
    }

    /// Keeps all that `describe` answered, and forgets other guests.
    ///
    /// # Errors
    /// The database failed.
    pub fn set_description(&self, hash: &str, info: &str) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction.execute("DELETE FROM descriptions WHERE hash <> ?1", params![hash])?;
            let insert = "INSERT OR REPLACE INTO descriptions (hash, info) VALUES (?1, ?2)";
            transaction.execute(insert, params![hash, info])?;
            Ok(())
        })
    }

    /// Which hooks `describe` asked for, as JSON: the part that a hook reads.
    ///
    /// # Errors
    /// The database failed.
    pub fn guest_info(&self, hash: &str) -> Result<Option<String>, StoreError> {
        let connection = self.lock();
        let mut select = connection.prepare_cached("SELECT info FROM guests WHERE hash = ?1")?;
        Ok(select.query_row(params![hash], |row| row.get(0)).optional()?)
    }

    /// Keeps which hooks `describe` asked for, and forgets other guests.
    ///
    /// # Errors
    /// The database failed.
    pub fn set_guest_info(&self, hash: &str, info: &str) -> Result<(), StoreError> {
        let connection = self.lock();
        connection.execute("DELETE FROM guests WHERE hash <> ?1", params![hash])?;
        connection
            .execute("INSERT OR REPLACE INTO guests (hash, info) VALUES (?1, ?2)", params![hash, info])?;
        Ok(())
    }
}
