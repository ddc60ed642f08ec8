//! Attempts to hand messages over. One row an attempt; it stays open until there is evidence of what became of it.
//!
//! Rules: a message has at most one open delivery. A later message of a sender is not claimed while an earlier one to the
//! same recipient has an open delivery. A message is `seen` only with a word of evidence.

use rusqlite::{Connection, Row, Transaction, params};
use serde_json::json;

use super::delivery::{
    ACKED, Claim, DeliveryId, DeliveryRow, Evidence, Handed, Outcome, TranscriptMark, Transport, Waiting,
};
use super::events::{from_row, insert_event, to_row};
use super::messages::{COLUMNS, read};
use super::{Store, StoreError};
use crate::agent::{AgentName, ProcessIdentity};
use crate::contract::messages::{Message, MessageState};

/// How often a message is handed over at most.
pub const MAX_ATTEMPTS: u32 = 5;

pub(super) const OPEN: &str =
    "SELECT deliveries.id, messages.id, deliveries.recipient, transport, session, pid, started, machine,
        deliveries.handed_ms, written_ms, transcript, transcript_bytes, outcome, ended_ms
     FROM deliveries INDEXED BY deliveries_open JOIN messages ON messages.seq = deliveries.message
     WHERE deliveries.recipient = ?1 AND outcome IS NULL ORDER BY deliveries.id";

pub(super) const OF_MESSAGE: &str =
    "SELECT deliveries.id, messages.id, deliveries.recipient, transport, session, pid, started, machine,
        deliveries.handed_ms, written_ms, transcript, transcript_bytes, outcome, ended_ms
     FROM messages JOIN deliveries INDEXED BY deliveries_by_message ON deliveries.message = messages.seq
     WHERE messages.id = ?1 ORDER BY deliveries.id";

pub(super) const WAITING: &str = "SELECT EXISTS (SELECT 1 FROM messages INDEXED BY messages_queued WHERE recipient = ?1 AND state = 'queued'),
        EXISTS (SELECT 1 FROM deliveries INDEXED BY deliveries_open WHERE recipient = ?1 AND outcome IS NULL)";

const UNDECIDED_SENDERS: &str = "SELECT DISTINCT sender FROM deliveries INDEXED BY deliveries_open
     JOIN messages ON messages.seq = deliveries.message WHERE deliveries.recipient = ?1 AND outcome IS NULL";

impl Store {
    /// Whether anything waits for an agent: the one read of a hook for which nothing does.
    ///
    /// # Errors
    /// The database failed.
    pub fn waiting(&self, agent: &AgentName) -> Result<Waiting, StoreError> {
        let connection = self.lock();
        let mut select = connection.prepare_cached(WAITING)?;
        let read = |row: &Row<'_>| Ok(Waiting { queued: row.get(0)?, open: row.get(1)? });
        Ok(select.query_row(params![agent.as_str()], read)?)
    }

    /// Takes queued messages to hand them over, oldest first; each is then `handed` and has an open delivery.
    ///
    /// # Errors
    /// The database failed.
    pub fn claim(&self, claim: &Claim<'_>, now_ms: u64) -> Result<Vec<Handed>, StoreError> {
        self.write(|transaction| take(transaction, claim, now_ms))
    }

    /// Ends deliveries and then claims, in one change.
    ///
    /// # Errors
    /// The database failed, and nothing was changed.
    pub fn settle_and_claim(
        &self,
        settled: &[(DeliveryId, Outcome)],
        claim: &Claim<'_>,
        now_ms: u64,
    ) -> Result<Vec<Handed>, StoreError> {
        self.write(|transaction| {
            end(transaction, settled, now_ms)?;
            take(transaction, claim, now_ms)
        })
    }

    /// Ends deliveries. One that has ended stays as it ended.
    ///
    /// # Errors
    /// The database failed, and nothing was changed.
    pub fn settle(&self, settled: &[(DeliveryId, Outcome)], now_ms: u64) -> Result<(), StoreError> {
        if settled.is_empty() {
            return Ok(());
        }
        self.write(|transaction| end(transaction, settled, now_ms))
    }

    /// Ends deliveries whose messages were seen.
    ///
    /// # Errors
    /// The database failed, and nothing was changed.
    pub fn confirm(&self, ids: &[DeliveryId], evidence: Evidence, now_ms: u64) -> Result<(), StoreError> {
        let settled: Vec<_> = ids.iter().map(|id| (*id, Outcome::Seen(evidence))).collect();
        self.settle(&settled, now_ms)
    }

