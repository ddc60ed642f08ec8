//! Questions to people: one row each, which ends once and for all.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::json;

use super::events::{from_row, insert_event, to_row};
use super::{Store, StoreError};
use crate::agent::{AgentName, ProcessIdentity};

/// How a request stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestState {
    /// It waits for its answer.
    Open,
    /// The values of the form: a JSON object.
    Answered(String),
    /// The person would not answer.
    Declined,
    /// Nobody answered in time.
    TimedOut,
    /// Whoever asked waits no more.
    Cancelled,
}

impl RequestState {
    /// The word for it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Answered(_) => "answered",
            Self::Declined => "declined",
            Self::TimedOut => "timed-out",
            Self::Cancelled => "cancelled",
        }
    }

    fn answer(&self) -> Option<&str> {
        match self {
            Self::Answered(values) => Some(values),
            Self::Open | Self::Declined | Self::TimedOut | Self::Cancelled => None,
        }
    }
}

/// A request that is to be made.
#[derive(Debug, Clone, Copy)]
pub struct RequestDraft<'a> {
    /// Who asks.
    pub asker: &'a AgentName,
    /// The process that waits for the answer.
    pub waiter: &'a ProcessIdentity,
    /// The form's title, for the log.
    pub title: &'a str,
    /// The form: JSON that was read as one.
    pub form: &'a str,
    /// When nobody waits for it any more, in milliseconds since 1970.
    pub deadline_ms: u64,
}

/// A request, as the database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRow {
    /// Its id.
    pub id: String,
    /// Who asks.
    pub asker: String,
    /// The process that waits for the answer.
    pub waiter: ProcessIdentity,
    /// The form: JSON.
    pub form: String,
    /// When it was made, in milliseconds since 1970.
    pub opened_ms: u64,
    /// When nobody waits for it any more, in milliseconds since 1970.
    pub deadline_ms: u64,
    /// How it stands.
    pub state: RequestState,
    /// The process that shows it, or did last.
    pub viewer: Option<ProcessIdentity>,
    /// By what it was answered.
    pub ended_by: Option<String>,
    /// When it ended, in milliseconds since 1970.
    pub ended_ms: Option<u64>,
}

impl RequestRow {
    /// Whether the process that waits for the answer is known to be gone.
    #[must_use]
    pub fn is_orphaned(&self) -> bool {
        self.waiter.is_alive() == Some(false)
    }

    /// Whether a process that shows it runs, as far as can be told.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        self.viewer.as_ref().is_some_and(|viewer| viewer.is_alive() == Some(true))
    }
}

const COLUMNS: &str =
    "id, asker, pid, started, machine, form, opened_ms, deadline_ms, state, answer, viewer_pid,
    viewer_started, viewer_machine, ended_by, ended_ms";

impl Store {
    /// Keeps a request and returns its id.
    ///
    /// # Errors
    /// The database failed.
    pub fn open_request(&self, draft: &RequestDraft<'_>, now_ms: u64) -> Result<String, StoreError> {
        let id = uuid::Uuid::now_v7().to_string();
        let RequestDraft { asker, waiter, title, form, deadline_ms } = draft;
        self.write_durably(|transaction| {
            transaction.execute(
                "INSERT INTO requests (id, asker, pid, started, machine, form, opened_ms, deadline_ms, state)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'open')",
                params![
                    id,
                    asker.as_str(),
                    waiter.pid,
                    waiter.started,
                    waiter.machine,
                    form,
                    to_row(now_ms),
                    to_row(*deadline_ms)
                ],
            )?;
            let data = json!({ "id": id, "title": title });
            insert_event(transaction, now_ms, "request.opened", asker.as_str(), &data.to_string())?;
            Ok(())
        })?;
        Ok(id)
    }

