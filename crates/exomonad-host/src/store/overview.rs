//! What is known of every agent at once, in one query a question: for lists of agents, however many there are.

use rusqlite::params;

use super::events::from_row;
use super::{Store, StoreError};
use crate::contract::messages::Message;

/// An agent's latest conversation, in short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionSpan {
    /// When it began, in milliseconds since 1970.
    pub started_ms: u64,
    /// When it ended, in milliseconds since 1970; absent while it lasts, and when nobody told of its end.
    pub ended_ms: Option<u64>,
}

/// Counts every inbox in one pass over an index.
pub(super) const UNREAD_COUNTS: &str = "SELECT recipient, count(*) FROM messages INDEXED BY messages_unread
     WHERE acked_ms IS NULL AND (state <> 'seen' OR handed_by = 'inbox') GROUP BY recipient";

impl Store {
    /// How many messages each agent has not read, by the agent's name; agents without one are left out.
    ///
    /// # Errors
    /// The database failed.
    pub fn unread_counts(&self) -> Result<Vec<(String, u32)>, StoreError> {
        let connection = self.lock();
        let mut select = connection.prepare_cached(UNREAD_COUNTS)?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The latest conversation of every agent that ever had one, by the agent's name.
    ///
    /// # Errors
    /// The database failed.
    pub fn latest_session_spans(&self) -> Result<Vec<(String, SessionSpan)>, StoreError> {
        let connection = self.lock();
        // With max(), SQLite takes the other columns from the row that has the maximum.
        let mut select = connection
            .prepare_cached("SELECT agent, max(started_ms), ended_ms FROM sessions GROUP BY agent")?;
        let rows = select.query_map([], |row| {
            let ended_ms: Option<i64> = row.get(2)?;
            let started_ms = from_row(row.get(1)?);
            Ok((row.get(0)?, SessionSpan { started_ms, ended_ms: ended_ms.map(from_row) }))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The newest `limit` messages to and from an agent with a sequence number above `after`, oldest first, each with its
    /// number. Hands nothing over and marks nothing.
    ///
    /// # Errors
    /// The database failed, or a row cannot be read.
    pub fn correspondence(
        &self,
        agent: &str,
        after: i64,
        limit: u32,
    ) -> Result<Vec<(i64, Message)>, StoreError> {
        let connection = self.lock();
        let mut select = connection.prepare_cached(&format!(
            "SELECT {} FROM messages WHERE seq > ?2 AND (recipient = ?1 OR sender = ?1) ORDER BY seq DESC LIMIT ?3",
            super::messages::COLUMNS
        ))?;
        let mut rows = select.query(params![agent, after, limit])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(super::messages::read(row)?);
        }
        found.reverse();
        Ok(found)
    }
}
