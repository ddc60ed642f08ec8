//! Messages as people are shown them: each with how its delivery went. Reading them hands nothing over.

use rusqlite::{OptionalExtension, Row, params};
use serde_json::json;

use super::events::{from_row, insert_event};
use super::{Store, StoreError};
use crate::agent::AgentName;
use crate::contract::messages::{Message, MessageState};

/// A message, and how its delivery went.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Its number in the order of sending.
    pub seq: i64,
    /// The message.
    pub message: Message,
    /// How often it was handed over.
    pub attempts: u32,
    /// By what it was handed over last.
    pub transport: Option<String>,
    /// How the last attempt that came to an end did.
    pub outcome: Option<String>,
    /// When it was seen, in milliseconds since 1970.
    pub seen_ms: Option<u64>,
    /// When it was acknowledged, in milliseconds since 1970.
    pub acked_ms: Option<u64>,
    /// Why it failed; absent unless it did.
    pub failure: Option<String>,
}

/// Which messages people ask for.
#[derive(Debug, Clone, Default)]
pub struct MailFilter {
    /// Only those to or from this agent.
    pub agent: Option<String>,
    /// Also those that were acknowledged.
    pub acked: bool,
}

/// What comes after the columns of a message.
const DELIVERY: &str = "seen_ms, acked_ms, failure, handed_by,
    (SELECT count(*) FROM deliveries WHERE message = seq),
    (SELECT transport FROM deliveries WHERE message = seq ORDER BY id DESC LIMIT 1),
    (SELECT outcome FROM deliveries WHERE message = seq AND outcome IS NOT NULL ORDER BY id DESC LIMIT 1)";

/// Finds the first of a queue.
pub(super) const OLDEST_QUEUED: &str = "SELECT sent_ms FROM messages INDEXED BY messages_queued
    WHERE recipient = ?1 AND state = 'queued' ORDER BY seq LIMIT 1";

impl Store {
    /// The newest `limit` messages that match, oldest first.
    ///
    /// # Errors
    /// The database failed, or a row cannot be read.
    pub fn mail(&self, filter: &MailFilter, limit: u32) -> Result<Vec<Mail>, StoreError> {
        let acked = if filter.acked { "" } else { " AND acked_ms IS NULL" };
        let sql = format!(
            "SELECT {}, {DELIVERY} FROM messages
             WHERE (?1 IS NULL OR recipient = ?1 OR sender = ?1){acked} ORDER BY seq DESC LIMIT ?2",
            super::messages::COLUMNS
        );
        let connection = self.lock();
        let mut select = connection.prepare_cached(&sql)?;
        let mut rows = select.query(params![filter.agent, limit])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(read(row)?);
        }
        found.reverse();
        Ok(found)
    }

    /// The message with an id.
    ///
    /// # Errors
    /// The database failed, or the row cannot be read.
    pub fn mail_of(&self, id: &str) -> Result<Option<Mail>, StoreError> {
        let sql = format!("SELECT {}, {DELIVERY} FROM messages WHERE id = ?1", super::messages::COLUMNS);
        let connection = self.lock();
        let mut select = connection.prepare_cached(&sql)?;
        let mut rows = select.query(params![id])?;
        rows.next()?.map(read).transpose()
    }

    /// When the oldest message was sent that waits for an agent, in milliseconds since 1970.
    ///
    /// # Errors
    /// The database failed.
    pub fn oldest_queued_ms(&self, agent: &AgentName) -> Result<Option<u64>, StoreError> {
        let connection = self.lock();
        let mut select = connection.prepare_cached(OLDEST_QUEUED)?;
        let sent_ms = select.query_row(params![agent.as_str()], |row| row.get(0)).optional()?;
        Ok(sent_ms.map(from_row))
    }

    /// Puts a message whose delivery failed back into its recipient's queue; tells whether it was one.
    ///
    /// # Errors
    /// The database failed.
    pub fn retry_message(&self, id: &str, now_ms: u64) -> Result<bool, StoreError> {
        self.write_durably(|transaction| {
            let mut update = transaction.prepare_cached(
                "UPDATE messages SET state = 'queued', failure = NULL WHERE id = ?1 AND state = 'failed'
                 RETURNING sender, recipient, kind",
            )?;
            let row = update.query_row(params![id], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
            });
            let Some((from, to, kind)) = row.optional()? else { return Ok(false) };
            let data = json!({ "id": id, "from": from, "kind": kind, "retried": true });
            insert_event(transaction, now_ms, "message.queued", &to, &data.to_string())?;
            Ok(true)
        })
    }

    /// The word for a message's state.
    #[must_use]
    pub fn state_word(state: MessageState) -> &'static str {
        super::messages::state_name(state)
    }
}

/// Reads the columns of a message, and [`DELIVERY`] after them.
fn read(row: &Row<'_>) -> Result<Mail, StoreError> {
    let first = super::messages::COLUMNS.split(',').count();
    let (seq, message) = super::messages::read(row)?;
    let time = |index: usize| -> Result<Option<u64>, StoreError> {
        Ok(row.get::<_, Option<i64>>(first + index)?.map(from_row))
    };
    let handed_by: Option<String> = row.get(first + 3)?;
    let transport: Option<String> = row.get(first + 5)?;
    Ok(Mail {
        seq,
        message,
        seen_ms: time(0)?,
        acked_ms: time(1)?,
        failure: row.get(first + 2)?,
        attempts: row.get(first + 4)?,
        transport: transport.or(handed_by),
        outcome: row.get(first + 6)?,
    })
}
