//! The tree of agents, one row each.

use camino::{Utf8Path, Utf8PathBuf};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::events::{from_row, to_row};
use super::{Store, StoreError};
use crate::agent::AgentName;
use crate::contract::WorkspaceKind;

/// What an agent is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgentState {
    /// It is being spawned.
    Starting,
    /// Its harness is, or may be, at work.
    Running,
    /// Its harness ended.
    Stopped,
    /// Its harness could not be started.
    Failed,
}

impl AgentState {
    const ALL: [Self; 4] = [Self::Starting, Self::Running, Self::Stopped, Self::Failed];

    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
        }
    }
}

/// An agent, as the database has it.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentRow {
    /// Unique in the project.
    pub name: AgentName,
    /// A role of the guest.
    pub role: String,
    /// The coding-agent program.
    pub harness: String,
    /// The parent; absent for the root.
    pub parent: Option<AgentName>,
    /// What kind of workspace it has.
    pub workspace_kind: WorkspaceKind,
    /// Absolute, symlinks resolved.
    pub workspace: Utf8PathBuf,
    /// 0 for the root.
    pub depth: u32,
    /// What it is doing.
    pub state: AgentState,
    /// When it was made, in milliseconds since 1970.
    pub created_ms: u64,
}

const COLUMNS: &str = "name, role, harness, parent, workspace_kind, workspace, depth, state, created_ms";

impl Store {
    /// Adds an agent, or changes nothing when the name is taken; tells whether it was added.
    ///
    /// # Errors
    /// The database failed.
    pub fn add_agent(&self, agent: &AgentRow) -> Result<bool, StoreError> {
        Ok(insert(&self.lock(), agent)?)
    }

    /// Says what an agent is doing now; tells whether there is such an agent.
    ///
    /// # Errors
    /// The database failed.
    pub fn set_agent_state(&self, name: &AgentName, state: AgentState) -> Result<bool, StoreError> {
        let changed = self
            .lock()
            .execute("UPDATE agents SET state = ?2 WHERE name = ?1", params![name.as_str(), state.name()])?;
        Ok(changed == 1)
    }

    /// Keeps which coding-agent program an agent is started in from now on.
    ///
    /// # Errors
    /// The database failed.
    pub fn set_agent_harness(&self, name: &AgentName, harness: &str) -> Result<(), StoreError> {
        self.lock()
            .execute("UPDATE agents SET harness = ?2 WHERE name = ?1", params![name.as_str(), harness])?;
        Ok(())
    }

    /// Forgets an agent, how it was spawned and its runs. Its events and messages stay. An agent with children is refused.
    ///
    /// # Errors
    /// It has children, or the database failed.
    pub fn remove_agent(&self, name: &AgentName) -> Result<(), StoreError> {
        self.write_durably(|transaction| {
            transaction.execute("DELETE FROM agents WHERE name = ?1", params![name.as_str()])?;
            Ok(())
        })
    }

    /// The agent of that name.
    ///
    /// # Errors
    /// The database failed, or the row cannot be read.
    pub fn agent(&self, name: &AgentName) -> Result<Option<AgentRow>, StoreError> {
        let connection = self.lock();
        let mut select =
            connection.prepare_cached(&format!("SELECT {COLUMNS} FROM agents WHERE name = ?1"))?;
        let raw = select.query_row(params![name.as_str()], RawRow::read).optional()?;
        raw.map(AgentRow::try_from).transpose()
    }

    /// Every agent, oldest first.
    ///
    /// # Errors
    /// The database failed, or a row cannot be read.
    pub fn agents(&self) -> Result<Vec<AgentRow>, StoreError> {
        let connection = self.lock();
        let mut select = connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM agents ORDER BY created_ms, depth, name"))?;
        let rows = select.query_map([], RawRow::read)?;
        rows.map(|raw| AgentRow::try_from(raw?)).collect()
    }

