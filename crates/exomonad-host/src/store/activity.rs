//! What each agent's harness does now, as its hooks tell: one row an agent.

use camino::Utf8PathBuf;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::events::{from_row, to_row};
use super::{Store, StoreError};
use crate::agent::AgentName;

/// What a harness does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// It has a turn.
    Working,
    /// It waits for a prompt.
    Idle,
    /// A dialog is open: it waits for an answer of its user's.
    Asking,
    /// Its conversation ended.
    Ended,
}

impl Doing {
    const ALL: [Self; 4] = [Self::Working, Self::Idle, Self::Asking, Self::Ended];

    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::Idle => "idle",
            Self::Asking => "asking",
            Self::Ended => "ended",
        }
    }
}

/// What an agent's harness does, as its latest hook told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// Its conversation.
    pub session: String,
    /// What it does.
    pub doing: Doing,
    /// Since when, in milliseconds since 1970.
    pub since_ms: u64,
    /// Where it takes messages, if it does.
    pub socket: Option<Utf8PathBuf>,
}

/// Finds one agent's row.
pub(super) const FIND: &str = "SELECT session, doing, since_ms, socket FROM activity WHERE agent = ?1";

impl Store {
    /// What an agent's harness does; absent before its first hook.
    ///
    /// # Errors
    /// The database failed, or the row cannot be read.
    pub fn activity(&self, agent: &AgentName) -> Result<Option<Activity>, StoreError> {
        let connection = self.lock();
        let mut select = connection.prepare_cached(FIND)?;
        let row = select.query_row(params![agent.as_str()], |row| raw(row, 0)).optional()?;
        row.map(read).transpose()
    }

    /// What every agent's harness does, by the agent's name.
    ///
    /// # Errors
    /// The database failed, or a row cannot be read.
    pub fn activities(&self) -> Result<Vec<(String, Activity)>, StoreError> {
        self.select_activities("")
    }

    /// What the harnesses do that have no turn now, by the agent's name.
    ///
    /// # Errors
    /// The database failed, or a row cannot be read.
    pub(crate) fn waiting_activities(&self) -> Result<Vec<(String, Activity)>, StoreError> {
        self.select_activities("WHERE doing IN ('asking', 'idle')")
    }

    fn select_activities(&self, which: &str) -> Result<Vec<(String, Activity)>, StoreError> {
        let connection = self.lock();
        let sql = format!("SELECT agent, session, doing, since_ms, socket FROM activity {which}");
        let mut select = connection.prepare_cached(&sql)?;
        let rows = select.query_map([], |row| Ok((row.get::<_, String>(0)?, raw(row, 1)?)))?;
        let rows: Vec<_> = rows.collect::<Result<_, _>>()?;
        rows.into_iter().map(|(agent, row)| Ok((agent, read(row)?))).collect()
    }

    /// Keeps what an agent's harness does.
    ///
    /// # Errors
    /// There is no such agent, or the database failed.
    pub fn set_activity(&self, agent: &AgentName, activity: &Activity) -> Result<(), StoreError> {
        upsert(&self.lock(), agent, activity)
    }
}

pub(super) fn upsert(
    connection: &Connection,
    agent: &AgentName,
    activity: &Activity,
) -> Result<(), StoreError> {
    let mut upsert = connection.prepare_cached(
        "INSERT INTO activity (agent, session, doing, since_ms, socket) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (agent) DO UPDATE SET session = excluded.session, doing = excluded.doing,
                 since_ms = excluded.since_ms, socket = excluded.socket",
    )?;
    upsert.execute(params![
        agent.as_str(),
        activity.session,
        activity.doing.name(),
        to_row(activity.since_ms),
        activity.socket.as_ref().map(|socket| socket.as_str()),
    ])?;
    Ok(())
}

/// A row before its words are understood.
type RawActivity = (String, String, i64, Option<String>);

/// Reads the columns from `first` on.
fn raw(row: &Row<'_>, first: usize) -> rusqlite::Result<RawActivity> {
    Ok((row.get(first)?, row.get(first + 1)?, row.get(first + 2)?, row.get(first + 3)?))
}

fn read((session, word, since_ms, socket): RawActivity) -> Result<Activity, StoreError> {
    let known = Doing::ALL.into_iter().find(|doing| doing.name() == word);
    let doing = known.ok_or(StoreError::Unknown { table: "activity", value: word })?;
    Ok(Activity { session, doing, since_ms: from_row(since_ms), socket: socket.map(Utf8PathBuf::from) })
}
