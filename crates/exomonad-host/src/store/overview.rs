//! What is known of every agent at once, in one query a question: for lists of agents, however many there are.

use camino::Utf8PathBuf;
use rusqlite::params;

use super::events::{from_row, read_event};
use super::{Store, StoreError};
use crate::contract::Event;
use crate::contract::messages::Message;

/// An agent's latest conversation, in short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionSpan {
    /// When it began, in milliseconds since 1970.
    pub started_ms: u64,
    /// When it ended, in milliseconds since 1970; absent while it lasts, and when nobody told of its end.
    pub ended_ms: Option<u64>,
}

/// A pull request in short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PullGlance {
    /// Its number.
    pub number: u64,
    /// How it stands.
    pub word: PullWord,
    /// Whether a check of its forge's failed at its newest commit; absent while none has ended, and where the forge has none.
    pub checks_failed: Option<bool>,
}

/// How a pull request stands, with what its reviewers say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PullWord {
    /// It waits, and nobody said anything about its newest commit.
    Open,
    /// A reviewer asks for changes of its newest commit.
    Changes,
    /// Its newest commit is approved.
    Approved,
    /// It is merged.
    Merged,
    /// It was closed without a merge.
    Closed,
}

/// How the commands that verify an agent's work ended when they ran last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    /// How many failed.
    pub failed: u32,
    /// How many ran.
    pub ran: u32,
}

/// The harness's own record of an agent's latest conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRow {
    /// Whose it is.
    pub agent: String,
    /// Who keeps it.
    pub harness: String,
    /// Where it is.
    pub path: Utf8PathBuf,
}

/// Finds a pull request for every branch, the one that counts last: open ones, and of those that live elsewhere. With max(),
/// SQLite takes the other columns from the row that has the maximum.
const PULL_GLANCES: &str = "SELECT head, number, state,
         coalesce((SELECT max(verdict) FROM
             (SELECT state = 'changes-requested' AS verdict, commit_sha, max(id) FROM reviews
              WHERE pull = number AND state IN ('approved', 'changes-requested') GROUP BY author, human)
          WHERE commit_sha = head_sha), -1) AS verdict, NULL AS failed, state = 'open' AS waits, 0 AS elsewhere
     FROM (SELECT head, number, state, head_sha, max((state = 'open') * 1000000000 + number) FROM pulls GROUP BY head)
     UNION ALL
     SELECT head, number, state,
         coalesce((SELECT max(verdict) FROM
             (SELECT state = 'changes-requested' AS verdict, commit_sha, max(seq) FROM remote_reviews AS said
              WHERE said.repository = known.repository AND pull = number AND state IN ('approved', 'changes-requested')
              GROUP BY author, human)
          WHERE commit_sha = head_sha), -1), checks = 'failed', state = 'open', 1
     FROM (SELECT repository, head, number, state, head_sha, checks, max((state = 'open') * 1000000000 + number)
           FROM remote_pulls GROUP BY head) AS known
     ORDER BY waits, elsewhere";

/// Counts every inbox in one pass over an index.
pub(super) const UNREAD_COUNTS: &str = "SELECT recipient, count(*) FROM messages INDEXED BY messages_unread
     WHERE acked_ms IS NULL AND (state <> 'seen' OR handed_by = 'tool') GROUP BY recipient";

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

    /// The open pull request of every branch, else its latest one, by the branch; of several for one branch the last counts.
    ///
    /// # Errors
    /// The database failed, or a row cannot be read.
    pub fn pull_glances(&self) -> Result<Vec<(String, PullGlance)>, StoreError> {
        let connection = self.lock();
        let mut select = connection.prepare_cached(PULL_GLANCES)?;
        let rows = select.query_map([], |row| {
            Ok((
                row.get(0)?,
                from_row(row.get(1)?),
                row.get::<_, String>(2)?,
                row.get::<_, i64>(3)?,
                row.get(4)?,
            ))
        })?;
        rows.map(|row| {
            let (head, number, state, verdict, checks_failed): (String, u64, String, i64, Option<bool>) =
                row?;
            let word = match (state.as_str(), verdict) {
                ("open", 1) => PullWord::Changes,
                ("open", 0) => PullWord::Approved,
                ("open", _) => PullWord::Open,
                ("merged", _) => PullWord::Merged,
                ("closed", _) => PullWord::Closed,
                _ => return Err(StoreError::Unknown { table: "pulls", value: state }),
            };
            Ok((head, PullGlance { number, word, checks_failed }))
        })
        .collect()
    }

    /// How the commands that verify work ended last, by the agent's name.
    ///
    /// # Errors
    /// The database failed.
    pub fn checked(&self) -> Result<Vec<(String, Checked)>, StoreError> {
        let connection = self.lock();
        let mut select = connection
            .prepare_cached("SELECT agent, sum(failed <> 0), count(*) FROM verifications GROUP BY agent")?;
        let rows = select
            .query_map([], |row| Ok((row.get(0)?, Checked { failed: row.get(1)?, ran: row.get(2)? })))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The newest event of every agent that left one among the project's last 1,000. A message is an event about the one who
    /// is to hear of it, and no step of its own.
    ///
    /// # Errors
    /// The database failed.
    pub fn last_steps(&self) -> Result<Vec<Event>, StoreError> {
        let connection = self.lock();
        let mut select = connection.prepare_cached(
            "SELECT max(id), time_ms, kind, agent, data FROM (SELECT * FROM events ORDER BY id DESC LIMIT 1000)
             WHERE kind NOT GLOB 'message.*' AND agent <> '' GROUP BY agent",
        )?;
        let rows = select.query_map([], read_event)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The record of every agent's latest conversation, where its harness keeps one.
    ///
    /// # Errors
    /// The database failed.
    pub fn latest_records(&self) -> Result<Vec<RecordRow>, StoreError> {
        let connection = self.lock();
        let mut select = connection.prepare_cached(
            "SELECT agent, harness, transcript, max(started_ms) FROM sessions GROUP BY agent HAVING transcript IS NOT NULL",
        )?;
        let rows = select.query_map([], |row| {
            let path: String = row.get(2)?;
            Ok(RecordRow { agent: row.get(0)?, harness: row.get(1)?, path: path.into() })
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
