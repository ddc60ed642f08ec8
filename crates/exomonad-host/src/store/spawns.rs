//! How each agent was spawned: the journal of its saga, and what its launcher needs to know.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{AgentRow, Store, StoreError, agents};
use crate::agent::{AgentName, Launch, ProcessIdentity, Step};

/// The spawn of one agent, as the database has it. The root has none.
#[derive(Debug, Clone, PartialEq)]
pub struct SpawnRow {
    /// Whose it is.
    pub agent: AgentName,
    /// What tells this spawn from every other: it marks the branch and the worktree that were made for it.
    pub mark: String,
    /// What was about to be done last.
    pub step: Step,
    /// The process that spawned it, or tried.
    pub spawner: ProcessIdentity,
    /// The branch that was made for it; absent for an agent in its parent's directory.
    pub branch: Option<String>,
    /// The branch it began from, which is its parent's.
    pub base: Option<String>,
    /// The commit it began from.
    pub base_sha: Option<String>,
    /// How its harness is started.
    pub launch: Launch,
    /// Why it could not be started.
    pub failure: Option<String>,
}

/// How many agents there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// Below one parent.
    pub children: u32,
    /// In the project, the root included.
    pub agents: u32,
}

/// What came of a reservation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reserved {
    /// The name is the agent's now, on the disk.
    Yes,
    /// Another agent has it.
    Taken,
    /// The parent has as many children as it may.
    TooManyChildren,
    /// The project has as many agents as it may.
    TooManyAgents,
}

const COLUMNS: &str = "agent, mark, step, pid, started, machine, branch, base, base_sha, launch, failure";

impl Store {
    /// Takes the name and begins the journal: on the disk before anything else is made.
    ///
    /// # Errors
    /// The database failed.
    pub fn reserve(&self, agent: &AgentRow, spawn: &SpawnRow, caps: Caps) -> Result<Reserved, StoreError> {
        let launch = spawn.launch.to_text();
        self.write_durably(|transaction| {
            let parent = agent.parent.as_ref().map(AgentName::as_str);
            let children: u32 = transaction.query_row(
                "SELECT count(*) FROM agents WHERE parent IS ?1",
                params![parent],
                |row| row.get(0),
            )?;
            let agents: u32 = transaction.query_row("SELECT count(*) FROM agents", [], |row| row.get(0))?;
            if children >= caps.children {
                return Ok(Reserved::TooManyChildren);
            }
            if agents >= caps.agents {
                return Ok(Reserved::TooManyAgents);
            }
            if !agents::insert(transaction, agent)? {
                return Ok(Reserved::Taken);
            }
            transaction.execute(
                &format!(
                    "INSERT INTO spawns ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
                ),
                params![
                    spawn.agent.as_str(),
                    spawn.mark,
                    spawn.step.name(),
                    spawn.spawner.pid,
                    spawn.spawner.started,
                    spawn.spawner.machine,
                    spawn.branch,
                    spawn.base,
                    spawn.base_sha,
                    launch,
                    spawn.failure,
                ],
            )?;
            Ok(Reserved::Yes)
        })
    }

    /// Journals what is about to be done.
    ///
    /// # Errors
    /// The database failed.
    pub fn set_spawn_step(&self, agent: &AgentName, step: Step) -> Result<(), StoreError> {
        self.lock()
            .execute("UPDATE spawns SET step = ?2 WHERE agent = ?1", params![agent.as_str(), step.name()])?;
        Ok(())
    }

    /// Makes `to` the one that finishes or undoes a spawn which `from` left; tells whether it was still `from`'s. Of several
    /// who try, one succeeds.
    ///
    /// # Errors
    /// The database failed.
    pub fn take_over_spawn(
        &self,
        agent: &AgentName,
        from: &ProcessIdentity,
        to: &ProcessIdentity,
    ) -> Result<bool, StoreError> {
        let changed = self.lock().execute(
            "UPDATE spawns SET pid = ?5, started = ?6, machine = ?7
             WHERE agent = ?1 AND pid = ?2 AND started = ?3 AND machine = ?4",
            params![agent.as_str(), from.pid, from.started, from.machine, to.pid, to.started, to.machine],
        )?;
        Ok(changed == 1)
    }

