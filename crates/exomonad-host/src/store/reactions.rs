//! How far the guest's reactions to events are, and what they do: all of it is kept with how far they are, or nothing is.

use rusqlite::{OptionalExtension, Transaction, params, params_from_iter};
use serde_json::json;

use super::events::{from_row, insert_event, read_event, to_row};
use super::reaction_mail::post;
use super::{Store, StoreError};
use crate::agent::AgentName;
use crate::contract::Event;

/// How far the reactions are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReactionsAt {
    /// The last event that was reacted to, or passed over.
    pub after: u64,
    /// How often the guest failed on the next one.
    pub failures: u32,
}

/// An event, and how many reactions it is away from one that no reaction caused.
#[derive(Debug, Clone, PartialEq)]
pub struct Caused {
    /// The event.
    pub event: Event,
    /// 0: no reaction caused it.
    pub depth: u32,
}

/// One thing that a reaction does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Records an event.
    Emit {
        /// Whom it is about.
        agent: String,
        /// Its kind.
        kind: String,
        /// A JSON object.
        data: String,
        /// How many reactions it is away from an event that no reaction caused.
        depth: u32,
    },
    /// Sends a message from the host.
    Send {
        /// To whom.
        to: AgentName,
        /// The message's kind.
        kind: String,
        /// What it says.
        body: String,
        /// As of an event.
        depth: u32,
    },
}

impl Act {
    fn depth(&self) -> u32 {
        match self {
            Self::Emit { depth, .. } | Self::Send { depth, .. } => *depth,
        }
    }
}

impl Store {
    /// How far the reactions of a guest are. One that never reacted here begins after the newest event: what happened before
    /// it was there is not news.
    ///
    /// # Errors
    /// The database failed.
    pub fn reactions(&self, guest: &str) -> Result<ReactionsAt, StoreError> {
        let known = {
            let connection = self.lock();
            let mut select =
                connection.prepare_cached("SELECT after, failures FROM reactions WHERE guest = ?1")?;
            select.query_row(params![guest], |row| Ok((row.get(0)?, row.get(1)?))).optional()?
        };
        if let Some((after, failures)) = known {
            return Ok(ReactionsAt { after: from_row(after), failures });
        }
        self.write(|transaction| {
            let newest = transaction.query_row("SELECT coalesce(max(id), 0) FROM events", [], |row| {
                row.get::<_, i64>(0)
            })?;
            transaction.execute(
                "INSERT INTO reactions (one, guest, after, failures) VALUES (1, ?1, ?2, 0)
                 ON CONFLICT (one) DO UPDATE SET guest = excluded.guest, after = excluded.after, failures = 0",
                params![guest, newest],
            )?;
            Ok(ReactionsAt { after: from_row(newest), failures: 0 })
        })
    }

    /// The first `limit` events of these kinds after one, oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub fn events_to_react_to(
        &self,
        kinds: &[String],
        after: u64,
        limit: u32,
    ) -> Result<Vec<Caused>, StoreError> {
        let marks = vec!["?"; kinds.len()].join(", ");
        let sql = format!(
            "SELECT id, time_ms, kind, agent, data, coalesce(depth, 0) FROM events LEFT JOIN caused ON event = id
             WHERE id > {after} AND kind IN ({marks}) ORDER BY id LIMIT {limit}"
        );
        let connection = self.lock();
        let mut select = connection.prepare(&sql)?;
        let rows = select.query_map(params_from_iter(kinds), |row| {
            Ok(Caused { event: read_event(row)?, depth: row.get(5)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Does what reactions to the events up to `upto` are to do, and keeps that they were reacted to. Nothing is done, and the
    /// answer is no, when somebody else did it meanwhile.
    ///
    /// # Errors
    /// The database failed.
    pub fn react(&self, at: ReactionsAt, upto: u64, acts: &[Act], now_ms: u64) -> Result<bool, StoreError> {
        let change = |transaction: &Transaction<'_>| {
            if !advance(transaction, at, upto, 0)? {
                return Ok(false);
            }
            for act in acts {
                perform(transaction, act, now_ms)?;
            }
            Ok(true)
        };
        if acts.is_empty() { self.write(change) } else { self.write_durably(change) }
    }

    /// Keeps that the guest failed on an event, and passes the event over when it did so `tries` times.
    ///
    /// # Errors
    /// The database failed.
    pub fn fail_reaction(
        &self,
        at: ReactionsAt,
        event: &Event,
        why: &str,
        tries: u32,
        now_ms: u64,
    ) -> Result<(), StoreError> {
        self.write(|transaction| {
            let failures = at.failures + 1;
            let passed_over = failures >= tries;
            let (upto, kept) = if passed_over { (event.id, 0) } else { (at.after, failures) };
            if !advance(transaction, at, upto, kept)? {
                return Ok(());
            }
            let data = json!({
                "event": event.id, "kind": event.kind, "error": why, "tries": failures, "passed_over": passed_over,
            });
            insert_event(transaction, now_ms, "host.reaction-failed", &event.agent, &data.to_string())?;
            Ok(())
        })
    }
}

/// Tells whether the reactions were where their caller believed them to be.
fn advance(
    transaction: &Transaction<'_>,
    at: ReactionsAt,
    upto: u64,
    failures: u32,
) -> rusqlite::Result<bool> {
    let changed = transaction.execute(
        "UPDATE reactions SET after = ?3, failures = ?4 WHERE after = ?1 AND failures = ?2",
        params![to_row(at.after), at.failures, to_row(upto), failures],
    )?;
    if changed == 1 {
        transaction.execute("DELETE FROM caused WHERE event <= ?1", params![to_row(upto)])?;
    }
    Ok(changed == 1)
}

fn perform(transaction: &Transaction<'_>, act: &Act, now_ms: u64) -> Result<(), StoreError> {
    let newest = |transaction: &Transaction<'_>| {
        transaction.query_row("SELECT coalesce(max(id), 0) FROM events", [], |row| row.get::<_, i64>(0))
    };
    let before = newest(transaction)?;
    match act {
        Act::Emit { agent, kind, data, .. } => {
            insert_event(transaction, now_ms, kind, agent, data)?;
        }
        Act::Send { to, kind, body, .. } => post(transaction, to, kind, body, now_ms)?,
    }
    let after = newest(transaction)?;
    let mut mark =
        transaction.prepare_cached("INSERT OR REPLACE INTO caused (event, depth) VALUES (?1, ?2)")?;
    for event in before + 1..=after {
        mark.execute(params![event, act.depth()])?;
    }
    Ok(())
}