    /// Ends a request that is open; tells whether it was. What has ended stays as it ended. `by`: who or what ended it.
    ///
    /// # Errors
    /// The database failed.
    pub fn end_request(
        &self,
        id: &str,
        state: &RequestState,
        by: &str,
        now_ms: u64,
    ) -> Result<bool, StoreError> {
        self.write_durably(|transaction| {
            let mut update = transaction.prepare_cached(
                "UPDATE requests SET state = ?2, answer = ?3, ended_by = ?4, ended_ms = ?5
                 WHERE id = ?1 AND state = 'open' RETURNING asker",
            )?;
            let values = params![id, state.name(), state.answer(), by, to_row(now_ms)];
            let asker: Option<String> = update.query_row(values, |row| row.get(0)).optional()?;
            let Some(asker) = asker else { return Ok(false) };
            let data = json!({ "id": id, "by": by });
            insert_event(
                transaction,
                now_ms,
                &format!("request.{}", state.name()),
                &asker,
                &data.to_string(),
            )?;
            Ok(true)
        })
    }

    /// Ends every open request that nobody waits for any more, and returns the ids.
    ///
    /// # Errors
    /// The database failed.
    pub fn cancel_orphaned_requests(&self, now_ms: u64) -> Result<Vec<String>, StoreError> {
        let mut cancelled = Vec::new();
        for row in self.open_requests()?.into_iter().filter(RequestRow::is_orphaned) {
            if self.end_request(&row.id, &RequestState::Cancelled, "asker-gone", now_ms)? {
                cancelled.push(row.id);
            }
        }
        Ok(cancelled)
    }

    /// Says which process shows a request.
    ///
    /// # Errors
    /// The database failed.
    pub fn set_request_viewer(&self, id: &str, viewer: &ProcessIdentity) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction.execute(
                "UPDATE requests SET viewer_pid = ?2, viewer_started = ?3, viewer_machine = ?4 WHERE id = ?1",
                params![id, viewer.pid, viewer.started, viewer.machine],
            )?;
            Ok(())
        })
    }

    /// The request with an id.
    ///
    /// # Errors
    /// The database failed, or the row cannot be read.
    pub fn request(&self, id: &str) -> Result<Option<RequestRow>, StoreError> {
        Ok(select(&self.lock(), "id = ?1", params![id])?.pop())
    }

    /// The requests that wait for an answer, oldest first.
    ///
    /// # Errors
    /// The database failed, or a row cannot be read.
    pub fn open_requests(&self) -> Result<Vec<RequestRow>, StoreError> {
        select(&self.lock(), "state = 'open'", params![])
    }
}

fn select(
    connection: &Connection,
    condition: &str,
    arguments: &[&dyn rusqlite::ToSql],
) -> Result<Vec<RequestRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM requests WHERE {condition} ORDER BY seq");
    let mut select = connection.prepare_cached(&sql)?;
    let mut rows = select.query(arguments)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

fn read(row: &Row<'_>) -> Result<RequestRow, StoreError> {
    let (state, answer): (String, Option<String>) = (row.get(8)?, row.get(9)?);
    let state = match (state.as_str(), answer) {
        ("open", None) => RequestState::Open,
        ("answered", Some(values)) => RequestState::Answered(values),
        ("declined", None) => RequestState::Declined,
        ("timed-out", None) => RequestState::TimedOut,
        ("cancelled", None) => RequestState::Cancelled,
        _ => return Err(StoreError::Unknown { table: "requests", value: state }),
    };
    let viewer: (Option<u32>, Option<String>, Option<String>) = (row.get(10)?, row.get(11)?, row.get(12)?);
    let viewer = match viewer {
        (Some(pid), Some(started), Some(machine)) => Some(ProcessIdentity { pid, started, machine }),
        (_, _, _) => None,
    };
    Ok(RequestRow {
        id: row.get(0)?,
        asker: row.get(1)?,
        waiter: ProcessIdentity { pid: row.get(2)?, started: row.get(3)?, machine: row.get(4)? },
        form: row.get(5)?,
        opened_ms: from_row(row.get(6)?),
        deadline_ms: from_row(row.get(7)?),
        state,
        viewer,
        ended_by: row.get(13)?,
        ended_ms: row.get::<_, Option<i64>>(14)?.map(from_row),
    })
}
