//! Messages between agents. A message is durable before its sender is told that it was sent.
//!
//! Events tell whom it concerns: `message.queued` is about the recipient; `message.seen`, `message.acked` and
//! `message.failed` are about the sender, who may wait for them.

use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde_json::json;

use super::deliveries::{end_acked, hand};
use super::delivery::{Claim, ClaimLimits, Transport};
use super::events::{from_row, insert_event, to_row};
use super::{Draft, Sender, Store, StoreError};
use crate::agent::{AgentName, ProcessIdentity};
use crate::contract::messages::{Message, MessageState};

/// The most bytes of bodies that one look into the inbox returns, unless a single message has more.
const INBOX_BYTES: usize = 4 << 20;

/// `body` comes last in the table, so that what is before it is read without it.
pub(super) const COLUMNS: &str =
    "seq, id, sender, recipient, kind, reply_to, state, sent_ms, human, receipt, body";

/// As [`COLUMNS`].
pub(super) const FIND: &str = "SELECT seq, id, sender, recipient, kind, reply_to, state, sent_ms, human, receipt, body FROM messages WHERE id = ?1";

pub(super) const REPLY_FIND: &str =
    "SELECT 1 FROM messages WHERE id = ?1 AND (sender = ?2 OR recipient = ?2)";

pub(super) const ACK_FIND: &str =
    "SELECT seq, sender, acked_ms FROM messages WHERE id = ?1 AND recipient = ?2";

pub(super) const UNREAD: &str = "SELECT count(*) FROM messages INDEXED BY messages_unread
     WHERE recipient = ?1 AND acked_ms IS NULL AND (state <> 'seen' OR handed_by = 'tool')";

/// Which messages of an inbox are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inbox {
    /// Those that are neither acknowledged nor seen. One that was read with the inbox itself is shown until it is acknowledged.
    Unread,
    /// Every one.
    All,
}

impl Store {
    /// Sends a message. It is on the disk when this returns.
    ///
    /// # Errors
    /// It replies to a message that is not one of the sender's, or the database failed.
    pub fn send_message(&self, draft: &Draft<'_>, now_ms: u64) -> Result<Message, StoreError> {
        self.write_durably(|transaction| insert_message(transaction, draft, now_ms))
    }

    /// The first `limit` messages to an agent, oldest first; fewer when their bodies have more than 4 MiB together.
    /// Those that were queued are handed to the agent by this, by the process `holder`.
    ///
    /// # Errors
    /// The database failed, or a row cannot be read.
    pub fn inbox(
        &self,
        agent: &AgentName,
        which: Inbox,
        limit: u32,
        holder: &ProcessIdentity,
        now_ms: u64,
    ) -> Result<Vec<Message>, StoreError> {
        let limits = ClaimLimits { messages: 0, bytes: INBOX_BYTES, beginning: INBOX_BYTES };
        let claim =
            Claim { agent, transport: Transport::Inbox, session: "", holder, limits, transcript: None };
        self.write(|transaction| {
            let mut shown = Vec::new();
            for (seq, message) in first_messages(transaction, agent, which, limit)? {
                shown.push(match message.state {
                    MessageState::Queued => hand(transaction, &claim, seq, message, now_ms)?.message,
                    MessageState::Handed
                    | MessageState::Seen
                    | MessageState::Acked
                    | MessageState::Failed => message,
                });
            }
            Ok(shown)
        })
    }

    /// Marks messages to an agent as dealt with, all or none. One that is marked already stays as it is.
    ///
    /// # Errors
    /// One of them is not a message to the agent, or the database failed.
    pub fn ack_messages(&self, agent: &AgentName, ids: &[String], now_ms: u64) -> Result<(), StoreError> {
        self.write(|transaction| {
            let mut find = transaction.prepare_cached(ACK_FIND)?;
            let mut mark =
                transaction.prepare_cached("UPDATE messages SET state = ?2, acked_ms = ?3 WHERE seq = ?1")?;
            for id in ids {
                let row = find.query_row(params![id, agent.as_str()], |row| {
                    Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, Option<i64>>(2)?))
                });
                let found = row.optional()?;
                let (seq, sender, acked) = found.ok_or_else(|| StoreError::NoMessage { id: id.clone() })?;
                if acked.is_none() {
                    mark.execute(params![seq, state_name(MessageState::Acked), to_row(now_ms)])?;
                    end_acked(transaction, seq, now_ms)?;
                    let data = json!({ "id": id, "by": agent.as_str() });
                    insert_event(transaction, now_ms, "message.acked", &sender, &data.to_string())?;
                }
            }
            Ok(())
        })
    }

    /// The message with an id.
    ///
    /// # Errors
    /// The database failed, or the row cannot be read.
    pub fn message(&self, id: &str) -> Result<Option<Message>, StoreError> {
        let connection = self.lock();
        let mut select = connection.prepare_cached(FIND)?;
        let mut rows = select.query(params![id])?;
        let row = rows.next()?.map(read).transpose()?;
        Ok(row.map(|(_, message)| message))
    }

    /// How many messages to an agent are unread, as [`Inbox::Unread`] says.
    ///
    /// # Errors
    /// The database failed.
    pub fn unread(&self, agent: &AgentName) -> Result<u32, StoreError> {
        let connection = self.lock();
        let mut count = connection.prepare_cached(UNREAD)?;
        Ok(count.query_row(params![agent.as_str()], |row| row.get(0))?)
    }
}

