//! Spans, in the order in which they ended.
//!
//! A span's number is one more than the newest's: the newest is never removed, so no number is given twice.

use opentelemetry::trace::{SpanId, TraceId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::events::{from_row, insert_event, to_row};
use super::{Store, StoreError};
use crate::telemetry::{Attributes, Moment, Span, SpanKind, TraceContext};

/// A span, and its number.
pub(crate) type NumberedSpan = (u64, Span);

const COLUMNS: &str = "id, trace, span, parent, sampled, name, kind, agent, begin_us, duration_us, failure, attributes, moments, link";

const INSERT: &str =
    "INSERT INTO spans (trace, span, parent, sampled, name, kind, agent, begin_us, duration_us, failure, attributes,
         moments, link)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";

/// How many spans are kept, and from when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SpanBounds {
    /// So many of the newest.
    pub(crate) spans: u64,
    /// None that ended before: microseconds since 1970.
    pub(crate) oldest_us: u64,
    /// So many are removed at once, so that no other writer waits long.
    pub(crate) at_once: u64,
}

impl Store {
    /// Records spans.
    ///
    /// # Errors
    /// The database failed.
    pub fn record_spans(&self, spans: &[Span]) -> Result<(), StoreError> {
        self.write(|transaction| insert_spans(transaction, spans))
    }

    /// Records an event and the spans that tell the same at more length.
    ///
    /// # Errors
    /// The database failed.
    pub fn record_event_with_spans(
        &self,
        time_ms: u64,
        kind: &str,
        agent: &str,
        data: &str,
        spans: &[Span],
    ) -> Result<u64, StoreError> {
        if spans.is_empty() {
            return self.record_event(time_ms, kind, agent, data);
        }
        self.write(|transaction| {
            insert_spans(transaction, spans)?;
            Ok(insert_event(transaction, time_ms, kind, agent, data)?)
        })
    }

    /// The first `limit` spans after number `after`, those included that nobody wants exported.
    pub(crate) fn spans_after(&self, after: u64, limit: u32) -> Result<Vec<NumberedSpan>, StoreError> {
        let connection = self.lock();
        let mut select = connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM spans WHERE id > ?1 ORDER BY id LIMIT ?2"))?;
        collect(select.query(params![to_row(after), limit])?)
    }

    /// Every span of a trace, in the order in which they began.
    ///
    /// # Errors
    /// The database failed, or a row cannot be read.
    pub fn spans_of(&self, trace: TraceId) -> Result<Vec<Span>, StoreError> {
        let connection = self.lock();
        let mut select = connection
            .prepare(&format!("SELECT {COLUMNS} FROM spans WHERE trace = ?1 ORDER BY begin_us, id"))?;
        let spans = collect(select.query(params![trace.to_string()])?)?;
        Ok(spans.into_iter().map(|(_, span)| span).collect())
    }

    /// The traces that are there, of one agent or of all, newest first: each with when its last span ended, in microseconds
    /// since 1970.
    ///
    /// # Errors
    /// The database failed.
    pub fn recorded_traces(&self, agent: Option<&str>) -> Result<Vec<(TraceId, u64)>, StoreError> {
        let connection = self.lock();
        let mut select = connection.prepare(
            "SELECT trace, max(begin_us + duration_us) AS ended FROM spans
             WHERE trace IN (SELECT trace FROM spans WHERE ?1 IS NULL OR agent = ?1)
             GROUP BY trace ORDER BY ended DESC, max(id) DESC",
        )?;
        let mut rows = select.query(params![agent])?;
        let mut traces = Vec::new();
        while let Some(row) = rows.next()? {
            traces.push((read_trace(&row.get::<_, String>(0)?)?, from_row(row.get(1)?)));
        }
        Ok(traces)
    }

