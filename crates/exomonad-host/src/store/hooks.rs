//! What a hook leaves behind: an event, and what its agent does now.

use super::activity::{Activity, upsert};
use super::events::insert_event;
use super::{Store, StoreError};
use crate::agent::AgentName;

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
        let Some((agent, activity)) = record.agent.zip(record.activity) else {
            // One statement is a change of its own.
            insert_event(&self.lock(), now_ms, kind, name, data)?;
            return Ok(());
        };
        self.write(|transaction| {
            upsert(transaction, agent, activity)?;
            insert_event(transaction, now_ms, kind, name, data)?;
            Ok(())
        })
    }
}