/// Sends a message as a part of a greater change, which has to be a durable one.
pub(super) fn insert_message(
    transaction: &Transaction<'_>,
    draft: &Draft<'_>,
    now_ms: u64,
) -> Result<Message, StoreError> {
    let (from, to) = (draft.from.as_str(), draft.to.as_str());
    let id = new_id(now_ms);
    if let Some(reply_to) = draft.reply_to {
        require_known(transaction, reply_to, draft.from)?;
    }
    transaction
        .prepare_cached(
            "INSERT INTO messages (id, sender, recipient, kind, reply_to, state, sent_ms, human, receipt, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            id,
            from,
            to,
            draft.kind,
            draft.reply_to,
            state_name(MessageState::Queued),
            to_row(now_ms),
            draft.from.is_human(),
            draft.receipt,
            draft.body
        ])?;
    let data = json!({ "id": id, "from": from, "kind": draft.kind, "bytes": draft.body.len() });
    insert_event(transaction, now_ms, "message.queued", to, &data.to_string())?;
    Ok(Message {
        id,
        from: from.to_owned(),
        to: to.to_owned(),
        kind: draft.kind.to_owned(),
        body: draft.body.to_owned(),
        reply_to: draft.reply_to.map(str::to_owned),
        human: draft.from.is_human(),
        receipt: draft.receipt.map(str::to_owned),
        state: MessageState::Queued,
        time_ms: now_ms,
    })
}

/// The index is named because the planner must never choose one that makes an inbox slower with its history.
pub(super) fn inbox_sql(which: Inbox) -> String {
    let source = match which {
        Inbox::Unread => {
            "messages INDEXED BY messages_unread WHERE acked_ms IS NULL AND (state <> 'seen' OR handed_by = 'tool') AND"
        }
        Inbox::All => "messages INDEXED BY messages_by_recipient WHERE",
    };
    format!("SELECT {COLUMNS} FROM {source} recipient = ?1 ORDER BY seq LIMIT ?2")
}

fn first_messages(
    transaction: &Transaction<'_>,
    agent: &AgentName,
    which: Inbox,
    limit: u32,
) -> Result<Vec<(i64, Message)>, StoreError> {
    let mut select = transaction.prepare_cached(&inbox_sql(which))?;
    let mut rows = select.query(params![agent.as_str(), limit])?;
    let mut found: Vec<(i64, Message)> = Vec::new();
    let mut bytes = 0;
    while let Some(row) = rows.next()? {
        let (seq, message) = read(row)?;
        bytes += message.body.len();
        if bytes > INBOX_BYTES && !found.is_empty() {
            break;
        }
        found.push((seq, message));
    }
    Ok(found)
}

/// A message that may be replied to: by an agent, one to or from it; by a person or the host, who can read them all, any.
fn require_known(transaction: &Transaction<'_>, id: &str, sender: Sender<'_>) -> Result<(), StoreError> {
    let is_known = match sender {
        Sender::Agent(agent) => {
            transaction.prepare_cached(REPLY_FIND)?.exists(params![id, agent.as_str()])?
        }
        Sender::Human | Sender::Host => transaction.prepare_cached(FIND)?.exists(params![id])?,
    };
    if is_known {
        return Ok(());
    }
    Err(StoreError::NoMessage { id: id.to_owned() })
}

pub(super) fn read(row: &Row<'_>) -> Result<(i64, Message), StoreError> {
    let state: String = row.get(6)?;
    let message = Message {
        id: row.get(1)?,
        from: row.get(2)?,
        to: row.get(3)?,
        kind: row.get(4)?,
        reply_to: row.get(5)?,
        state: STATES
            .into_iter()
            .find(|known| state_name(*known) == state)
            .ok_or(StoreError::Unknown { table: "messages", value: state })?,
        time_ms: from_row(row.get(7)?),
        human: row.get(8)?,
        receipt: row.get(9)?,
        body: row.get(10)?,
    };
    Ok((row.get(0)?, message))
}

const STATES: [MessageState; 5] = [
    MessageState::Queued,
    MessageState::Handed,
    MessageState::Seen,
    MessageState::Acked,
    MessageState::Failed,
];

pub(super) fn state_name(state: MessageState) -> &'static str {
    match state {
        MessageState::Queued => "queued",
        MessageState::Handed => "handed",
        MessageState::Seen => "seen",
        MessageState::Acked => "acked",
        MessageState::Failed => "failed",
    }
}

/// An id that sorts by the time at which it was made.
fn new_id(now_ms: u64) -> String {
    let nanos = u32::try_from(now_ms % 1000 * 1_000_000).unwrap_or_default();
    let time = uuid::Timestamp::from_unix(uuid::NoContext, now_ms / 1000, nanos);
    uuid::Uuid::new_v7(time).to_string()
}
