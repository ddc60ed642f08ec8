//! `exomonad events`: what the agents did, step by step.

use std::time::Duration;

use exomonad_host::contract::Event;
use exomonad_host::store::{EventFilter, Store, Watching, event_line};
use serde_json::{Map, Value};

use super::project::{require_repository, require_store};
use super::words::time;
use crate::cli::EventsArgs;
use crate::env::Env;
use crate::exit::Exit;
use crate::output::{Output, clean};

/// The longest time without a look while following.
const LOOK_AGAIN: Duration = Duration::from_secs(60);
/// How many events are read at once.
const BATCH: u32 = 1000;
/// How many of the newest are printed when nobody says how many, nor from where on.
const NEWEST: u32 = 50;
/// How much of a value is shown to a person.
const VALUE_CHARS: usize = 300;

pub(crate) fn run(env: &Env, output: &Output, args: &EventsArgs) -> anyhow::Result<Exit> {
    let repository = require_repository(env)?;
    let store = require_store(&repository)?;
    let (kinds, agents) = (args.kind.clone(), args.agent.clone());
    let mut filter = EventFilter { kinds, agents, after: args.after.unwrap_or_default() };
    // Watching begins before the first look, so that nothing falls in between.
    let watching = args.follow.then(|| store.changes().watch());
    let mut generation = watching.as_ref().map(Watching::generation);
    match (args.after, args.limit) {
        // Whoever says where it was wants all that came since.
        (Some(_), None) => print_on(&store, output, &mut filter, args.json)?,
        (_, limit) => {
            let newest = store.newest_event_id()?;
            let events = store.last_events(&filter, limit.unwrap_or(NEWEST))?;
            // Following begins after what was shown, or at the end when nothing matched so far.
            filter.after = events.last().map_or(filter.after.max(newest), |event| event.id);
            print(output, &events, args.json)?;
        }
    }
    let Some(watching) = watching else { return Ok(Exit::Ok) };
    loop {
        let seen = generation.take().unwrap_or_default();
        generation = Some(watching.wait(seen, LOOK_AGAIN));
        print_on(&store, output, &mut filter, args.json)?;
    }
}

/// Prints all that follows.
fn print_on(store: &Store, output: &Output, filter: &mut EventFilter, as_json: bool) -> anyhow::Result<()> {
    loop {
        let events = store.first_events(filter, BATCH)?;
        let Some(last) = events.last() else { return Ok(()) };
        filter.after = last.id;
        print(output, &events, as_json)?;
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
    format!("{}\n", event_line(event))
}

fn to_text(event: &Event) -> String {
    let data: Map<String, Value> = serde_json::from_str(&event.data).unwrap_or_default();
    let fields: Vec<String> =
        data.iter().map(|(key, value)| format!("{key}={}", short(&plain(value)))).collect();
    let agent = if event.agent.is_empty() { "-" } else { &event.agent };
    let line = format!("{} {} {} {}", time(event.time_ms), agent, event.kind, fields.join(" "));
    format!("{}\n", clean(&line.replace(['\n', '\t'], " ")))
}

fn short(text: &str) -> String {
    match text.char_indices().nth(VALUE_CHARS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
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
