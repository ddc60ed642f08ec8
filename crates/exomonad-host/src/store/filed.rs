//! The pull request of a branch, as far as whoever works on the branch has to know of it.

use rusqlite::{Connection, OptionalExtension, params};

use super::events::from_row;
use super::{Store, StoreError};

/// The pull request of a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FiledRow {
    /// Its number.
    pub number: u64,
    /// It is kept by this host alone; otherwise it is what was last known of one that is elsewhere.
    pub local: bool,
    /// `open`, `merged` or `closed`.
    pub state: String,
    /// The commit at which it was filed or updated last, as the author's own repository calls it.
    pub head_sha: String,
    /// The latest word of each reviewer that approved it or asked for changes: that it asked, and at which commit.
    pub verdicts: Vec<VerdictRow>,
}

/// The latest word of one reviewer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerdictRow {
    /// It asks for changes; otherwise it approves.
    pub asks_for_changes: bool,
    /// The commit that was reviewed.
    pub commit: String,
}

impl Store {
    /// The open pull request of a branch, else its latest one. One in the project's own database goes before one that is
    /// elsewhere, unless only that is open.
    ///
    /// # Errors
    /// The database failed.
    pub fn filed(&self, branch: &str) -> Result<Option<FiledRow>, StoreError> {
        let connection = self.lock();
        let local = filed_here(&connection, branch)?;
        if local.as_ref().is_some_and(|filed| filed.state == "open") {
            return Ok(local);
        }
        let remote = filed_elsewhere(&connection, branch)?;
        Ok(match (local, remote) {
            (Some(local), Some(remote)) if remote.state != "open" => Some(local),
            (local, remote) => remote.or(local),
        })
    }
}

fn filed_here(connection: &Connection, branch: &str) -> Result<Option<FiledRow>, StoreError> {
    let mut select = connection.prepare_cached(
        "SELECT number, state, head_sha, own_sha FROM pulls WHERE head = ?1 ORDER BY state = 'open' DESC, number DESC LIMIT 1",
    )?;
    let found = select.query_row(params![branch], |row| {
        Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get::<_, String>(2)?, row.get::<_, Option<String>>(3)?))
    });
    let Some((pull, state, head_sha, own_sha)) = found.optional()? else { return Ok(None) };
    let own = |commit: String| match &own_sha {
        Some(own_sha) if commit == head_sha => own_sha.clone(),
        Some(_) | None => commit,
    };
    // Of all rows of a reviewer, SQLite takes the others' columns from the one with the greatest id.
    let mut select = connection.prepare_cached(
        "SELECT state, commit_sha, max(id) FROM reviews
         WHERE pull = ?1 AND state IN ('approved', 'changes-requested') GROUP BY author, human",
    )?;
    let verdicts = select.query_map(params![pull], |row| {
        let state: String = row.get(0)?;
        Ok(VerdictRow { asks_for_changes: state == "changes-requested", commit: own(row.get(1)?) })
    })?;
    let verdicts = verdicts.collect::<rusqlite::Result<_>>()?;
    let (number, head_sha) = (from_row(pull), own(head_sha.clone()));
    Ok(Some(FiledRow { number, local: true, state, head_sha, verdicts }))
}

fn filed_elsewhere(connection: &Connection, branch: &str) -> Result<Option<FiledRow>, StoreError> {
    let mut select = connection.prepare_cached(
        "SELECT repository, number, state, head_sha FROM remote_pulls WHERE head = ?1
         ORDER BY state = 'open' DESC, number DESC LIMIT 1",
    )?;
    let found = select.query_row(params![branch], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?, row.get(2)?, row.get(3)?))
    });
    let Some((repository, pull, state, head_sha)) = found.optional()? else { return Ok(None) };
    let mut select = connection.prepare_cached(
        "SELECT state, commit_sha, max(seq) FROM remote_reviews
         WHERE repository = ?1 AND pull = ?2 AND state IN ('approved', 'changes-requested') GROUP BY author, human",
    )?;
    let verdicts = select.query_map(params![repository, pull], |row| {
        let state: String = row.get(0)?;
        Ok(VerdictRow { asks_for_changes: state == "changes-requested", commit: row.get(1)? })
    })?;
    let verdicts = verdicts.collect::<rusqlite::Result<_>>()?;
    Ok(Some(FiledRow { number: from_row(pull), local: false, state, head_sha, verdicts }))
}
