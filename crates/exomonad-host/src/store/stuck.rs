//! Agents that do not get on: how often each was kept from stopping, and what was told of whom.

use rusqlite::{OptionalExtension, Row, params};
use serde_json::{Value, json};

use super::events::{from_row, insert_event, read_event, to_row};
use super::{Doing, Store, StoreError};
use crate::agent::AgentName;
use crate::contract::Event;

/// Why an agent counts as stuck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StuckWhy {
    /// It has a turn, and nothing was heard of it for long.
    NoStep,
    /// The same call of a tool failed again and again.
    Failures,
    /// It was kept from stopping again and again.
    Blocks,
}

impl StuckWhy {
    const ALL: [Self; 3] = [Self::NoStep, Self::Failures, Self::Blocks];

    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NoStep => "no-step",
            Self::Failures => "failures",
            Self::Blocks => "blocks",
        }
    }
}

/// An agent that is stuck, as was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Episode {
    /// The agent.
    pub agent: AgentName,
    /// Why.
    pub why: StuckWhy,
    /// Since when, in milliseconds since 1970.
    pub since_ms: u64,
}

/// Finds the agents that have a turn.
pub(super) const WORKING: &str = "SELECT agent, since_ms FROM activity JOIN agents ON name = agent
    WHERE doing = ?1 AND agents.state = 'running'
        AND NOT EXISTS (SELECT 1 FROM requests INDEXED BY requests_open WHERE requests.state = 'open' AND asker = agent)";

impl Store {
    /// Records that an agent was kept from stopping. `again`: it was so before in the same turn.
    ///
    /// # Errors
    /// The database failed.
    pub fn record_stop_block(
        &self,
        agent: &AgentName,
        reason: &str,
        again: bool,
        now_ms: u64,
    ) -> Result<(), StoreError> {
        self.write(|transaction| {
            let times: u32 = transaction
                .prepare_cached(
                    "INSERT INTO stop_blocks (agent, times) VALUES (?1, 1)
                     ON CONFLICT (agent) DO UPDATE SET times = CASE WHEN ?2 THEN times + 1 ELSE 1 END
                     RETURNING times",
                )?
                .query_row(params![agent.as_str(), again], |row| row.get(0))?;
            let data = json!({ "reason": reason, "times": times });
            insert_event(transaction, now_ms, "agent.stop-blocked", agent.as_str(), &data.to_string())?;
            Ok(())
        })
    }

    /// The agents that have a turn and wait for nobody's answer, each with when it began.
    ///
    /// # Errors
    /// The database failed, or a row cannot be read.
    pub fn working(&self) -> Result<Vec<(AgentName, u64)>, StoreError> {
        let connection = self.lock();
        let mut select = connection.prepare_cached(WORKING)?;
        let mut rows = select.query(params![Doing::Working.name()])?;
        let mut working = Vec::new();
        while let Some(row) = rows.next()? {
            working.push((name(row)?, from_row(row.get(1)?)));
        }
        Ok(working)
    }

    /// The steps that agents took after an event, oldest first: hooks, calls of tools, and what was made of them. A message to
    /// an agent is no step of it.
    ///
    /// # Errors
    /// The database failed.
    pub fn steps(&self, after: u64) -> Result<Vec<Event>, StoreError> {
        let connection = self.lock();
        let mut select = connection.prepare_cached(
            "SELECT id, time_ms, kind, agent, data FROM events
             WHERE id > ?1 AND (kind GLOB 'hook.*' OR kind GLOB 'tool.*'
                 OR kind IN ('host.tool-called', 'host.hook-failed', 'agent.started', 'agent.stop-blocked'))
             ORDER BY id",
        )?;
        let rows = select.query_map(params![to_row(after)], read_event)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Who is stuck, as was told.
    ///
    /// # Errors
    /// The database failed, or a row cannot be read.
    pub fn episodes(&self) -> Result<Vec<Episode>, StoreError> {
        let connection = self.lock();
        let mut select = connection.prepare_cached("SELECT agent, why, since_ms FROM stuck")?;
        let mut rows = select.query([])?;
        let mut episodes = Vec::new();
        while let Some(row) = rows.next()? {
            let word: String = row.get(1)?;
            let why = StuckWhy::ALL.into_iter().find(|why| why.name() == word);
            let why = why.ok_or(StoreError::Unknown { table: "stuck", value: word })?;
            episodes.push(Episode { agent: name(row)?, why, since_ms: from_row(row.get(2)?) });
        }
        Ok(episodes)
    }

    /// Keeps that an agent is stuck, and tells it once: an agent that is so already changes nothing.
    ///
    /// # Errors
    /// The database failed.
    pub fn begin_episode(&self, episode: &Episode, more: Value, now_ms: u64) -> Result<(), StoreError> {
        let Episode { agent, why, since_ms } = episode;
        self.write(|transaction| {
            let begun = transaction
                .prepare_cached(
                    "INSERT INTO stuck (agent, why, since_ms) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                )?
                .execute(params![agent.as_str(), why.name(), to_row(*since_ms)])?;
            if begun == 1 {
                let mut data = json!({ "why": why.name(), "since_ms": since_ms });
                if let (Some(data), Value::Object(more)) = (data.as_object_mut(), more) {
                    data.extend(more);
                }
                insert_event(transaction, now_ms, "agent.stuck", agent.as_str(), &data.to_string())?;
            }
            Ok(())
        })
    }

    /// Keeps that an agent is not stuck any more, and tells it once.
    ///
    /// # Errors
    /// The database failed.
    pub fn end_episode(&self, agent: &AgentName, now_ms: u64) -> Result<(), StoreError> {
        self.write(|transaction| {
            let ended = transaction
                .prepare_cached("DELETE FROM stuck WHERE agent = ?1 RETURNING why, since_ms")?
                .query_row(params![agent.as_str()], |row| {
                    Ok((row.get::<_, String>(0)?, from_row(row.get(1)?)))
                })
                .optional()?;
            if let Some((why, since_ms)) = ended {
                let data = json!({ "why": why, "since_ms": since_ms });
                insert_event(transaction, now_ms, "agent.unstuck", agent.as_str(), &data.to_string())?;
            }
            Ok(())
        })
    }
}

/// The name in a row's first column.
fn name(row: &Row<'_>) -> Result<AgentName, StoreError> {
    let text: String = row.get(0)?;
    AgentName::parse(&text).map_err(|_not_a_name| StoreError::Unknown { table: "stuck", value: text })
}
