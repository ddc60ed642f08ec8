//! What a hook leaves behind: an event, its span, and what its agent does now.

use super::activity::{Activity, upsert};
use super::events::{insert_event, prepare_event};
use super::spans::{insert_spans, prepare_spans};
use super::{Store, StoreError};
use crate::agent::AgentName;
use crate::telemetry::Span;

/// A hook that was answered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HookRecord<'a> {
    /// Whose it was, when that is known.
    pub(crate) agent: Option<&'a AgentName>,
    /// The kind of the event.
    pub(crate) kind: &'a str,
    /// What there is to know of it, as JSON.
    pub(crate) data: &'a str,
    /// What the agent does now, where that has changed.
    pub(crate) activity: Option<&'a Activity>,
    /// The same at more length, for traces.
    pub(crate) span: Option<&'a Span>,
    /// Milliseconds since 1970.
    pub(crate) now_ms: u64,
}

impl Store {
    /// Keeps all of it, in one change: every change costs a hook a tenth of a millisecond.
    ///
    /// # Errors
    /// The database failed, and nothing was kept.
    pub(crate) fn record_hook(&self, record: &HookRecord<'_>) -> Result<(), StoreError> {
        let HookRecord { kind, data, now_ms, .. } = *record;
        let name = record.agent.map_or("", AgentName::as_str);
        let activity = record.agent.zip(record.activity);
        if activity.is_none() && record.span.is_none() {
            // One statement is a change of its own.
            insert_event(&self.lock(), now_ms, kind, name, data)?;
            return Ok(());
        }
        {
            let connection = self.lock();
            prepare_event(&connection)?;
            if record.span.is_some() {
                prepare_spans(&connection)?;
            }
        }
        self.write(|transaction| {
            if let Some((agent, activity)) = activity {
                upsert(transaction, agent, activity)?;
            }
            insert_spans(transaction, record.span.map_or(&[], std::slice::from_ref))?;
            insert_event(transaction, now_ms, kind, name, data)?;
            Ok(())
        })
    }
}
