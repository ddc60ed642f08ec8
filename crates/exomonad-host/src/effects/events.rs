//! Effects of namespace `events`.

use serde_json::{Map, Value};

use super::{Failure, World, error, invalid, planned};
use crate::contract::events::Host;
use crate::contract::{EffectError, EffectErrorKind, Event};
use crate::store::EventFilter;

/// The most data an event carries, in bytes.
const DATA_CAP: usize = 64 << 10;

/// The first words of kinds that only the host records, so that a guest cannot forge its own record.
const HOST_KINDS: &[&str] = &["hook", "host"];

impl Host for World {
    fn emit(&mut self, kind: String, data: String) -> Result<u64, Failure> {
        self.act("events.emit", |caller| {
            check_kind(&kind)?;
            if data.len() > DATA_CAP {
                return Err(invalid(format!(
                    "an event's data has at most {DATA_CAP} bytes, not {}",
                    data.len()
                )));
            }
            serde_json::from_str::<Map<String, Value>>(&data)
                .map_err(|err| invalid(format!("an event's data is a JSON object: {err}")))?;
            Ok(caller.services.store.record_event(caller.cx.now_ms, &kind, caller.agent(), &data)?)
        })
    }

    fn list(&mut self, kinds: Vec<String>, after_id: u64, limit: u32) -> Result<Vec<Event>, Failure> {
        self.act("events.list", |caller| {
            if !(1..=1000).contains(&limit) {
                return Err(invalid("`limit` is between 1 and 1000"));
            }
            let filter = EventFilter { kinds, agents: Vec::new(), after: after_id };
            Ok(caller.services.store.first_events(&filter, limit)?)
        })
    }

    fn wait(&mut self, _: Vec<String>, _: u64, _: u32) -> Result<Vec<Event>, Failure> {
        self.act("events.wait", |_| planned::unavailable("events.wait"))
    }
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
