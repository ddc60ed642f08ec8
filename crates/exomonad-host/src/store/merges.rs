//! Merges that were begun. Each is on the disk before a branch moves, and stays until everything that belongs to it is done.

use rusqlite::{Row, Transaction, params};
use serde_json::json;

use super::events::{from_row, to_row};
use super::pulls::{PullRow, by_whom, require, send, tell, tell_of_moved_base};
use super::{Sender, Store, StoreError};
use crate::agent::{AgentName, ProcessIdentity};
use crate::contract::forge::PullRequestState;

const COLUMNS: &str =
    "pull, base, old_sha, new_sha, head_sha, base_sha, merger, step, pid, started, machine, begun_ms";

/// How far a merge is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeStep {
    /// The base is about to move.
    Ref,
    /// The pull request is recorded as merged; checkouts of the base are about to follow.
    Checkout,
    /// The checkouts followed; the author is about to be cleaned up, or told.
    Author,
}

impl MergeStep {
    const ALL: [Self; 3] = [Self::Ref, Self::Checkout, Self::Author];

    fn name(self) -> &'static str {
        match self {
            Self::Ref => "ref",
            Self::Checkout => "checkout",
            Self::Author => "author",
        }
    }
}

/// A merge that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeRow {
    /// The pull request's number.
    pub pull: u64,
    /// The branch that moves.
    pub base: String,
    /// Where it was.
    pub old_sha: String,
    /// Where it goes.
    pub new_sha: String,
    /// The head's commit.
    pub head_sha: String,
    /// The commit at which the head left the base.
    pub base_sha: String,
    /// The agent that merges; absent: a person does.
    pub merger: Option<AgentName>,
    /// How far it is.
    pub step: MergeStep,
    /// The process that merges.
    pub by: ProcessIdentity,
    /// When it began, in milliseconds since 1970.
    pub begun_ms: u64,
}

impl MergeRow {
    /// Who merges.
    #[must_use]
    pub fn sender(&self) -> Sender<'_> {
        self.merger.as_ref().map_or(Sender::Human, Sender::Agent)
    }
}

/// What a merge did.
#[derive(Debug, Clone, Copy)]
pub struct MergeRecord<'a> {
    /// The pull request's number.
    pub pull: u64,
    /// Who merged it.
    pub by: Sender<'a>,
    /// The head's commit.
    pub head_sha: &'a str,
    /// The commit at which the head left the base.
    pub base_sha: &'a str,
    /// The base's newest commit after it.
    pub merge_sha: &'a str,
    /// Its author gets a message.
    pub tells_author: bool,
}

impl Store {
    /// Keeps that a merge is about to be made. It is on the disk when this returns.
    ///
    /// # Errors
    /// There is one of the same pull request, or the database failed.
    pub fn begin_merge(&self, merge: &MergeRow) -> Result<(), StoreError> {
        self.write_durably(|transaction| {
            transaction.execute(
                &format!("INSERT INTO merges ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"),
                params![
                    to_row(merge.pull),
                    merge.base,
                    merge.old_sha,
                    merge.new_sha,
                    merge.head_sha,
                    merge.base_sha,
                    merge.merger.as_ref().map(AgentName::as_str),
                    merge.step.name(),
                    merge.by.pid,
                    merge.by.started,
                    merge.by.machine,
                    to_row(merge.begun_ms)
                ],
            )?;
            Ok(())
        })
    }

    /// Records that a pull request is merged, and tells everyone else who works towards the same base. A
    /// merge of it that was begun goes to its last step. Doing it again changes nothing.
    ///
    /// # Errors
    /// There is none of this number, or the database failed.
    pub fn record_merge(&self, record: &MergeRecord<'_>, now_ms: u64) -> Result<(), StoreError> {
        self.write_durably(|transaction| {
            let number = to_row(record.pull);
            transaction.execute(
                "UPDATE merges SET step = ?2 WHERE pull = ?1",
                params![number, MergeStep::Checkout.name()],
            )?;
            if require(transaction, record.pull)?.state == PullRequestState::Merged {
                return Ok(());
            }
            transaction.execute(
                "UPDATE pulls SET state = 'merged', head_sha = ?2, merge_sha = ?3, updated_ms = ?4, base_sha = ?5
                 WHERE number = ?1",
                params![number, record.head_sha, record.merge_sha, to_row(now_ms), record.base_sha],
            )?;
            let pull = require(transaction, record.pull)?;
            let mut data = by_whom(record.by);
            if let Some(data) = data.as_object_mut() {
                data.insert("merge_sha".to_owned(), json!(record.merge_sha));
            }
            tell(transaction, "pull.merged", &pull, data, now_ms)?;
            if record.tells_author {
                send(transaction, &pull, record.by, "pull.merged", &merged_text(&pull), now_ms)?;
            }
            tell_of_moved_base(transaction, &pull.base, (pull.number, &pull.author), record.merge_sha, now_ms)?;
            tell_open_pulls(transaction, &pull.base, record.merge_sha, now_ms)?;
            Ok(())
        })
    }

