//! The MCP sidecars that run now, one row each. An agent can have several: one a session.

use std::time::Duration;

use rusqlite::{Connection, Row, params};

use super::events::{from_row, to_row};
use super::{Store, StoreError};
use crate::agent::{AgentName, ProcessIdentity};

/// How long a sidecar counts as running after its last beat, where its process cannot be looked at.
pub const SIDECAR_BEAT_LIMIT: Duration = Duration::from_secs(30);

/// Names a sidecar; never given twice in a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SidecarId(i64);

/// A sidecar, as the database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SidecarRow {
    /// Its id.
    pub id: SidecarId,
    /// Whose it is.
    pub agent: String,
    /// Its process.
    pub process: ProcessIdentity,
    /// The name and version of its MCP client, once that said hello.
    pub client: Option<String>,
    /// When it began, in milliseconds since 1970.
    pub began_ms: u64,
    /// When it last said that it runs, in milliseconds since 1970.
    pub beat_ms: u64,
}

impl SidecarRow {
    /// Whether it runs: its process does, or, where that cannot be told, it said so lately.
    #[must_use]
    pub fn is_live(&self, now_ms: u64) -> bool {
        let silent = Duration::from_millis(now_ms.saturating_sub(self.beat_ms));
        self.process.is_alive().unwrap_or(silent < SIDECAR_BEAT_LIMIT)
    }
}

impl Store {
    /// Registers a sidecar, and removes the rows of those that are gone.
    ///
    /// # Errors
    /// The database failed.
    pub fn add_sidecar(
        &self,
        agent: &AgentName,
        process: &ProcessIdentity,
        now_ms: u64,
    ) -> Result<SidecarId, StoreError> {
        self.write(|transaction| {
            for row in select(transaction)?.iter().filter(|row| !row.is_live(now_ms)) {
                transaction.execute("DELETE FROM sidecars WHERE id = ?1", params![row.id.0])?;
            }
            transaction.execute(
                "INSERT INTO sidecars (agent, pid, started, machine, began_ms, beat_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
                params![agent.as_str(), process.pid, process.started, process.machine, to_row(now_ms)],
            )?;
            Ok(SidecarId(transaction.last_insert_rowid()))
        })
    }

    /// Keeps the name and version of a sidecar's client.
    ///
    /// # Errors
    /// The database failed.
    pub fn set_sidecar_client(&self, id: SidecarId, client: &str) -> Result<(), StoreError> {
        self.lock().execute("UPDATE sidecars SET client = ?2 WHERE id = ?1", params![id.0, client])?;
        Ok(())
    }

    /// Says that a sidecar runs. False when its row is gone, as after a sleep of the machine: then it registers again.
    ///
    /// # Errors
    /// The database failed.
    pub fn beat_sidecar(&self, id: SidecarId, now_ms: u64) -> Result<bool, StoreError> {
        let connection = self.lock();
        let mut update = connection.prepare_cached("UPDATE sidecars SET beat_ms = ?2 WHERE id = ?1")?;
        Ok(update.execute(params![id.0, to_row(now_ms)])? == 1)
    }

    /// Forgets a sidecar; not an error when it is unknown.
    ///
    /// # Errors
    /// The database failed.
    pub fn remove_sidecar(&self, id: SidecarId) -> Result<(), StoreError> {
        self.lock().execute("DELETE FROM sidecars WHERE id = ?1", params![id.0])?;
        Ok(())
    }

    /// Every sidecar that is registered, oldest first; [`SidecarRow::is_live`] tells whether it runs.
    ///
    /// # Errors
    /// The database failed.
    pub fn sidecars(&self) -> Result<Vec<SidecarRow>, StoreError> {
        Ok(select(&self.lock())?)
    }
}

fn select(connection: &Connection) -> rusqlite::Result<Vec<SidecarRow>> {
    let mut select = connection.prepare_cached(
        "SELECT id, agent, pid, started, machine, client, began_ms, beat_ms FROM sidecars ORDER BY id",
    )?;
    select.query_map([], read)?.collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<SidecarRow> {
    Ok(SidecarRow {
        id: SidecarId(row.get(0)?),
        agent: row.get(1)?,
        process: ProcessIdentity { pid: row.get(2)?, started: row.get(3)?, machine: row.get(4)? },
        client: row.get(5)?,
        began_ms: from_row(row.get(6)?),
        beat_ms: from_row(row.get(7)?),
    })
}
