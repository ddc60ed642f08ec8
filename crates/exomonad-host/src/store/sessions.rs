//! The harness's conversations, each tied to an agent.

use rusqlite::{OptionalExtension, params};

use super::events::{from_row, to_row};
use super::{Store, StoreError};
use crate::contract::session::SessionInfo;

impl Store {
    /// Ties a conversation to an agent; again with the same id refreshes it.
    ///
    /// # Errors
    /// The database failed.
    pub fn register_session(
        &self,
        id: &str,
        agent: &str,
        harness: &str,
        transcript: Option<&str>,
        now_ms: u64,
    ) -> Result<(), StoreError> {
        let connection = self.lock();
        let mut upsert = connection.prepare_cached(
            "INSERT INTO sessions (id, agent, harness, transcript, started_ms) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (id) DO UPDATE SET agent = excluded.agent, harness = excluded.harness,
                 transcript = coalesce(excluded.transcript, transcript), ended_ms = NULL",
        )?;
        upsert.execute(params![id, agent, harness, transcript, to_row(now_ms)])?;
        Ok(())
    }

    /// Marks a conversation as ended; not an error when it is unknown.
    ///
    /// # Errors
    /// The database failed.
    pub fn end_session(&self, id: &str, agent: &str, now_ms: u64) -> Result<(), StoreError> {
        self.lock().execute(
            "UPDATE sessions SET ended_ms = ?3 WHERE id = ?1 AND agent = ?2 AND ended_ms IS NULL",
            params![id, agent, to_row(now_ms)],
        )?;
        Ok(())
    }

    /// Whether a conversation's harness said that it ended.
    ///
    /// # Errors
    /// The database failed.
    pub fn session_ended(&self, id: &str) -> Result<bool, StoreError> {
        let connection = self.lock();
        let mut select =
            connection.prepare_cached("SELECT 1 FROM sessions WHERE id = ?1 AND ended_ms IS NOT NULL")?;
        Ok(select.exists(params![id])?)
    }

    /// An agent's latest conversation.
    ///
    /// # Errors
    /// The database failed.
    pub fn latest_session(&self, agent: &str) -> Result<Option<SessionInfo>, StoreError> {
        let connection = self.lock();
        let mut select = connection.prepare_cached(
            "SELECT agent, id, harness, transcript, started_ms, ended_ms FROM sessions
             WHERE agent = ?1 ORDER BY started_ms DESC, id DESC LIMIT 1",
        )?;
        let row = select.query_row(params![agent], |row| {
            Ok(SessionInfo {
                agent: row.get(0)?,
                id: row.get(1)?,
                harness: row.get(2)?,
                transcript: row.get(3)?,
                started_ms: from_row(row.get(4)?),
                ended_ms: row.get::<_, Option<i64>>(5)?.map(from_row),
            })
        });
        Ok(row.optional()?)
    }
}