    /// Ends deliveries that did not arrive. Their messages are queued again, or failed after [`MAX_ATTEMPTS`].
    ///
    /// # Errors
    /// The database failed, and nothing was changed.
    pub fn give_back(&self, ids: &[DeliveryId], why: &str, now_ms: u64) -> Result<(), StoreError> {
        let settled: Vec<_> = ids.iter().map(|id| (*id, Outcome::GivenBack(why.to_owned()))).collect();
        self.settle(&settled, now_ms)
    }

    /// Records that the harness got all of these.
    ///
    /// # Errors
    /// The database failed.
    pub fn written(&self, ids: &[DeliveryId], now_ms: u64) -> Result<(), StoreError> {
        self.write(|transaction| {
            let mut update = transaction
                .prepare_cached("UPDATE deliveries SET written_ms = ?2 WHERE id = ?1 AND outcome IS NULL")?;
            for id in ids {
                update.execute(params![id.0, to_row(now_ms)])?;
            }
            Ok(())
        })
    }

    /// The open deliveries to an agent, oldest first.
    ///
    /// # Errors
    /// The database failed, or a row cannot be read.
    pub fn open_deliveries(&self, agent: &AgentName) -> Result<Vec<DeliveryRow>, StoreError> {
        select(&self.lock(), OPEN, agent.as_str())
    }

    /// Every attempt to hand a message over, oldest first.
    ///
    /// # Errors
    /// The database failed, or a row cannot be read.
    pub fn deliveries_of(&self, message: &str) -> Result<Vec<DeliveryRow>, StoreError> {
        select(&self.lock(), OF_MESSAGE, message)
    }
}

/// The queued messages of a recipient. The index is named so that the history is never searched.
pub(super) fn queued_sql() -> String {
    format!(
        "SELECT {COLUMNS} FROM messages INDEXED BY messages_queued WHERE recipient = ?1 AND state = 'queued' ORDER BY seq"
    )
}