    /// Removes the oldest spans beyond the bounds. Those that somebody wants who has not got them are counted.
    /// Returns how many were removed.
    pub(crate) fn drop_spans(&self, bounds: SpanBounds) -> Result<u64, StoreError> {
        // In the order of the numbers, so that a look at the oldest one is enough when there is nothing to do.
        let find = "SELECT id, begin_us + duration_us FROM spans ORDER BY id LIMIT 1";
        let oldest = self
            .lock()
            .prepare_cached(find)?
            .query_row([], |row| Ok((from_row(row.get(0)?), from_row(row.get::<_, i64>(1)?))));
        let Some((first, ended)) = oldest.optional()? else { return Ok(0) };
        let newest = self.newest_span()?;
        let is_within = newest - first < bounds.spans && ended >= bounds.oldest_us;
        if is_within || first == newest {
            return Ok(0);
        }
        self.write(|transaction| {
            let by_count = newest.saturating_sub(bounds.spans);
            let last = first.saturating_add(bounds.at_once).min(newest) - 1;
            let wanted = "SELECT count(*) FROM spans, telemetry
                 WHERE id <= ?1 AND (id <= ?2 OR begin_us + duration_us < ?3) AND id > exported AND exporting AND sampled";
            let arguments = params![to_row(last), to_row(by_count), to_row(bounds.oldest_us)];
            let wanted: i64 = transaction.query_row(wanted, arguments, |row| row.get(0))?;
            let removed = transaction.execute(
                "DELETE FROM spans WHERE id <= ?1 AND (id <= ?2 OR begin_us + duration_us < ?3)",
                arguments,
            )?;
            transaction.execute("UPDATE telemetry SET dropped = dropped + ?1", params![wanted])?;
            Ok(u64::try_from(removed).unwrap_or_default())
        })
    }

    /// The newest span's number; 0 when there is none.
    pub(crate) fn newest_span(&self) -> Result<u64, StoreError> {
        let connection = self.lock();
        let newest: Option<i64> = connection
            .prepare_cached("SELECT id FROM spans ORDER BY id DESC LIMIT 1")?
            .query_row([], |row| row.get(0))
            .optional()?;
        Ok(from_row(newest.unwrap_or_default()))
    }
}

/// Makes ready to record spans, before a change that other writers wait for.
pub(super) fn prepare_spans(connection: &Connection) -> Result<(), StoreError> {
    Ok(connection.prepare_cached(INSERT).map(drop)?)
}

/// Records spans as a part of a greater change.
pub(super) fn insert_spans(connection: &Connection, spans: &[Span]) -> Result<(), StoreError> {
    if spans.is_empty() {
        return Ok(());
    }
    let mut insert = connection.prepare_cached(INSERT)?;
    for span in spans {
        insert.execute(params![
            span.context.trace.to_string(),
            span.context.span.to_string(),
            span.parent.map(|parent| parent.to_string()),
            span.context.sampled,
            span.name,
            span.kind.name(),
            span.agent,
            to_row(span.begin_us),
            to_row(span.duration_us),
            span.failure,
            span.attributes.to_text(),
            (!span.moments.is_empty()).then(|| Moment::all_to_text(&span.moments)),
            span.link.map(|link| link.to_string()),
        ])?;
    }
    Ok(())
}

fn collect(mut rows: rusqlite::Rows<'_>) -> Result<Vec<NumberedSpan>, StoreError> {
    let mut spans = Vec::new();
    while let Some(row) = rows.next()? {
        spans.push(read(row)?);
    }
    Ok(spans)
}

fn read(row: &Row<'_>) -> Result<NumberedSpan, StoreError> {
    let kind: String = row.get(6)?;
    let attributes: String = row.get(11)?;
    let moments: Option<String> = row.get(12)?;
    let link: Option<String> = row.get(13)?;
    let span = Span {
        context: TraceContext {
            trace: read_trace(&row.get::<_, String>(1)?)?,
            span: read_span(&row.get::<_, String>(2)?)?,
            sampled: row.get(4)?,
        },
        parent: row.get::<_, Option<String>>(3)?.map(|parent| read_span(&parent)).transpose()?,
        name: row.get(5)?,
        kind: SpanKind::named(&kind).ok_or_else(|| unknown(&kind))?,
        agent: row.get(7)?,
        begin_us: from_row(row.get(8)?),
        duration_us: from_row(row.get(9)?),
        failure: row.get(10)?,
        attributes: Attributes::from_text(&attributes).ok_or_else(|| unknown(&attributes))?,
        moments: match moments {
            Some(text) => Moment::all_from_text(&text).ok_or_else(|| unknown(&text))?,
            None => Vec::new(),
        },
        link: match link {
            Some(text) => Some(TraceContext::parse(&text).ok_or_else(|| unknown(&text))?),
            None => None,
        },
    };
    Ok((from_row(row.get(0)?), span))
}

pub(super) fn read_trace(text: &str) -> Result<TraceId, StoreError> {
    TraceId::from_hex(text).ok().ok_or_else(|| unknown(text))
}

pub(super) fn read_span(text: &str) -> Result<SpanId, StoreError> {
    SpanId::from_hex(text).ok().ok_or_else(|| unknown(text))
}

fn unknown(value: &str) -> StoreError {
    StoreError::Unknown { table: "spans", value: value.to_owned() }
}

#[cfg(test)]
mod tests;
