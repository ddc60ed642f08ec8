//! Pull requests. Each change of one comes with its event, and where its author has to hear of it, with a message.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde_json::{Value, json};

use super::events::{from_row, insert_event, to_row};
use super::messages::insert_message;
use super::{Draft, Sender, Store, StoreError};
use crate::agent::AgentName;
use crate::contract::forge::PullRequestState;

/// The most that a list has.
const LISTED: u32 = 1000;

const COLUMNS: &str = "number, title, state, head, base, author, head_sha, base_sha, merge_sha, created_ms, updated_ms, receipt, body";

/// A pull request, as the database has it.
#[derive(Debug, Clone, PartialEq)]
pub struct PullRow {
    /// Its number, which no other one ever has.
    pub number: u64,
    /// One line.
    pub title: String,
    /// What it is about.
    pub body: String,
    /// Whether it waits.
    pub state: PullRequestState,
    /// The branch that is to be merged.
    pub head: String,
    /// The branch that it is to be merged into.
    pub base: String,
    /// The agent that filed it.
    pub author: AgentName,
    /// The head's commit when it was last filed, closed or merged.
    pub head_sha: String,
    /// The commit at which the head had left the base by then.
    pub base_sha: String,
    /// The commit that merged it.
    pub merge_sha: Option<String>,
    /// When it was filed, in milliseconds since 1970.
    pub created_ms: u64,
    /// When it last changed.
    pub updated_ms: u64,
    /// What the host knew of the work when it was last filed.
    pub receipt: Option<String>,
}

/// A pull request to file.
#[derive(Debug, Clone, Copy)]
pub struct PullDraft<'a> {
    /// One line; absent: it stays as it is.
    pub title: Option<&'a str>,
    /// What it is about; absent: it stays as it is.
    pub body: Option<&'a str>,
    /// The branch that is to be merged.
    pub head: &'a str,
    /// The branch that it is to be merged into.
    pub base: &'a str,
    /// The agent that files it.
    pub author: &'a AgentName,
    /// The head's commit.
    pub head_sha: &'a str,
    /// The commit at which the head left the base.
    pub base_sha: &'a str,
    /// What the head's commit is called in the author's own repository; absent where that is the base's.
    pub own_sha: Option<&'a str>,
    /// What the host knows of the work.
    pub receipt: Option<&'a str>,
}

/// What came of filing.
#[derive(Debug, Clone, PartialEq)]
pub enum Filing {
    /// There was none open for the branch, and now there is.
    Created(PullRow),
    /// The one that is open was changed, or was all that already.
    Updated(PullRow),
    /// The one that is open is another agent's.
    Foreign(PullRow),
    /// There is none open for the branch, and a new one needs a title.
    Untitled,
}

/// What came of closing.
#[derive(Debug, Clone, PartialEq)]
pub enum Closing {
    /// It is closed.
    Closed(PullRow),
    /// It was not open.
    NotOpen(PullRow),
    /// Somebody is merging it.
    Merging,
}

impl Store {
    /// Opens a pull request for a branch, or updates the one that is open.
    ///
    /// # Errors
    /// The database failed.
    pub fn file_pull(&self, draft: &PullDraft<'_>, now_ms: u64) -> Result<Filing, StoreError> {
        self.write_durably(|transaction| {
            let Some(open) = open_pull(transaction, draft.head)? else {
                let Some(title) = draft.title else { return Ok(Filing::Untitled) };
                let number = insert(transaction, draft, title, now_ms)?;
                let pull = require(transaction, number)?;
                tell(transaction, "pull.filed", &pull, Value::Null, now_ms)?;
                return Ok(Filing::Created(pull));
            };
            if open.author != *draft.author {
                return Ok(Filing::Foreign(open));
            }
            let changed = transaction.execute(
                "UPDATE pulls SET title = coalesce(?2, title), body = coalesce(?3, body), base = ?4, head_sha = ?5,
                     receipt = coalesce(?6, receipt), updated_ms = ?7, base_sha = ?8, own_sha = ?9,
                     unproven = unproven + 1
                 WHERE number = ?1 AND (title, body, base, head_sha, receipt) IS NOT
                     (coalesce(?2, title), coalesce(?3, body), ?4, ?5, coalesce(?6, receipt))",
                params![
                    to_row(open.number),
                    draft.title,
                    draft.body,
                    draft.base,
                    draft.head_sha,
                    draft.receipt,
                    to_row(now_ms),
                    draft.base_sha,
                    draft.own_sha
                ],
            )?;
            let pull = require(transaction, open.number)?;
            if changed > 0 {
                tell(transaction, "pull.updated", &pull, Value::Null, now_ms)?;
            }
            Ok(Filing::Updated(pull))
        })
    }