    /// Whether an agent's harness was ever started: only then can there be work of its own.
    ///
    /// # Errors
    /// The database failed.
    pub fn has_ever_run(&self, agent: &AgentName) -> Result<bool, StoreError> {
        let found = self.lock().query_row(
            "SELECT EXISTS (SELECT 1 FROM runs WHERE agent = ?1 AND pid IS NOT NULL)",
            params![agent.as_str()],
            |row| row.get(0),
        )?;
        Ok(found)
    }

    /// Keeps how an agent's harness is started from now on, such as with another conversation.
    ///
    /// # Errors
    /// The database failed.
    pub fn set_launch(&self, agent: &AgentName, launch: &Launch) -> Result<(), StoreError> {
        self.lock().execute(
            "UPDATE spawns SET launch = ?2 WHERE agent = ?1",
            params![agent.as_str(), launch.to_text()],
        )?;
        Ok(())
    }

    /// Keeps why an agent could not be started.
    ///
    /// # Errors
    /// The database failed.
    pub fn set_spawn_failure(&self, agent: &AgentName, failure: &str) -> Result<(), StoreError> {
        self.lock()
            .execute("UPDATE spawns SET failure = ?2 WHERE agent = ?1", params![agent.as_str(), failure])?;
        Ok(())
    }

    /// How an agent was spawned.
    ///
    /// # Errors
    /// The database failed, or the row cannot be read.
    pub fn spawn(&self, agent: &AgentName) -> Result<Option<SpawnRow>, StoreError> {
        let raw = self.lock().query_row(
            &format!("SELECT {COLUMNS} FROM spawns WHERE agent = ?1"),
            params![agent.as_str()],
            RawRow::read,
        );
        raw.optional()?.map(SpawnRow::try_from).transpose()
    }

    /// How every agent was spawned.
    ///
    /// # Errors
    /// The database failed, or a row cannot be read.
    pub fn spawns(&self) -> Result<Vec<SpawnRow>, StoreError> {
        let raws = select(&self.lock())?;
        raws.into_iter().map(SpawnRow::try_from).collect()
    }
}

fn select(connection: &Connection) -> rusqlite::Result<Vec<RawRow>> {
    let mut select = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM spawns ORDER BY agent"))?;
    select.query_map([], RawRow::read)?.collect()
}

/// A row before its words are understood.
struct RawRow {
    agent: String,
    mark: String,
    step: String,
    spawner: ProcessIdentity,
    branch: Option<String>,
    base: Option<String>,
    base_sha: Option<String>,
    launch: String,
    failure: Option<String>,
}

impl RawRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            agent: row.get(0)?,
            mark: row.get(1)?,
            step: row.get(2)?,
            spawner: ProcessIdentity { pid: row.get(3)?, started: row.get(4)?, machine: row.get(5)? },
            branch: row.get(6)?,
            base: row.get(7)?,
            base_sha: row.get(8)?,
            launch: row.get(9)?,
            failure: row.get(10)?,
        })
    }
}

impl TryFrom<RawRow> for SpawnRow {
    type Error = StoreError;

    fn try_from(raw: RawRow) -> Result<Self, StoreError> {
        let unknown = |value| StoreError::Unknown { table: "spawns", value };
        Ok(Self {
            agent: AgentName::parse(&raw.agent).map_err(|_not_a_name| unknown(raw.agent))?,
            mark: raw.mark,
            step: Step::named(&raw.step).ok_or_else(|| unknown(raw.step))?,
            spawner: raw.spawner,
            branch: raw.branch,
            base: raw.base,
            base_sha: raw.base_sha,
            launch: Launch::from_text(&raw.launch).ok_or_else(|| unknown(raw.launch))?,
            failure: raw.failure,
        })
    }
}
