//! Effects of namespace `events`.

use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use super::{Caller, Failure, World, error, invalid};
use crate::contract::events::Host;
use crate::contract::{EffectError, EffectErrorKind, Event};
use crate::store::{EventFilter, StoreError};

/// The most data an event carries, in bytes.
const DATA_CAP: usize = 64 << 10;

/// The first words of kinds that only the host records, so that a guest cannot forge its own record.
const HOST_KINDS: &[&str] = &["agent", "base", "hook", "host", "message", "pull", "request", "ui", "work"];

/// The most events that one call returns.
const LIST_CAP: u32 = 1000;

impl Host for World {
    fn emit(&mut self, kind: String, data: String) -> Result<u64, Failure> {
        self.act("events.emit", |caller| {
            require_event(&kind, &data)?;
            let now_ms = caller.services.clock.now_ms();
            Ok(caller.services.store.record_event(now_ms, &kind, caller.agent(), &data)?)
        })
    }

    fn list(&mut self, kinds: Vec<String>, after_id: u64, limit: u32) -> Result<Vec<Event>, Failure> {
        self.act("events.list", |caller| {
            if !(1..=LIST_CAP).contains(&limit) {
                return Err(invalid(format!("`limit` is between 1 and {LIST_CAP}")));
            }
            let filter = EventFilter { kinds, agents: Vec::new(), after: after_id };
            Ok(caller.services.store.first_events(&filter, limit)?)
        })
    }

    fn wait(&mut self, kinds: Vec<String>, after_id: u64, timeout_ms: u32) -> Result<Vec<Event>, Failure> {
        let limit = Duration::from_millis(timeout_ms.into());
        self.act_waiting("events.wait", limit, |caller| {
            Ok(first_of(caller, EventFilter { kinds, agents: Vec::new(), after: after_id })?)
        })
    }
}

/// The first matching events, as soon as there are any, or none once the time is up or the call is to end.
fn first_of(caller: &Caller<'_>, mut filter: EventFilter) -> Result<Vec<Event>, StoreError> {
    let begun = Instant::now();
    let store = &caller.services.store;
    let events = store.first_events(&filter, LIST_CAP)?;
    if !events.is_empty() || caller.time_left.is_zero() {
        return Ok(events);
    }
    let watching = store.changes().watch();
    loop {
        let generation = watching.generation();
        // No query has to read again what an earlier one has passed over.
        let newest = store.newest_event_id()?;
        let events = store.first_events(&filter, LIST_CAP)?;
        let left = caller.time_left.saturating_sub(begun.elapsed());
        if !events.is_empty() || left.is_zero() || caller.stop.waits_no_more() {
            return Ok(events);
        }
        filter.after = filter.after.max(newest);
        watching.wait(generation, left);
    }
}

/// Refuses what a guest may not record.
pub(crate) fn require_event(kind: &str, data: &str) -> Result<(), EffectError> {
    check_kind(kind)?;
    if data.len() > DATA_CAP {
        return Err(invalid(format!("an event's data has at most {DATA_CAP} bytes, not {}", data.len())));
    }
    serde_json::from_str::<Map<String, Value>>(data)
        .map_err(|err| invalid(format!("an event's data is a JSON object: {err}")))?;
    Ok(())
}

fn check_kind(kind: &str) -> Result<(), EffectError> {
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_');
    if kind.is_empty() || kind.len() > 100 || !kind.chars().all(legal) {
        return Err(invalid("an event's kind is 1 to 100 of `a-z`, `0-9`, `.`, `-`, `_`"));
    }
    if kind.split('.').next().is_some_and(|first| HOST_KINDS.contains(&first)) {
        return Err(error(EffectErrorKind::PermissionDenied, format!("only the host records `{kind}`")));
    }
    Ok(())
}
