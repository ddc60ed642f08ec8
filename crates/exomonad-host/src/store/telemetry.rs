//! How far the spans went out, and where to.

use rusqlite::{Transaction, params};

use super::events::{from_row, to_row};
use super::spans::insert_spans;
use super::{Store, StoreError};
use crate::telemetry::Span;

/// What became of the project's spans so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TelemetryRow {
    /// Where they go, as the lead's environment said: JSON; absent: it said nothing.
    pub settings: Option<String>,
    /// Whether they go anywhere.
    pub exporting: bool,
    /// The last one that arrived, or that is older than the wish to export.
    pub exported: u64,
    /// How many were removed that should have gone out.
    pub dropped: u64,
    /// How many of those a collector was told of.
    pub dropped_told: u64,
    /// The last event that spans were made of.
    pub caught_up: u64,
    /// Why the last attempt failed; absent when it did not.
    pub failure: Option<String>,
}

/// A message's way, once it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HopRow {
    /// The event that told of its end.
    pub(crate) event: u64,
    pub(crate) id: String,
    pub(crate) sender: String,
    pub(crate) recipient: String,
    pub(crate) sent_ms: u64,
    pub(crate) handed_ms: Option<u64>,
    pub(crate) handed_by: Option<String>,
    pub(crate) ended_ms: u64,
    pub(crate) failed: bool,
}

/// Messages whose way ended after an event. One that was only acknowledged ended with that.
const HOPS: &str = "SELECT events.id, messages.id, sender, recipient, sent_ms, handed_ms, handed_by, time_ms,
        events.kind = 'message.failed'
     FROM events JOIN messages ON messages.id = data ->> 'id'
     WHERE events.id > ?1 AND (events.kind IN ('message.seen', 'message.failed')
         OR events.kind = 'message.acked' AND seen_ms IS NULL)
     ORDER BY events.id LIMIT ?2";

impl Store {
    /// What became of the project's spans so far.
    ///
    /// # Errors
    /// The database failed.
    pub fn telemetry(&self) -> Result<TelemetryRow, StoreError> {
        let connection = self.lock();
        let mut select = connection.prepare_cached(
            "SELECT settings, exporting, exported, dropped, dropped_told, caught_up, failure FROM telemetry",
        )?;
        Ok(select.query_row([], |row| {
            Ok(TelemetryRow {
                settings: row.get(0)?,
                exporting: row.get(1)?,
                exported: from_row(row.get(2)?),
                dropped: from_row(row.get(3)?),
                dropped_told: from_row(row.get(4)?),
                caught_up: from_row(row.get(5)?),
                failure: row.get(6)?,
            })
        })?)
    }

    /// How many spans wait to go out.
    ///
    /// # Errors
    /// The database failed.
    pub fn buffered_spans(&self) -> Result<u64, StoreError> {
        let count = "SELECT count(*) FROM spans, telemetry WHERE id > exported AND exporting AND sampled";
        Ok(from_row(self.lock().query_row(count, [], |row| row.get(0))?))
    }

    /// Keeps where spans go: JSON; absent: nowhere.
    ///
    /// # Errors
    /// The database failed.
    pub fn set_telemetry_settings(&self, settings: Option<&str>) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction.execute("UPDATE telemetry SET settings = ?1", params![settings])?;
            set_exporting(transaction, settings.is_some())
        })
    }

    /// Whether spans go out from now on. Those that are there already stay where they are: nobody wanted them exported.
    ///
    /// # Errors
    /// The database failed.
    pub fn set_exporting(&self, exporting: bool) -> Result<(), StoreError> {
        self.write(|transaction| set_exporting(transaction, exporting))
    }

    /// Spans up to this number arrived, and their collector knows of so many that did not.
    pub(crate) fn set_exported(&self, number: u64, dropped_told: u64) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction.execute(
                "UPDATE telemetry SET exported = max(exported, ?1), dropped_told = ?2, failure = NULL",
                params![to_row(number), to_row(dropped_told)],
            )?;
            Ok(())
        })
    }

    /// Why spans do not arrive. The same again is not written again.
    pub(crate) fn set_export_failure(&self, failure: &str) -> Result<(), StoreError> {
        if self.telemetry()?.failure.as_deref() == Some(failure) {
            return Ok(());
        }
        self.lock().execute("UPDATE telemetry SET failure = ?1", params![failure])?;
        Ok(())
    }

    /// The first `limit` messages whose way ended after this event.
    pub(crate) fn hops_after(&self, event: u64, limit: u32) -> Result<Vec<HopRow>, StoreError> {
        let connection = self.lock();
        let mut select = connection.prepare_cached(HOPS)?;
        let rows = select.query_map(params![to_row(event), limit], |row| {
            Ok(HopRow {
                event: from_row(row.get(0)?),
                id: row.get(1)?,
                sender: row.get(2)?,
                recipient: row.get(3)?,
                sent_ms: from_row(row.get(4)?),
                handed_ms: row.get::<_, Option<i64>>(5)?.map(from_row),
                handed_by: row.get(6)?,
                ended_ms: from_row(row.get(7)?),
                failed: row.get(8)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Records the spans that were made of events up to `to`; says that somebody else made them when those up to `from` are not
    /// the last that spans were made of.
    pub(crate) fn catch_up(&self, from: u64, to: u64, spans: &[Span]) -> Result<bool, StoreError> {
        self.write(|transaction| {
            let moved = transaction.execute(
                "UPDATE telemetry SET caught_up = ?2 WHERE caught_up = ?1",
                params![to_row(from), to_row(to)],
            )?;
            if moved == 1 {
                insert_spans(transaction, spans)?;
            }
            Ok(moved == 1)
        })
    }
}

fn set_exporting(transaction: &Transaction<'_>, exporting: bool) -> Result<(), StoreError> {
    let newest = "(SELECT coalesce(max(id), 0) FROM spans)";
    let change = format!(
        "UPDATE telemetry SET exported = CASE WHEN exporting THEN exported ELSE {newest} END, exporting = ?1, failure = NULL
         WHERE exporting <> ?1"
    );
    transaction.execute(&change, params![exporting])?;
    Ok(())
}