    /// The agents that left one of the project's last 1,000 events, each with the time of its newest. A message is an
    /// event about the one who is to hear of it, and so no sign of life.
    ///
    /// # Errors
    /// The database failed.
    pub fn lately_heard(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let connection = self.lock();
        // Bounded, and without an index that every hook would have to keep up to date.
        let mut select = connection.prepare_cached(
            "SELECT agent, max(time_ms) FROM
                 (SELECT agent, kind, time_ms FROM events ORDER BY id DESC LIMIT 1000)
             WHERE kind NOT GLOB 'message.*' GROUP BY agent",
        )?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, from_row(row.get(1)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The agents that work in a directory.
    ///
    /// # Errors
    /// The database failed, or a row cannot be read.
    pub fn agents_in(&self, workspace: &Utf8Path) -> Result<Vec<AgentRow>, StoreError> {
        let connection = self.lock();
        let mut select = connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM agents WHERE workspace = ?1 ORDER BY depth"))?;
        let rows = select.query_map(params![workspace.as_str()], RawRow::read)?;
        rows.map(|raw| AgentRow::try_from(raw?)).collect()
    }
}

/// Adds the row, unless the name is taken; tells whether it was added.
pub(super) fn insert(connection: &Connection, agent: &AgentRow) -> rusqlite::Result<bool> {
    let sql = format!(
        "INSERT INTO agents ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING"
    );
    let added = connection.execute(
        &sql,
        params![
            agent.name.as_str(),
            agent.role,
            agent.harness,
            agent.parent.as_ref().map(AgentName::as_str),
            kind_name(agent.workspace_kind),
            agent.workspace.as_str(),
            agent.depth,
            agent.state.name(),
            to_row(agent.created_ms),
        ],
    )?;
    Ok(added == 1)
}

/// A row before its words are understood.
struct RawRow {
    name: String,
    role: String,
    harness: String,
    parent: Option<String>,
    workspace_kind: String,
    workspace: String,
    depth: u32,
    state: String,
    created_ms: i64,
}

impl RawRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            name: row.get(0)?,
            role: row.get(1)?,
            harness: row.get(2)?,
            parent: row.get(3)?,
            workspace_kind: row.get(4)?,
            workspace: row.get(5)?,
            depth: row.get(6)?,
            state: row.get(7)?,
            created_ms: row.get(8)?,
        })
    }
}

impl TryFrom<RawRow> for AgentRow {
    type Error = StoreError;

    fn try_from(raw: RawRow) -> Result<Self, StoreError> {
        let name = |text: String| AgentName::parse(&text).map_err(|_not_a_name| unknown(text));
        Ok(Self {
            name: name(raw.name)?,
            role: raw.role,
            harness: raw.harness,
            parent: raw.parent.map(name).transpose()?,
            workspace_kind: WORKSPACE_KINDS
                .into_iter()
                .find(|kind| kind_name(*kind) == raw.workspace_kind)
                .ok_or_else(|| unknown(raw.workspace_kind))?,
            workspace: raw.workspace.into(),
            depth: raw.depth,
            state: AgentState::ALL
                .into_iter()
                .find(|state| state.name() == raw.state)
                .ok_or_else(|| unknown(raw.state))?,
            created_ms: from_row(raw.created_ms),
        })
    }
}

fn unknown(value: String) -> StoreError {
    StoreError::Unknown { table: "agents", value }
}

const WORKSPACE_KINDS: [WorkspaceKind; 4] =
    [WorkspaceKind::Main, WorkspaceKind::Worktree, WorkspaceKind::Standalone, WorkspaceKind::Shared];

fn kind_name(kind: WorkspaceKind) -> &'static str {
    match kind {
        WorkspaceKind::Main => "main",
        WorkspaceKind::Worktree => "worktree",
        WorkspaceKind::Standalone => "standalone",
        WorkspaceKind::Shared => "shared",
    }
}
