//! `exomonad log`: what an agent did, what it was told and what it told others, in the order of time.

use std::time::Duration;

use exomonad_host::agent::{AgentFiles, AgentName};
use exomonad_host::contract::Event;
use exomonad_host::contract::messages::Message;
use exomonad_host::git::Repository;
use exomonad_host::store::{EventFilter, Store};
use serde_json::{Map, Value, json};

use super::events::plain;
use super::project::{no_agent, require_repository, require_store};
use super::words::time;
use crate::cli::LogArgs;
use crate::env::Env;
use crate::exit::Exit;
use crate::output::{Mark, Output, clean};

/// The longest time without a look while following.
const LOOK_AGAIN: Duration = Duration::from_secs(60);
/// How many entries of each kind are read at once while following.
const BATCH: u32 = 1000;
/// How much of a message is shown.
const BODY_LINES: usize = 20;
const BODY_CHARS: usize = 2000;
/// A message is shown itself, so that the event of its sending is left out.
const QUEUED: &str = "message.queued";

pub(crate) fn run(env: &Env, output: &Output, args: &LogArgs) -> anyhow::Result<Exit> {
    let repository = require_repository(env)?;
    let store = require_store(&repository)?;
    let mut log = Log::new(&args.name);
    // Watching begins before the first look, so that nothing falls in between.
    let watching = args.follow.then(|| store.changes().watch());
    let mut generation = watching.as_ref().map(exomonad_host::store::Watching::generation);
    let entries = log.last(&store, args.limit)?;
    if entries.is_empty() && !is_known(&store, &args.name)? {
        return Err(no_agent(&store, &args.name)?);
    }
    print(output, &entries, &args.name, args.json)?;
    if !args.json {
        name_terminal(env, output, &repository, &args.name);
    }
    let Some(watching) = watching else { return Ok(Exit::Ok) };
    loop {
        let seen = generation.take().unwrap_or_default();
        generation = Some(watching.wait(seen, LOOK_AGAIN));
        let entries = log.next(&store)?;
        print(output, &entries, &args.name, args.json)?;
    }
}

/// Whether there is such an agent. One that was cleaned up is known by what it left in the log.
fn is_known(store: &Store, name: &str) -> anyhow::Result<bool> {
    let filter = EventFilter { agents: vec![name.to_owned()], ..EventFilter::default() };
    let row = AgentName::parse(name).ok().map(|name| store.agent(&name)).transpose()?.flatten();
    Ok(row.is_some() || !store.first_events(&filter, 1)?.is_empty())
}

/// Says where the terminal's own record is, where there is one.
fn name_terminal(env: &Env, output: &Output, repository: &Repository, name: &str) {
    let Ok(name) = AgentName::parse(name) else { return };
    let terminal = AgentFiles::new(&repository.state_dir(), &name).terminal_log();
    if terminal.is_file() {
        output.say(Mark::Next, &format!("what its terminal showed is in {}", env.show(&terminal)));
    }
}

/// One line of the log.
enum Entry {
    Event(Event),
    Message(Message),
}

impl Entry {
    fn time_ms(&self) -> u64 {
        match self {
            Self::Event(event) => event.time_ms,
            Self::Message(message) => message.time_ms,
        }
    }
}

/// What of an agent's log was read.
struct Log {
    filter: EventFilter,
    agent: String,
    /// The last message's number.
    after: i64,
}

impl Log {
    fn new(agent: &str) -> Self {
        let filter = EventFilter { agents: vec![agent.to_owned()], ..EventFilter::default() };
        Self { filter, agent: agent.to_owned(), after: 0 }
    }

    /// The newest entries.
    fn last(&mut self, store: &Store, limit: u32) -> anyhow::Result<Vec<Entry>> {
        // Where following begins when nothing is found; taken first, so that what comes meanwhile is not left out.
        let newest = store.newest_event_id()?;
        let events = store.last_events(&self.filter, limit)?;
        // At least one, for its number.
        let messages = store.correspondence(&self.agent, 0, limit.max(1))?;
        self.filter.after = events.last().map_or(newest, |event| event.id);
        let mut entries = self.merge(events, messages);
        let surplus = entries.len().saturating_sub(usize::try_from(limit).unwrap_or(usize::MAX));
        entries.drain(..surplus);
        Ok(entries)
    }

    /// What came since.
    fn next(&mut self, store: &Store) -> anyhow::Result<Vec<Entry>> {
        let events = store.first_events(&self.filter, BATCH)?;
        let messages = store.correspondence(&self.agent, self.after, BATCH)?;
        self.filter.after = events.last().map_or(self.filter.after, |event| event.id);
        Ok(self.merge(events, messages))
    }

    fn merge(&mut self, events: Vec<Event>, messages: Vec<(i64, Message)>) -> Vec<Entry> {
        self.after = messages.last().map_or(self.after, |(seq, _)| *seq);
        let events = events.into_iter().filter(|event| event.kind != QUEUED).map(Entry::Event);
        let messages = messages.into_iter().map(|(_, message)| Entry::Message(message));
        let mut entries: Vec<_> = events.chain(messages).collect();
        entries.sort_by_key(Entry::time_ms);
        entries
    }
}

fn print(output: &Output, entries: &[Entry], agent: &str, as_json: bool) -> anyhow::Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let text: String =
        entries.iter().map(|entry| if as_json { to_json(entry) } else { to_text(entry, agent) }).collect();
    output.answer(&text)?;
    Ok(())
}

fn to_json(entry: &Entry) -> String {
    let object = match entry {
        Entry::Event(event) => {
            let data: Value = serde_json::from_str(&event.data).unwrap_or(Value::Null);
            json!({
                "schema": 1, "time": time(event.time_ms), "entry": "event", "id": event.id, "kind": event.kind,
                "data": data,
            })
        }
        Entry::Message(message) => json!({
            "schema": 1, "time": time(message.time_ms), "entry": "message", "id": message.id, "kind": message.kind,
            "from": message.from, "to": message.to, "reply_to": message.reply_to, "body": message.body,
        }),
    };
    format!("{object}\n")
}

fn to_text(entry: &Entry, agent: &str) -> String {
    match entry {
        Entry::Event(event) => {
            let data: Map<String, Value> = serde_json::from_str(&event.data).unwrap_or_default();
            let fields = data.iter().map(|(key, value)| format!(" {key}={}", plain(value)));
            let line = format!("{} {}{}", time(event.time_ms), event.kind, fields.collect::<String>());
            format!("{}\n", clean(&line.replace(['\n', '\t'], " ")))
        }
        Entry::Message(message) => {
            let other = match message.from == agent {
                true => format!("to {}", message.to),
                false => format!("from {}", message.from),
            };
            let head = format!("{} message {other}, {}", time(message.time_ms), message.kind);
            format!("{}\n{}", clean(&head), body(&message.body))
        }
    }
}

/// The beginning of a message, set in.
fn body(text: &str) -> String {
    let shown: String = text.chars().take(BODY_CHARS).collect();
    let lines: Vec<&str> = shown.lines().take(BODY_LINES).collect();
    let block: String = lines.iter().map(|line| format!("    {}\n", clean(line))).collect();
    if lines.join("\n").len() >= text.trim_end().len() {
        return block;
    }
    format!("{block}    … {} bytes in all; `--json` has them\n", text.len())
}