    /// Closes a pull request that is open, and tells its author, unless it did so itself. `ends` are the commits that it is
    /// between now; absent when its branch is gone.
    ///
    /// # Errors
    /// There is none of this number, or the database failed.
    pub fn close_pull(
        &self,
        number: u64,
        by: Sender<'_>,
        ends: Option<(&str, &str)>,
        comment: Option<&str>,
        now_ms: u64,
    ) -> Result<Closing, StoreError> {
        self.write_durably(|transaction| {
            let pull = require(transaction, number)?;
            if pull.state != PullRequestState::Open {
                return Ok(Closing::NotOpen(pull));
            }
            let merging = "SELECT 1 FROM merges WHERE pull = ?1";
            if transaction.prepare_cached(merging)?.exists(params![to_row(number)])? {
                return Ok(Closing::Merging);
            }
            transaction.execute(
                "UPDATE pulls SET state = 'closed', base_sha = coalesce(?2, base_sha),
                     head_sha = coalesce(?3, head_sha), updated_ms = ?4
                 WHERE number = ?1",
                params![to_row(number), ends.map(|ends| ends.0), ends.map(|ends| ends.1), to_row(now_ms)],
            )?;
            let pull = require(transaction, number)?;
            tell(transaction, "pull.closed", &pull, by_whom(by), now_ms)?;
            let body = match comment {
                Some(comment) => {
                    format!("Your pull request #{number} was closed without a merge:\n{comment}")
                }
                None => format!("Your pull request #{number} was closed without a merge."),
            };
            send(transaction, &pull, by, "pull.closed", &body, now_ms)?;
            Ok(Closing::Closed(pull))
        })
    }

    /// The pull request of that number.
    ///
    /// # Errors
    /// The database failed, or the row cannot be read.
    pub fn pull(&self, number: u64) -> Result<Option<PullRow>, StoreError> {
        find(&self.lock(), number)
    }

    /// The open pull request of a branch, else its latest one.
    ///
    /// # Errors
    /// The database failed, or the row cannot be read.
    pub fn pull_of(&self, head: &str) -> Result<Option<PullRow>, StoreError> {
        let connection = self.lock();
        let sql = format!(
            "SELECT {COLUMNS} FROM pulls WHERE head = ?1 ORDER BY state = 'open' DESC, number DESC LIMIT 1"
        );
        let found = connection.prepare_cached(&sql)?.query_row(params![head], RawRow::read).optional()?;
        found.map(PullRow::try_from).transpose()
    }

    /// The newest 1000, newest first; those in one state where it is given.
    ///
    /// # Errors
    /// The database failed, or a row cannot be read.
    pub fn pulls(&self, state: Option<PullRequestState>) -> Result<Vec<PullRow>, StoreError> {
        let connection = self.lock();
        let which = if state.is_some() { "WHERE state = ?1" } else { "WHERE ?1 IS NULL" };
        let sql = format!("SELECT {COLUMNS} FROM pulls {which} ORDER BY number DESC LIMIT {LISTED}");
        let mut select = connection.prepare_cached(&sql)?;
        let rows = select.query_map(params![state.map(pull_state_name)], RawRow::read)?;
        rows.map(|raw| PullRow::try_from(raw?)).collect()
    }
}

/// The pull request of that number, as a part of a greater change.
pub(super) fn require(connection: &Connection, number: u64) -> Result<PullRow, StoreError> {
    find(connection, number)?.ok_or(StoreError::NoPull { number })
}

/// Records what became of a pull request, about its author.
pub(super) fn tell(
    transaction: &Transaction<'_>,
    kind: &str,
    pull: &PullRow,
    more: Value,
    now_ms: u64,
) -> Result<(), StoreError> {
    let mut data = json!({
        "number": pull.number, "url": pull_url(pull.number), "forge": "local", "head": pull.head,
        "head_sha": pull.head_sha, "base": pull.base, "title": pull.title,
    });
    if let (Some(data), Value::Object(more)) = (data.as_object_mut(), more) {
        data.extend(more);
    }
    insert_event(transaction, now_ms, kind, pull.author.as_str(), &data.to_string())?;
    Ok(())
}

