//! `exomonad events`: what the agents did, step by step.

use std::time::Duration;

use exomonad_host::contract::Event;
use exomonad_host::store::EventFilter;
use serde_json::{Map, Value, json};

use super::project::{require_repository, require_store};
use super::words::time;
use crate::cli::EventsArgs;
use crate::env::Env;
use crate::exit::Exit;
use crate::output::{Output, clean};

/// How often `--follow` looks for more.
const LOOK_AGAIN: Duration = Duration::from_millis(200);
/// How many events are read at once.
const BATCH: u32 = 1000;

pub(crate) fn run(env: &Env, output: &Output, args: &EventsArgs) -> anyhow::Result<Exit> {
    let repository = require_repository(env)?;
    let store = require_store(&repository)?;
    let mut filter = EventFilter { kinds: args.kind.clone(), agents: args.agent.clone(), after: args.after };
    let events = store.last_events(&filter, args.limit)?;
    // Following begins after what was shown, or at the end when nothing matched so far.
    filter.after = match events.last() {
        Some(event) => event.id,
        None => filter.after.max(store.newest_event_id()?),
    };
    print(output, &events, args.json)?;
    if !args.follow {
        return Ok(Exit::Ok);
    }
    loop {
        std::thread::park_timeout(LOOK_AGAIN);
        let events = store.first_events(&filter, BATCH)?;
        filter.after = events.last().map_or(filter.after, |event| event.id);
        print(output, &events, args.json)?;
    }
}

fn print(output: &Output, events: &[Event], as_json: bool) -> anyhow::Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let line = if as_json { to_json } else { to_text };
    let text: String = events.iter().map(line).collect();
    output.answer(&text)?;
    Ok(())
}

fn to_json(event: &Event) -> String {
    let data: Value = serde_json::from_str(&event.data).unwrap_or(Value::Null);
    let object = json!({
        "schema": 1, "id": event.id, "time": time(event.time_ms), "kind": event.kind, "agent": event.agent, "data": data,
    });
    format!("{object}\n")
}

fn to_text(event: &Event) -> String {
    let data: Map<String, Value> = serde_json::from_str(&event.data).unwrap_or_default();
    let fields: Vec<String> = data.iter().map(|(key, value)| format!("{key}={}", plain(value))).collect();
    let agent = if event.agent.is_empty() { "-" } else { &event.agent };
    let line = format!("{} {} {} {}", time(event.time_ms), agent, event.kind, fields.join(" "));
    format!("{}\n", clean(&line.replace(['\n', '\t'], " ")))
}

/// A value without the marks of JSON, where it can do without.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) if !text.is_empty() && !text.contains(char::is_whitespace) => text.clone(),
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => value.to_string(),
    }
}