    /// Tells the author of a pull request that it was merged, where nobody has.
    ///
    /// # Errors
    /// There is none of this number, or the database failed.
    pub fn tell_of_merge(&self, number: u64, by: Sender<'_>, now_ms: u64) -> Result<(), StoreError> {
        self.write_durably(|transaction| {
            let pull = require(transaction, number)?;
            let text = merged_text(&pull);
            let mut earlier = transaction.prepare_cached(
                "SELECT 1 FROM messages INDEXED BY messages_by_recipient
                 WHERE recipient = ?1 AND kind = 'pull.merged' AND body = ?2",
            )?;
            if earlier.exists(params![pull.author.as_str(), text])? {
                return Ok(());
            }
            send(transaction, &pull, by, "pull.merged", &text, now_ms)
        })
    }

    /// Keeps that only the author of a merged pull request is left to be seen to.
    ///
    /// # Errors
    /// The database failed.
    pub fn leave_to_author(&self, pull: u64) -> Result<(), StoreError> {
        self.write(|transaction| {
            let step = MergeStep::Author.name();
            transaction
                .execute("UPDATE merges SET step = ?2 WHERE pull = ?1", params![to_row(pull), step])?;
            Ok(())
        })
    }

    /// Forgets a merge that was begun: all of it is done, or none of it will be.
    ///
    /// # Errors
    /// The database failed.
    pub fn end_merge(&self, pull: u64) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction.execute("DELETE FROM merges WHERE pull = ?1", params![to_row(pull)])?;
            Ok(())
        })
    }

    /// Forgets a merge of which only the author was left to be seen to.
    ///
    /// # Errors
    /// The database failed.
    pub fn end_settled_merge(&self, pull: u64) -> Result<(), StoreError> {
        self.write(|transaction| {
            let step = MergeStep::Author.name();
            transaction
                .execute("DELETE FROM merges WHERE pull = ?1 AND step = ?2", params![to_row(pull), step])?;
            Ok(())
        })
    }

    /// Every merge that was begun and has not ended, oldest first.
    ///
    /// # Errors
    /// The database failed, or a row cannot be read.
    pub fn merges(&self) -> Result<Vec<MergeRow>, StoreError> {
        let connection = self.lock();
        let mut select =
            connection.prepare_cached(&format!("SELECT {COLUMNS} FROM merges ORDER BY begun_ms, pull"))?;
        let mut rows = select.query([])?;
        let mut merges = Vec::new();
        while let Some(row) = rows.next()? {
            merges.push(read(row)?);
        }
        Ok(merges)
    }
}

/// Tells the author of each open pull request into a base that it moved. Whether it can still be merged is found out later.
fn tell_open_pulls(
    transaction: &Transaction<'_>,
    base: &str,
    base_sha: &str,
    now_ms: u64,
) -> Result<(), StoreError> {
    let mut update = transaction.prepare_cached(
        "UPDATE pulls SET unproven = unproven + 1 WHERE state = 'open' AND base = ?1 RETURNING number",
    )?;
    let numbers = update.query_map(params![base], |row| row.get(0))?;
    for number in numbers.collect::<Result<Vec<i64>, _>>()? {
        let pull = require(transaction, from_row(number))?;
        tell(transaction, "pull.base-moved", &pull, json!({ "base_sha": base_sha }), now_ms)?;
    }
    Ok(())
}

fn merged_text(pull: &PullRow) -> String {
    format!("Your pull request #{} was merged into `{}`.", pull.number, pull.base)
}

fn read(row: &Row<'_>) -> Result<MergeRow, StoreError> {
    let unknown = |value| StoreError::Unknown { table: "merges", value };
    let word: String = row.get(7)?;
    let step = MergeStep::ALL.into_iter().find(|step| step.name() == word);
    let merger: Option<String> = row.get(6)?;
    let merger = merger.map(|name| AgentName::parse(&name).map_err(|_not_a_name| unknown(name)));
    Ok(MergeRow {
        pull: from_row(row.get(0)?),
        base: row.get(1)?,
        old_sha: row.get(2)?,
        new_sha: row.get(3)?,
        head_sha: row.get(4)?,
        base_sha: row.get(5)?,
        merger: merger.transpose()?,
        step: step.ok_or_else(|| unknown(word))?,
        by: ProcessIdentity { pid: row.get(8)?, started: row.get(9)?, machine: row.get(10)? },
        begun_ms: from_row(row.get(11)?),
    })
}
