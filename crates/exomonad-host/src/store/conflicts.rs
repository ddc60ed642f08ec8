//! Whether pull requests in the project's own database can be merged, as far as somebody found out.

use rusqlite::params;
use serde_json::json;

use super::events::{from_row, to_row};
use super::pulls::{require, tell};
use super::{PullRow, Store, StoreError};
use crate::contract::forge::PullRequestState;

/// An open pull request whose head or base is another than when it was last tried.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Unproven {
    pub(crate) pull: PullRow,
    /// How often that happened since.
    times: i64,
}

/// What came of trying.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Proof<'a> {
    pub(crate) of: &'a Unproven,
    /// The commits that were tried.
    pub(crate) head_sha: &'a str,
    pub(crate) base_sha: &'a str,
    /// Both sides changed the same: the paths; nothing where it can be merged.
    pub(crate) conflicts: Option<&'a [String]>,
}

pub(super) const UNPROVEN: &str = "SELECT number, unproven FROM pulls WHERE unproven > 0 ORDER BY number";

impl Store {
    /// Those of which it is not known whether they can be merged.
    ///
    /// # Errors
    /// The database failed, or a row cannot be read.
    pub(crate) fn unproven_pulls(&self) -> Result<Vec<Unproven>, StoreError> {
        let connection = self.lock();
        let mut select = connection.prepare_cached(UNPROVEN)?;
        let rows = select.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?)))?;
        let rows: Vec<(i64, i64)> = rows.collect::<rusqlite::Result<_>>()?;
        let read = |(number, times)| Ok(Unproven { pull: require(&connection, from_row(number))?, times });
        rows.into_iter().map(read).collect()
    }

    /// Keeps what came of trying. A conflict is told to the author, once at each commit.
    ///
    /// # Errors
    /// The database failed, or the row cannot be read.
    pub(crate) fn record_proof(&self, proof: &Proof<'_>, now_ms: u64) -> Result<(), StoreError> {
        self.write_durably(|transaction| {
            let pull = require(transaction, proof.of.pull.number)?;
            let number = to_row(pull.number);
            // What changed meanwhile is tried again.
            transaction.execute(
                "UPDATE pulls SET unproven = 0 WHERE number = ?1 AND unproven = ?2",
                params![number, proof.of.times],
            )?;
            let at = proof.conflicts.map(|_| proof.head_sha);
            let changed = transaction.execute(
                "UPDATE pulls SET conflict_sha = ?2 WHERE number = ?1 AND conflict_sha IS NOT ?2",
                params![number, at],
            )?;
            if let Some(paths) =
                proof.conflicts.filter(|_| changed > 0 && pull.state == PullRequestState::Open)
            {
                let data = json!({ "head_sha": proof.head_sha, "base_sha": proof.base_sha, "paths": paths });
                tell(transaction, "pull.conflicted", &pull, data, now_ms)?;
            }
            Ok(())
        })
    }

    /// Nobody can try it: its branch is gone, or it is not open any more.
    ///
    /// # Errors
    /// The database failed.
    pub(crate) fn give_up_proof(&self, of: &Unproven) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction.execute(
                "UPDATE pulls SET unproven = 0 WHERE number = ?1 AND unproven = ?2",
                params![to_row(of.pull.number), of.times],
            )?;
            Ok(())
        })
    }
}