fn take(transaction: &Transaction<'_>, claim: &Claim<'_>, now_ms: u64) -> Result<Vec<Handed>, StoreError> {
    let agent = claim.agent.as_str();
    let mut senders = transaction.prepare_cached(UNDECIDED_SENDERS)?;
    let undecided: Vec<String> =
        senders.query_map(params![agent], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut select = transaction.prepare_cached(&queued_sql())?;
    let mut rows = select.query(params![agent])?;
    let mut found: Vec<(i64, Message)> = Vec::new();
    let mut bytes = 0;
    while found.len() < claim.limits.messages {
        let Some(row) = rows.next()? else { break };
        let sender: String = row.get(2)?;
        if undecided.contains(&sender) {
            continue;
        }
        let (seq, message) = read(row)?;
        bytes += claim.limits.cost(&message);
        // A later one of another sender waits, too: nobody overtakes a long message for ever.
        if bytes > claim.limits.bytes && !found.is_empty() {
            break;
        }
        found.push((seq, message));
    }
    found.into_iter().map(|(seq, message)| hand(transaction, claim, seq, message, now_ms)).collect()
}

/// Makes a queued message a handed one.
pub(super) fn hand(
    transaction: &Transaction<'_>,
    claim: &Claim<'_>,
    seq: i64,
    message: Message,
    now_ms: u64,
) -> Result<Handed, StoreError> {
    transaction
        .prepare_cached(
            "UPDATE messages SET state = 'handed', handed_ms = ?2, handed_by = ?3 WHERE seq = ?1",
        )?
        .execute(params![seq, to_row(now_ms), claim.transport.name()])?;
    let mark = claim.transcript.as_ref();
    let id = transaction
        .prepare_cached(
            "INSERT INTO deliveries (message, recipient, transport, session, pid, started, machine, handed_ms, transcript,
                 transcript_bytes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .insert(params![
            seq,
            claim.agent.as_str(),
            claim.transport.name(),
            claim.session,
            claim.holder.pid,
            claim.holder.started,
            claim.holder.machine,
            to_row(now_ms),
            mark.map(|mark| mark.path.as_str()),
            mark.map(|mark| to_row(mark.bytes)),
        ])?;
    Ok(Handed { delivery: DeliveryId(id), message: Message { state: MessageState::Handed, ..message } })
}

/// Ends the open deliveries of a message that its recipient acknowledged.
pub(super) fn end_acked(transaction: &Transaction<'_>, seq: i64, now_ms: u64) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "UPDATE deliveries SET outcome = ?2, ended_ms = ?3 WHERE message = ?1 AND outcome IS NULL",
        )?
        .execute(params![seq, ACKED, to_row(now_ms)])?;
    Ok(())
}

fn end(
    transaction: &Transaction<'_>,
    settled: &[(DeliveryId, Outcome)],
    now_ms: u64,
) -> Result<(), StoreError> {
    let mut close = transaction.prepare_cached(
        "UPDATE deliveries SET outcome = ?2, ended_ms = ?3 WHERE id = ?1 AND outcome IS NULL RETURNING message",
    )?;
    for (id, outcome) in settled {
        let mut rows = close.query(params![id.0, outcome.to_row(), to_row(now_ms)])?;
        let Some(row) = rows.next()? else { continue };
        let message: i64 = row.get(0)?;
        match outcome {
            Outcome::Seen(evidence) => mark_seen(transaction, message, *evidence, now_ms)?,
            Outcome::Acked => {}
            Outcome::GivenBack(why) => queue_again(transaction, message, why, now_ms)?,
        }
    }
    Ok(())
}

fn mark_seen(
    transaction: &Transaction<'_>,
    seq: i64,
    evidence: Evidence,
    now_ms: u64,
) -> Result<(), StoreError> {
    let mut update = transaction.prepare_cached(
        "UPDATE messages SET state = 'seen', seen_ms = ?2 WHERE seq = ?1 AND state = 'handed'
         RETURNING id, sender, recipient",
    )?;
    let mut rows = update.query(params![seq, to_row(now_ms)])?;
    let Some(row) = rows.next()? else { return Ok(()) };
    let (id, sender, by): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let data = json!({ "id": id, "by": by, "evidence": evidence.name() });
    insert_event(transaction, now_ms, "message.seen", &sender, &data.to_string())?;
    Ok(())
}

fn queue_again(transaction: &Transaction<'_>, seq: i64, why: &str, now_ms: u64) -> Result<(), StoreError> {
    let mut count = transaction.prepare_cached("SELECT count(*) FROM deliveries WHERE message = ?1")?;
    let attempts: u32 = count.query_row(params![seq], |row| row.get(0))?;
    // One that was put back by hand has as many attempts again.
    if !attempts.is_multiple_of(MAX_ATTEMPTS) {
        transaction
            .prepare_cached("UPDATE messages SET state = 'queued' WHERE seq = ?1 AND state = 'handed'")?
            .execute(params![seq])?;
        return Ok(());
    }
    let mut update = transaction.prepare_cached(
        "UPDATE messages SET state = 'failed', failure = ?2 WHERE seq = ?1 AND state = 'handed'
         RETURNING id, sender, recipient",
    )?;
    let mut rows = update.query(params![seq, why])?;
    let Some(row) = rows.next()? else { return Ok(()) };
    let (id, sender, to): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let data = json!({ "id": id, "to": to, "attempts": attempts, "why": why });
    insert_event(transaction, now_ms, "message.failed", &sender, &data.to_string())?;
    Ok(())
}

fn select(connection: &Connection, sql: &str, key: &str) -> Result<Vec<DeliveryRow>, StoreError> {
    let mut select = connection.prepare_cached(sql)?;
    let mut rows = select.query(params![key])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read_delivery(row)?);
    }
    Ok(found)
}

fn read_delivery(row: &Row<'_>) -> Result<DeliveryRow, StoreError> {
    let unknown = |value: String| StoreError::Unknown { table: "deliveries", value };
    let transport: String = row.get(3)?;
    let transport = Transport::ALL
        .into_iter()
        .find(|known| known.name() == transport)
        .ok_or_else(|| unknown(transport))?;
    let path: Option<String> = row.get(10)?;
    let bytes: Option<i64> = row.get(11)?;
    let outcome: Option<String> = row.get(12)?;
    let outcome = outcome.map(|text| Outcome::from_row(&text).ok_or_else(|| unknown(text))).transpose()?;
    let ended_ms: Option<i64> = row.get(13)?;
    Ok(DeliveryRow {
        id: DeliveryId(row.get(0)?),
        message: row.get(1)?,
        recipient: row.get(2)?,
        transport,
        session: row.get(4)?,
        holder: ProcessIdentity { pid: row.get(5)?, started: row.get(6)?, machine: row.get(7)? },
        handed_ms: from_row(row.get(8)?),
        written_ms: row.get::<_, Option<i64>>(9)?.map(from_row),
        transcript: path
            .map(|path| TranscriptMark { path: path.into(), bytes: from_row(bytes.unwrap_or_default()) }),
        ended: outcome.map(|outcome| (outcome, from_row(ended_ms.unwrap_or_default()))),
    })
}
