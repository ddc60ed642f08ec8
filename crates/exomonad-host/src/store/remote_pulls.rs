//! Pull requests of a forge that is elsewhere: what was last known of each, and what was told of it.
//!
//! Rule: what is known changes in the same transaction as the events that tell of it, so that whoever is killed in between
//! neither tells twice nor not at all.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde_json::{Value, json};

use super::events::{from_row, insert_event, to_row};
use super::pulls::pull_state_name;
use super::{Store, StoreError};
use crate::agent::AgentName;
use crate::contract::forge::{PullRequestState, Review};
use crate::store::review_state_name;

const COLUMNS: &str =
    "number, author, title, url, state, head, head_sha, base, base_sha, merge_sha, conflict_sha, checks";

/// A pull request of a forge that is elsewhere, as it was last known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemotePull {
    /// Its number.
    pub number: u64,
    /// The agent whose branch is its head.
    pub author: AgentName,
    /// One line.
    pub title: String,
    /// Where a person can look at it.
    pub url: String,
    /// Whether it waits.
    pub state: PullRequestState,
    /// The branch that is to be merged.
    pub head: String,
    /// Its newest commit.
    pub head_sha: String,
    /// The branch that it is to be merged into.
    pub base: String,
    /// The newest commit of that; absent until somebody looked.
    pub base_sha: Option<String>,
    /// The commit that merged it.
    pub merge_sha: Option<String>,
    /// The head's commit at which a conflict was told; absent where there is none.
    pub conflict_sha: Option<String>,
    /// What was told last of the checks at the newest commit.
    pub checks: Option<ChecksTold>,
}

/// What was told of the checks of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChecksTold {
    /// All that there were had passed.
    Passed,
    /// One had failed.
    Failed,
}

impl ChecksTold {
    fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
        }
    }
}

/// A review of one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeptReview<'a> {
    pub(crate) review: &'a Review,
    /// An agent made it, or a person by this program; the forge may call the author otherwise.
    pub(crate) ours: bool,
}

