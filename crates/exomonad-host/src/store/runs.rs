//! The runs of agents' harnesses: one row each time one was started.

use rusqlite::{Connection, Row, params};

use super::events::{from_row, to_row};
use super::traces::end_trace;
use super::{AgentState, Store, StoreError};
use crate::agent::{AgentName, ProcessIdentity};

/// Names a run; never given twice in a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunId(pub(super) i64);

/// How a harness ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// With this exit code.
    Code(i32),
    /// By this signal.
    Signal(i32),
    /// Nobody saw it: its launcher died with it, or before it.
    Unseen,
}

/// One run, as the database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    /// Its id.
    pub id: RunId,
    /// Whose it is.
    pub agent: String,
    /// The `exomonad agent-run` that started it.
    pub launcher: ProcessIdentity,
    /// The harness, once it was started. Its process group is the launcher's.
    pub harness: Option<ProcessIdentity>,
    /// When the launcher began, in milliseconds since 1970.
    pub begun_ms: u64,
    /// When it ended, in milliseconds since 1970, and how; absent while it runs, or may run.
    pub ended: Option<(u64, Exit)>,
}

impl Store {
    /// Records that a launcher began.
    ///
    /// # Errors
    /// The agent is not there, or the database failed.
    pub fn begin_run(
        &self,
        agent: &AgentName,
        launcher: &ProcessIdentity,
        now_ms: u64,
    ) -> Result<RunId, StoreError> {
        self.write(|transaction| {
            transaction.execute(
                "INSERT INTO runs (agent, launcher_pid, launcher_started, machine, begun_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                params![agent.as_str(), launcher.pid, launcher.started, launcher.machine, to_row(now_ms)],
            )?;
            Ok(RunId(transaction.last_insert_rowid()))
        })
    }

    /// Records the harness that a launcher started, and that its agent runs.
    ///
    /// # Errors
    /// The database failed.
    pub fn set_run_harness(&self, id: RunId, harness: &ProcessIdentity) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction.execute(
                "UPDATE runs SET pid = ?2, started = ?3 WHERE id = ?1",
                params![id.0, harness.pid, harness.started],
            )?;
            set_state(transaction, id, AgentState::Running)
        })
    }

    /// Records how a run ended and what its agent is from then on. A run that ended stays as it ended; tells whether it was
    /// recorded now.
    ///
    /// # Errors
    /// The database failed.
    pub fn end_run(&self, id: RunId, exit: Exit, state: AgentState, now_ms: u64) -> Result<bool, StoreError> {
        let (code, signal) = match exit {
            Exit::Code(code) => (Some(code), None),
            Exit::Signal(signal) => (None, Some(signal)),
            Exit::Unseen => (None, None),
        };
        self.write_durably(|transaction| {
            let ended = transaction.execute(
                "UPDATE runs SET ended_ms = ?2, code = ?3, signal = ?4 WHERE id = ?1 AND ended_ms IS NULL",
                params![id.0, to_row(now_ms), code, signal],
            )?;
            if ended == 0 {
                return Ok(false);
            }
            set_state(transaction, id, state)?;
            end_trace(transaction, id, exit, now_ms)?;
            Ok(true)
        })
    }

    /// The latest run of every agent that ever ran.
    ///
    /// # Errors
    /// The database failed.
    pub fn latest_runs(&self) -> Result<Vec<RunRow>, StoreError> {
        select(&self.lock(), "id IN (SELECT max(id) FROM runs GROUP BY agent)", params![])
    }

    /// An agent's latest run.
    ///
    /// # Errors
    /// The database failed.
    pub fn latest_run(&self, agent: &AgentName) -> Result<Option<RunRow>, StoreError> {
        let of_agent = "id = (SELECT max(id) FROM runs WHERE agent = ?1)";
        Ok(select(&self.lock(), of_agent, params![agent.as_str()])?.pop())
    }

    /// The runs that have not ended, as far as anybody recorded.
    ///
    /// # Errors
    /// The database failed.
    pub fn open_runs(&self) -> Result<Vec<RunRow>, StoreError> {
        select(&self.lock(), "ended_ms IS NULL", params![])
    }
}

/// Only the latest run says what its agent does: an earlier one may end after it began.
fn set_state(connection: &Connection, id: RunId, state: AgentState) -> Result<(), StoreError> {
    connection.execute(
        "UPDATE agents SET state = ?2
         WHERE name = (SELECT agent FROM runs WHERE id = ?1)
           AND NOT EXISTS (SELECT 1 FROM runs AS later WHERE later.agent = agents.name AND later.id > ?1)",
        params![id.0, state.name()],
    )?;
    Ok(())
}

fn select(
    connection: &Connection,
    condition: &str,
    arguments: &[&dyn rusqlite::ToSql],
) -> Result<Vec<RunRow>, StoreError> {
    let mut select = connection.prepare_cached(&format!(
        "SELECT id, agent, launcher_pid, launcher_started, machine, pid, started, begun_ms, ended_ms, code, signal
         FROM runs WHERE {condition} ORDER BY id"
    ))?;
    let rows = select.query_map(arguments, read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<RunRow> {
    let machine: String = row.get(4)?;
    let (pid, started): (Option<u32>, Option<String>) = (row.get(5)?, row.get(6)?);
    let harness = pid.zip(started);
    let (code, signal): (Option<i32>, Option<i32>) = (row.get(9)?, row.get(10)?);
    let exit = match (code, signal) {
        (Some(code), _) => Exit::Code(code),
        (None, Some(signal)) => Exit::Signal(signal),
        (None, None) => Exit::Unseen,
    };
    Ok(RunRow {
        id: RunId(row.get(0)?),
        agent: row.get(1)?,
        launcher: ProcessIdentity { pid: row.get(2)?, started: row.get(3)?, machine: machine.clone() },
        harness: harness.map(|(pid, started)| ProcessIdentity { pid, started, machine }),
        begun_ms: from_row(row.get(7)?),
        ended: row.get::<_, Option<i64>>(8)?.map(|ended_ms| (from_row(ended_ms), exit)),
    })
}
