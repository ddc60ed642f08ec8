//! The project's log of facts.

use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use serde_json::{Value, json};

use super::{Store, StoreError};
use crate::contract::Event;

/// Which events are asked for. Empty lists mean all.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// Only these kinds; in each, `*` stands for anything.
    pub kinds: Vec<String>,
    /// Only these agents.
    pub agents: Vec<String>,
    /// Only events with a greater id.
    pub after: u64,
}

impl Store {
    /// Records an event and returns its id.
    ///
    /// # Errors
    /// The database failed.
    pub fn record_event(&self, time_ms: u64, kind: &str, agent: &str, data: &str) -> Result<u64, StoreError> {
        Ok(insert_event(&self.lock(), time_ms, kind, agent, data)?)
    }

    /// The first `limit` matching events, oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub fn first_events(&self, filter: &EventFilter, limit: u32) -> Result<Vec<Event>, StoreError> {
        self.select_events(filter, limit, "ASC")
    }

    /// The last `limit` matching events, oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub fn last_events(&self, filter: &EventFilter, limit: u32) -> Result<Vec<Event>, StoreError> {
        let mut events = self.select_events(filter, limit, "DESC")?;
        events.reverse();
        Ok(events)
    }

    /// The newest event's id; 0 when there is none.
    ///
    /// # Errors
    /// The database failed.
    pub fn newest_event_id(&self) -> Result<u64, StoreError> {
        let id: Option<Option<i64>> =
            self.lock().query_row("SELECT max(id) FROM events", [], |row| row.get(0)).optional()?;
        Ok(from_row(id.flatten().unwrap_or_default()))
    }

    fn select_events(&self, filter: &EventFilter, limit: u32, order: &str) -> Result<Vec<Event>, StoreError> {
        let sql = format!(
            "SELECT id, time_ms, kind, agent, data FROM events WHERE id > ?{}{} ORDER BY id {order} LIMIT {limit}",
            of_kind(&filter.kinds),
            one_of("agent", filter.agents.len()),
        );
        let after = to_row(filter.after).to_string();
        let kinds: Vec<String> = filter.kinds.iter().map(|kind| glob(kind)).collect();
        let values = std::iter::once(&after).chain(&kinds).chain(&filter.agents);
        let connection = self.lock();
        let mut select = connection.prepare(&sql)?;
        let rows = select.query_map(params_from_iter(values), read_event)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// Reads `id, time_ms, kind, agent, data`.
pub(super) fn read_event(row: &Row<'_>) -> rusqlite::Result<Event> {
    Ok(Event {
        id: from_row(row.get(0)?),
        time_ms: from_row(row.get(1)?),
        kind: row.get(2)?,
        agent: row.get(3)?,
        data: row.get(4)?,
    })
}

/// An event as a line of JSON, without the end of the line.
#[must_use]
pub fn event_line(event: &Event) -> String {
    let data: Value = serde_json::from_str(&event.data).unwrap_or(Value::Null);
    let time = i64::try_from(event.time_ms).ok().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    let time = time.map(|time| time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string());
    json!({
        "schema": 1, "id": event.id, "time": time.unwrap_or_default(), "kind": event.kind, "agent": event.agent,
        "data": data,
    })
    .to_string()
}

const INSERT: &str = "INSERT INTO events (time_ms, kind, agent, data) VALUES (?1, ?2, ?3, ?4)";

/// Makes ready to record an event, before a change that other writers wait for.
pub(super) fn prepare_event(connection: &Connection) -> rusqlite::Result<()> {
    connection.prepare_cached(INSERT).map(drop)
}

/// Records an event as a part of a greater change.
pub(super) fn insert_event(
    connection: &Connection,
    time_ms: u64,
    kind: &str,
    agent: &str,
    data: &str,
) -> rusqlite::Result<u64> {
    let mut insert = connection.prepare_cached(INSERT)?;
    let id = insert.insert(params![to_row(time_ms), kind, agent, data])?;
    Ok(from_row(id))
}

/// The most bytes of a text from outside in an event.
const OUTSIDE_BYTES: usize = 16 << 10;

/// A text that somebody else wrote, as an event has it: as much of it as fits, without control characters.
pub(crate) fn from_outside(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let plain = text.chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control());
    let mut bytes = 0;
    plain
        .take_while(|c| {
            bytes += c.len_utf8();
            bytes <= OUTSIDE_BYTES
        })
        .collect()
}

/// Most callers name their kinds, and SQLite compares names faster than patterns.
fn of_kind(kinds: &[String]) -> String {
    if kinds.iter().all(|kind| !kind.contains('*')) {
        return one_of("kind", kinds.len());
    }
    format!(" AND ({})", vec!["kind GLOB ?"; kinds.len()].join(" OR "))
}

/// A kind as a pattern of SQLite's, in which `*` alone has a meaning.
fn glob(kind: &str) -> String {
    if kind.contains('*') { kind.replace('[', "[[]").replace('?', "[?]") } else { kind.to_owned() }
}

fn one_of(column: &str, count: usize) -> String {
    if count == 0 {
        return String::new();
    }
    format!(" AND {column} IN ({})", vec!["?"; count].join(", "))
}

/// SQLite's integers are signed.
pub(super) fn to_row(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(super) fn from_row(value: i64) -> u64 {
    u64::try_from(value).unwrap_or_default()
}
