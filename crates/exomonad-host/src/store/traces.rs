//! In which trace each agent's session is.
//!
//! The lead's session begins a trace; an agent that is spawned is in its spawner's. What an agent's hooks and its sidecar do
//! hangs below its session, whatever their environment says.

use opentelemetry::trace::SpanId;
use rusqlite::{Connection, Row, Transaction, params};

use super::events::{from_row, to_row};
use super::spans::{insert_spans, read_span, read_trace};
use super::{Exit, RunId, Store, StoreError};
use crate::agent::AgentName;
use crate::telemetry::{SessionFacts, Span, TraceContext, session_span, unended};

/// An agent's session, as a span that has not ended, or has.
#[derive(Debug, Clone, PartialEq)]
pub struct TraceRow {
    /// Whose it is.
    pub agent: String,
    /// Its span.
    pub session: TraceContext,
    /// The span it is a part of.
    pub parent: Option<SpanId>,
    /// When it began, in microseconds since 1970.
    pub begun_us: u64,
    /// Whether a launcher holds it; else its user started the harness.
    pub launched: bool,
    /// Whether it ended, and its span is recorded.
    pub ended: bool,
}

impl TraceRow {
    /// Its span, as if it ended now.
    #[must_use]
    pub fn so_far(&self, now_us: u64) -> Span {
        Span { duration_us: now_us.saturating_sub(self.begun_us), ..unended(self) }
    }
}

const COLUMNS: &str = "agent, trace, span, parent, sampled, begun_us, run, ended";

impl Store {
    /// An agent's session.
    ///
    /// # Errors
    /// The database failed, or the row cannot be read.
    pub fn trace(&self, agent: &AgentName) -> Result<Option<TraceRow>, StoreError> {
        select(&self.lock(), agent)
    }

    /// The sessions that have not ended, as far as anybody recorded.
    ///
    /// # Errors
    /// The database failed, or a row cannot be read.
    pub fn open_traces(&self) -> Result<Vec<TraceRow>, StoreError> {
        let connection = self.lock();
        let mut select = connection
            .prepare(&format!("SELECT {COLUMNS} FROM traces WHERE NOT ended ORDER BY begun_us, agent"))?;
        let mut rows = select.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(read(row)?);
        }
        Ok(found)
    }

    /// An agent is spawned below a span.
    pub(crate) fn plant_trace(
        &self,
        agent: &AgentName,
        below: &TraceContext,
        now_us: u64,
    ) -> Result<(), StoreError> {
        let planted = Begun { session: below.another(), parent: Some(below.span), run: None };
        self.write(|transaction| planted.keep(transaction, agent, now_us))
    }

    /// A launcher begins a run of an agent. `outer` is the span that whoever started the lead is in.
    pub(crate) fn begin_trace(
        &self,
        agent: &AgentName,
        run: RunId,
        outer: Option<TraceContext>,
        now_us: u64,
    ) -> Result<TraceContext, StoreError> {
        self.write(|transaction| {
            let begun = Begun { run: Some(run), ..next(transaction, agent, outer)? };
            begun.keep(transaction, agent, now_us)?;
            Ok(begun.session)
        })
    }

    /// The session of an agent that runs; one that its user started begins with the first that is heard of it.
    pub(crate) fn require_trace(
        &self,
        agent: &AgentName,
        outer: Option<TraceContext>,
        now_us: u64,
    ) -> Result<TraceRow, StoreError> {
        if let Some(row) = self.trace(agent)? {
            return Ok(row);
        }
        self.write(|transaction| {
            if select(transaction, agent)?.is_none() {
                next(transaction, agent, outer)?.keep(transaction, agent, now_us)?;
            }
            require(transaction, agent)
        })
    }

    /// A harness that no launcher holds says that it starts.
    pub(crate) fn begin_trace_by_hand(
        &self,
        agent: &AgentName,
        outer: Option<TraceContext>,
        now_us: u64,
    ) -> Result<TraceRow, StoreError> {
        self.write(|transaction| {
            next(transaction, agent, outer)?.keep(transaction, agent, now_us)?;
            require(transaction, agent)
        })
    }

    /// A harness that no launcher holds says that it ended.
    pub(crate) fn end_trace_by_hand(&self, agent: &AgentName, now_us: u64) -> Result<(), StoreError> {
        self.write(|transaction| {
            let mut select = transaction.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM traces WHERE agent = ?1 AND run IS NULL AND NOT ended"
            ))?;
            let mut rows = select.query(params![agent.as_str()])?;
            let Some(row) = rows.next()? else { return Ok(()) };
            end(transaction, &read(row)?, None, now_us)
        })
    }
}

