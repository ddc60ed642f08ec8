//! Which command last ran on which files of an agent's workspace, and how it ended.

use rusqlite::params;
use serde_json::json;

use super::events::{from_row, insert_event, to_row};
use super::{Store, StoreError};
use crate::agent::AgentName;

/// The latest run of one command in one agent's workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerificationRow {
    /// The command, as the configuration has it.
    pub command: String,
    /// It ended with an exit status that is not 0.
    pub failed: bool,
    /// Git's tree of the files that it ran on.
    pub tree: String,
    /// When it ended, in milliseconds since 1970.
    pub time_ms: u64,
}

impl Store {
    /// Keeps the latest run of a command, with an event that tells of it.
    ///
    /// # Errors
    /// There is no such agent, or the database failed.
    pub fn set_verification(&self, agent: &AgentName, row: &VerificationRow) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction
                .prepare_cached(
                    "INSERT INTO verifications (agent, command, failed, tree, time_ms) VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT (agent, command) DO UPDATE SET failed = ?3, tree = ?4, time_ms = ?5",
                )?
                .execute(params![agent.as_str(), row.command, row.failed, row.tree, to_row(row.time_ms)])?;
            let data = json!({ "command": row.command, "failed": row.failed, "tree": row.tree });
            insert_event(transaction, row.time_ms, "work.verified", agent.as_str(), &data.to_string())?;
            Ok(())
        })
    }

    /// The latest run of every command that was seen in an agent's workspace.
    ///
    /// # Errors
    /// The database failed.
    pub fn verifications(&self, agent: &AgentName) -> Result<Vec<VerificationRow>, StoreError> {
        let connection = self.lock();
        let mut select = connection.prepare_cached(
            "SELECT command, failed, tree, time_ms FROM verifications WHERE agent = ?1 ORDER BY command",
        )?;
        let rows = select.query_map(params![agent.as_str()], |row| {
            Ok(VerificationRow {
                command: row.get(0)?,
                failed: row.get(1)?,
                tree: row.get(2)?,
                time_ms: from_row(row.get(3)?),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