impl Store {
    /// Changes what is known of the pull requests of one repository, as a whole or not at all.
    ///
    /// # Errors
    /// The database failed, a row cannot be read, or the change failed.
    pub(crate) fn change_remote_pulls<T>(
        &self,
        repository: &str,
        now_ms: u64,
        change: impl FnOnce(&RemoteBook<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.write_durably(|transaction| change(&RemoteBook { transaction, repository, now_ms }))
    }

    /// The pull request of that number, as it was last known.
    ///
    /// # Errors
    /// The database failed, or the row cannot be read.
    pub fn remote_pull(&self, repository: &str, number: u64) -> Result<Option<RemotePull>, StoreError> {
        find(&self.lock(), repository, number)
    }

    /// Every agent's branch that was made for it.
    ///
    /// # Errors
    /// The database failed.
    pub fn agent_branches(&self) -> Result<Vec<String>, StoreError> {
        let connection = self.lock();
        let mut select = connection
            .prepare_cached("SELECT branch FROM spawns WHERE branch IS NOT NULL ORDER BY branch")?;
        Ok(select.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
    }

    /// When this program last did something with a pull request that is elsewhere and was open when it was last seen; nothing
    /// when there is none.
    ///
    /// # Errors
    /// The database failed.
    pub fn remote_touch(&self) -> Result<Option<u64>, StoreError> {
        let connection = self.lock();
        let touched: Option<i64> = connection.prepare_cached(TOUCH)?.query_row([], |row| row.get(0))?;
        Ok(touched.map(from_row))
    }

    /// The numbers of those that were open when they were last seen.
    ///
    /// # Errors
    /// The database failed.
    pub fn open_remote_pulls(&self, repository: &str) -> Result<Vec<u64>, StoreError> {
        let connection = self.lock();
        let mut select = connection.prepare_cached(
            "SELECT number FROM remote_pulls WHERE repository = ?1 AND state = 'open' ORDER BY number",
        )?;
        let rows = select.query_map(params![repository], |row| row.get(0))?;
        Ok(rows.map(|number| Ok(from_row(number?))).collect::<rusqlite::Result<_>>()?)
    }

    /// The ids of the failed checks of a commit that were told.
    ///
    /// # Errors
    /// The database failed.
    pub fn failed_remote_checks(
        &self,
        repository: &str,
        number: u64,
        head_sha: &str,
    ) -> Result<Vec<String>, StoreError> {
        let connection = self.lock();
        let mut select = connection.prepare_cached(
            "SELECT id FROM remote_checks WHERE repository = ?1 AND pull = ?2 AND head_sha = ?3 AND failed",
        )?;
        let rows = select.query_map(params![repository, to_row(number), head_sha], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

pub(super) const TOUCH: &str = "SELECT max(touched_ms) FROM remote_pulls WHERE state = 'open'";

/// What is known of the pull requests of one repository, inside a transaction.
pub(crate) struct RemoteBook<'a> {
    pub(super) transaction: &'a Transaction<'a>,
    pub(super) repository: &'a str,
    pub(super) now_ms: u64,
}

impl RemoteBook<'_> {
    /// The pull request of that number, as it was last known.
    pub(crate) fn pull(&self, number: u64) -> Result<Option<RemotePull>, StoreError> {
        find(self.transaction, self.repository, number)
    }

    /// The agent that has a branch.
    pub(crate) fn agent_of(&self, branch: &str) -> Result<Option<AgentName>, StoreError> {
        let found = self
            .transaction
            .prepare_cached("SELECT agent FROM spawns WHERE branch = ?1")?
            .query_row(params![branch], |row| row.get::<_, String>(0))
            .optional()?;
        found.map(agent_name).transpose()
    }

    /// Keeps what is known of one.
    pub(crate) fn keep(&self, pull: &RemotePull) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached(
                "INSERT INTO remote_pulls (number, author, title, url, state, head, head_sha, base, base_sha, merge_sha,
                     conflict_sha, checks, repository, touched_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 0)
                 ON CONFLICT (repository, number) DO UPDATE SET author = ?2, title = ?3, url = ?4, state = ?5, head = ?6,
                     head_sha = ?7, base = ?8, base_sha = ?9, merge_sha = ?10, conflict_sha = ?11, checks = ?12
                 WHERE (author, title, url, state, head, head_sha, base, base_sha, merge_sha, conflict_sha, checks)
                     IS NOT (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            )?
            .execute(params![
                to_row(pull.number),
                pull.author.as_str(),
                pull.title,
                pull.url,
                pull_state_name(pull.state),
                pull.head,
                pull.head_sha,
                pull.base,
                pull.base_sha,
                pull.merge_sha,
                pull.conflict_sha,
                pull.checks.map(ChecksTold::name),
                self.repository
            ])?;
        Ok(())
    }

    /// When this program did something with one last; 0: never.
    pub(crate) fn touched_ms(&self, number: u64) -> Result<u64, StoreError> {
        let found = self
            .transaction
            .prepare_cached("SELECT touched_ms FROM remote_pulls WHERE repository = ?1 AND number = ?2")?
            .query_row(params![self.repository, to_row(number)], |row| row.get(0))
            .optional()?;
        Ok(found.map_or(0, from_row))
    }

    /// This program did something with one: whoever watches the forge looks soon, and believes nothing that it saw before.
    pub(crate) fn touch(&self, number: u64) -> Result<(), StoreError> {
        self.transaction.execute(
            "UPDATE remote_pulls SET touched_ms = ?3 WHERE repository = ?1 AND number = ?2",
            params![self.repository, to_row(number), to_row(self.now_ms)],
        )?;
        Ok(())
    }

    /// Keeps a review, or what became of it; tells whether it is new. What was kept as ours stays as it is.
    pub(crate) fn keep_review(&self, number: u64, kept: KeptReview<'_>) -> Result<bool, StoreError> {
        let KeptReview { review, ours } = kept;
        let (state, number) = (review_state_name(review.state), to_row(number));
        let is_known = self
            .transaction
            .prepare_cached("SELECT 1 FROM remote_reviews WHERE repository = ?1 AND pull = ?2 AND id = ?3")?
            .exists(params![self.repository, number, review.id])?;
        if is_known {
            self.transaction
                .prepare_cached(
                    "UPDATE remote_reviews SET state = ?4
                     WHERE repository = ?1 AND pull = ?2 AND id = ?3 AND state <> ?4 AND NOT ours",
                )?
                .execute(params![self.repository, number, review.id, state])?;
            return Ok(false);
        }
        self.transaction
            .prepare_cached(
                "INSERT INTO remote_reviews (repository, pull, id, author, human, ours, state, commit_sha)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                self.repository,
                number,
                review.id,
                review.author,
                review.human,
                ours,
                state,
                review.commit
            ])?;
        Ok(true)
    }

    /// Keeps that a comment is known; tells whether it is new.
    pub(crate) fn keep_comment(&self, number: u64, id: &str) -> Result<bool, StoreError> {
        let kept = self
            .transaction
            .prepare_cached(
                "INSERT OR IGNORE INTO remote_comments (repository, pull, id) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![self.repository, to_row(number), id])?;
        Ok(kept > 0)
    }

    /// Keeps whether a run of a check failed; tells whether it did not before.
    pub(crate) fn keep_check(
        &self,
        number: u64,
        head_sha: &str,
        id: &str,
        failed: bool,
    ) -> Result<bool, StoreError> {
        let changed = self
            .transaction
            .prepare_cached(
                "INSERT INTO remote_checks (repository, pull, id, head_sha, failed) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (repository, pull, id) DO UPDATE SET failed = ?5, head_sha = ?4
                 WHERE failed <> ?5 OR head_sha <> ?4",
            )?
            .execute(params![self.repository, to_row(number), id, head_sha, failed])?;
        Ok(failed && changed > 0)
    }

    /// Forgets the checks of every commit but one.
    pub(crate) fn forget_checks(&self, number: u64, but_of: &str) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached(
                "DELETE FROM remote_checks WHERE repository = ?1 AND pull = ?2 AND head_sha <> ?3",
            )?
            .execute(params![self.repository, to_row(number), but_of])?;
        Ok(())
    }

    /// Records an event about the author of one.
    pub(crate) fn tell(&self, kind: &str, pull: &RemotePull, more: Value) -> Result<(), StoreError> {
        let mut data = json!({
            "number": pull.number, "url": pull.url, "forge": "github", "head": pull.head, "head_sha": pull.head_sha,
            "base": pull.base, "title": super::events::from_outside(&pull.title),
        });
        if let (Some(data), Value::Object(more)) = (data.as_object_mut(), more) {
            data.extend(more);
        }
        insert_event(self.transaction, self.now_ms, kind, pull.author.as_str(), &data.to_string())?;
        Ok(())
    }

    /// Tells everyone else who works towards the base of one that it moved.
    pub(crate) fn tell_of_moved_base(&self, pull: &RemotePull, sha: &str) -> Result<(), StoreError> {
        super::pulls::tell_of_moved_base(
            self.transaction,
            &pull.base,
            (pull.number, &pull.author),
            sha,
            self.now_ms,
        )
    }
}

fn find(connection: &Connection, repository: &str, number: u64) -> Result<Option<RemotePull>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM remote_pulls WHERE repository = ?1 AND number = ?2");
    let mut select = connection.prepare_cached(&sql)?;
    let mut rows = select.query(params![repository, to_row(number)])?;
    rows.next()?.map(read).transpose()
}