/// A run ended: so did the session it is, as a part of the same change.
pub(super) fn end_trace(
    transaction: &Transaction<'_>,
    run: RunId,
    exit: Exit,
    now_ms: u64,
) -> Result<(), StoreError> {
    let mut select =
        transaction.prepare_cached(&format!("SELECT {COLUMNS} FROM traces WHERE run = ?1 AND NOT ended"))?;
    let mut rows = select.query(params![run.0])?;
    let Some(row) = rows.next()? else { return Ok(()) };
    end(transaction, &read(row)?, Some(exit), now_ms.saturating_mul(1000))
}

fn end(
    transaction: &Transaction<'_>,
    row: &TraceRow,
    exit: Option<Exit>,
    now_us: u64,
) -> Result<(), StoreError> {
    let mut select = transaction.prepare_cached(
        "SELECT role, agents.harness, parent, sessions.id, transcript FROM agents
         LEFT JOIN sessions ON sessions.id =
             (SELECT id FROM sessions WHERE agent = agents.name ORDER BY started_ms DESC, id DESC LIMIT 1)
         WHERE name = ?1",
    )?;
    let facts = select.query_row(params![row.agent], |found| {
        Ok(SessionFacts {
            role: found.get(0)?,
            harness: found.get(1)?,
            parent: found.get(2)?,
            session: found.get(3)?,
            transcript: found.get(4)?,
        })
    })?;
    insert_spans(transaction, &[session_span(row, &facts, exit, now_us)])?;
    transaction
        .prepare_cached("UPDATE traces SET ended = 1 WHERE agent = ?1")?
        .execute(params![row.agent])?;
    Ok(())
}

/// A session that begins.
struct Begun {
    session: TraceContext,
    parent: Option<SpanId>,
    run: Option<RunId>,
}

impl Begun {
    fn keep(&self, connection: &Connection, agent: &AgentName, now_us: u64) -> Result<(), StoreError> {
        let mut insert = connection.prepare_cached(
            "INSERT OR REPLACE INTO traces (agent, trace, span, parent, sampled, begun_us, run, ended)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0)",
        )?;
        insert.execute(params![
            agent.as_str(),
            self.session.trace.to_string(),
            self.session.span.to_string(),
            self.parent.map(|parent| parent.to_string()),
            self.session.sampled,
            to_row(now_us),
            self.run.map(|run| run.0),
        ])?;
        Ok(())
    }
}

/// The agent's next session: that of one that was spawned stays where it was planted, and anybody else's begins a trace.
fn next(
    connection: &Connection,
    agent: &AgentName,
    outer: Option<TraceContext>,
) -> Result<Begun, StoreError> {
    let mut is_spawned =
        connection.prepare_cached("SELECT 1 FROM agents WHERE name = ?1 AND parent IS NOT NULL")?;
    if is_spawned.exists(params![agent.as_str()])?
        && let Some(row) = select(connection, agent)?
    {
        let is_new = !row.launched && !row.ended;
        let session = if is_new { row.session } else { row.session.another() };
        return Ok(Begun { session, parent: row.parent, run: None });
    }
    Ok(match outer {
        Some(outer) => Begun { session: outer.another(), parent: Some(outer.span), run: None },
        None => Begun { session: TraceContext::begin(), parent: None, run: None },
    })
}

fn require(connection: &Connection, agent: &AgentName) -> Result<TraceRow, StoreError> {
    let found = select(connection, agent)?;
    found.ok_or_else(|| StoreError::Sqlite(rusqlite::Error::QueryReturnedNoRows))
}

fn select(connection: &Connection, agent: &AgentName) -> Result<Option<TraceRow>, StoreError> {
    let mut select = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM traces WHERE agent = ?1"))?;
    let mut rows = select.query(params![agent.as_str()])?;
    rows.next()?.map(read).transpose()
}

fn read(row: &Row<'_>) -> Result<TraceRow, StoreError> {
    Ok(TraceRow {
        agent: row.get(0)?,
        session: TraceContext {
            trace: read_trace(&row.get::<_, String>(1)?)?,
            span: read_span(&row.get::<_, String>(2)?)?,
            sampled: row.get(4)?,
        },
        parent: row.get::<_, Option<String>>(3)?.map(|parent| read_span(&parent)).transpose()?,
        begun_us: from_row(row.get(5)?),
        launched: row.get::<_, Option<i64>>(6)?.is_some(),
        ended: row.get(7)?,
    })
}