/// Tells everyone who works towards a base, but the author of what it got, that it moved.
pub(super) fn tell_of_moved_base(
    transaction: &Transaction<'_>,
    base: &str,
    (number, author): (u64, &AgentName),
    sha: &str,
    now_ms: u64,
) -> Result<(), StoreError> {
    let moved = json!({ "base": base, "sha": sha, "number": number }).to_string();
    let mut select =
        transaction.prepare_cached("SELECT agent FROM spawns WHERE base = ?1 AND agent <> ?2")?;
    let siblings = select.query_map(params![base, author.as_str()], |row| row.get(0))?;
    for sibling in siblings.collect::<Result<Vec<String>, _>>()? {
        insert_event(transaction, now_ms, "base.moved", &sibling, &moved)?;
    }
    Ok(())
}

/// Who did it, as an event has it.
pub(super) fn by_whom(by: Sender<'_>) -> Value {
    json!({ "by": by.as_str(), "human": by.is_human() })
}

/// Tells the author of a pull request, while there is such an agent and it is not the one who did it.
pub(super) fn send(
    transaction: &Transaction<'_>,
    pull: &PullRow,
    by: Sender<'_>,
    kind: &str,
    body: &str,
    now_ms: u64,
) -> Result<(), StoreError> {
    let author = pull.author.as_str();
    let is_there =
        transaction.prepare_cached("SELECT 1 FROM agents WHERE name = ?1")?.exists(params![author])?;
    if !is_there || by == Sender::Agent(&pull.author) {
        return Ok(());
    }
    match Draft::new(by, &pull.author, kind, body, None) {
        Ok(draft) => insert_message(transaction, &draft, now_ms).map(drop),
        Err(err) => {
            tracing::warn!(%err, kind, author, "a message about a pull request was not sent");
            Ok(())
        }
    }
}

fn insert(
    transaction: &Transaction<'_>,
    draft: &PullDraft<'_>,
    title: &str,
    now_ms: u64,
) -> Result<u64, StoreError> {
    let number = transaction
        .prepare_cached(
            "INSERT INTO pulls (title, state, head, base, author, head_sha, base_sha, own_sha, created_ms, updated_ms,
                 receipt, body, unproven)
             VALUES (?1, 'open', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9, ?10, 1)",
        )?
        .insert(params![
            title,
            draft.head,
            draft.base,
            draft.author.as_str(),
            draft.head_sha,
            draft.base_sha,
            draft.own_sha,
            to_row(now_ms),
            draft.receipt,
            draft.body.unwrap_or_default()
        ])?;
    Ok(from_row(number))
}

fn open_pull(connection: &Connection, head: &str) -> Result<Option<PullRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM pulls WHERE head = ?1 AND state = 'open'");
    let found = connection.prepare_cached(&sql)?.query_row(params![head], RawRow::read).optional()?;
    found.map(PullRow::try_from).transpose()
}

fn find(connection: &Connection, number: u64) -> Result<Option<PullRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM pulls WHERE number = ?1");
    let found = connection.prepare_cached(&sql)?.query_row(params![to_row(number)], RawRow::read);
    found.optional()?.map(PullRow::try_from).transpose()
}

/// A row before its words are understood.
struct RawRow {
    author: String,
    state: String,
    row: PullRow,
}

impl RawRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            state: row.get(2)?,
            author: row.get(5)?,
            row: PullRow {
                number: from_row(row.get(0)?),
                title: row.get(1)?,
                state: PullRequestState::Open,
                head: row.get(3)?,
                base: row.get(4)?,
                author: AgentName::root(),
                head_sha: row.get(6)?,
                base_sha: row.get(7)?,
                merge_sha: row.get(8)?,
                created_ms: from_row(row.get(9)?),
                updated_ms: from_row(row.get(10)?),
                receipt: row.get(11)?,
                body: row.get(12)?,
            },
        })
    }
}

impl TryFrom<RawRow> for PullRow {
    type Error = StoreError;

    fn try_from(raw: RawRow) -> Result<Self, StoreError> {
        let unknown = |value| StoreError::Unknown { table: "pulls", value };
        let states = [PullRequestState::Open, PullRequestState::Merged, PullRequestState::Closed];
        let state = states.into_iter().find(|state| pull_state_name(*state) == raw.state);
        Ok(Self {
            state: state.ok_or_else(|| unknown(raw.state))?,
            author: AgentName::parse(&raw.author).map_err(|_not_a_name| unknown(raw.author))?,
            ..raw.row
        })
    }
}

/// Where a person can look at one: there are no pages, but a command.
#[must_use]
pub fn pull_url(number: u64) -> String {
    format!("exomonad pr show {number}")
}

/// The word for it.
#[must_use]
pub fn pull_state_name(state: PullRequestState) -> &'static str {
    match state {
        PullRequestState::Open => "open",
        PullRequestState::Merged => "merged",
        PullRequestState::Closed => "closed",
    }
}
