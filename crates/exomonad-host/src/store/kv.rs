//! Small state that outlives a call.

use rusqlite::{OptionalExtension, params};

use super::{Store, StoreError};

/// Whose state it is.
#[derive(Debug, Clone, Copy)]
pub enum Scope<'a> {
    /// One agent's.
    Agent(&'a str),
    /// The project's.
    Project,
}

impl Scope<'_> {
    fn column(self) -> String {
        match self {
            Self::Agent(name) => format!("agent:{name}"),
            Self::Project => "project".to_owned(),
        }
    }
}

impl Store {
    /// The value of a key.
    ///
    /// # Errors
    /// The database failed.
    pub fn value(&self, scope: Scope<'_>, key: &str) -> Result<Option<String>, StoreError> {
        let connection = self.lock();
        let mut select = connection.prepare_cached("SELECT value FROM kv WHERE scope = ?1 AND key = ?2")?;
        Ok(select.query_row(params![scope.column(), key], |row| row.get(0)).optional()?)
    }

    /// Sets a key.
    ///
    /// # Errors
    /// The database failed.
    pub fn set_value(&self, scope: Scope<'_>, key: &str, value: &str) -> Result<(), StoreError> {
        let connection = self.lock();
        let mut upsert = connection.prepare_cached(
            "INSERT INTO kv (scope, key, value) VALUES (?1, ?2, ?3)
             ON CONFLICT (scope, key) DO UPDATE SET value = excluded.value",
        )?;
        upsert.execute(params![scope.column(), key, value])?;
        Ok(())
    }

    /// Sets a key if its value is `expected`, in one step; tells whether it did.
    ///
    /// # Errors
    /// The database failed.
    pub fn swap_value(
        &self,
        scope: Scope<'_>,
        key: &str,
        expected: Option<&str>,
        value: &str,
    ) -> Result<bool, StoreError> {
        let connection = self.lock();
        let changed = match expected {
            Some(expected) => connection.execute(
                "UPDATE kv SET value = ?3 WHERE scope = ?1 AND key = ?2 AND value = ?4",
                params![scope.column(), key, value, expected],
            )?,
            None => connection.execute(
                "INSERT INTO kv (scope, key, value) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                params![scope.column(), key, value],
            )?,
        };
        Ok(changed == 1)
    }

    /// Deletes a key; not an error when it is not set.
    ///
    /// # Errors
    /// The database failed.
    pub fn delete_value(&self, scope: Scope<'_>, key: &str) -> Result<(), StoreError> {
        self.lock().execute("DELETE FROM kv WHERE scope = ?1 AND key = ?2", params![scope.column(), key])?;
        Ok(())
    }

    /// The keys that begin with `prefix`, sorted.
    ///
    /// # Errors
    /// The database failed.
    pub fn keys(&self, scope: Scope<'_>, prefix: &str) -> Result<Vec<String>, StoreError> {
        let connection = self.lock();
        let mut select = connection.prepare_cached(
            "SELECT key FROM kv WHERE scope = ?1 AND substr(key, 1, length(?2)) = ?2 ORDER BY key",
        )?;
        let rows = select.query_map(params![scope.column(), prefix], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