fn read(row: &Row<'_>) -> Result<RemotePull, StoreError> {
    let unknown = |value| StoreError::Unknown { table: "remote_pulls", value };
    let word: String = row.get(4)?;
    let states = [PullRequestState::Open, PullRequestState::Merged, PullRequestState::Closed];
    let state = states.into_iter().find(|state| pull_state_name(*state) == word);
    let told: Option<String> = row.get(11)?;
    let checks = match told {
        None => None,
        Some(told) => {
            let known = [ChecksTold::Passed, ChecksTold::Failed].into_iter().find(|one| one.name() == told);
            Some(known.ok_or_else(|| unknown(told))?)
        }
    };
    Ok(RemotePull {
        number: from_row(row.get(0)?),
        author: agent_name(row.get(1)?)?,
        title: row.get(2)?,
        url: row.get(3)?,
        state: state.ok_or_else(|| unknown(word))?,
        head: row.get(5)?,
        head_sha: row.get(6)?,
        base: row.get(7)?,
        base_sha: row.get(8)?,
        merge_sha: row.get(9)?,
        conflict_sha: row.get(10)?,
        checks,
    })
}

fn agent_name(name: String) -> Result<AgentName, StoreError> {
    AgentName::parse(&name).map_err(|_not_a_name| StoreError::Unknown { table: "remote_pulls", value: name })
}
