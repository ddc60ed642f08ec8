//! Tells the guest of events, each once and in order, and does what it wants done.
//!
//! Rules: what a reaction does and that it was done are one change of the database; what the guest fails on is tried a few
//! times and then passed over, and either is recorded; a reaction to what reactions caused comes to an end.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{Duty, DutyError};
use crate::agent::AgentName;
use crate::contract::{Action, EffectError};
use crate::effects::{require_event, require_notice, show_notice};
use crate::store::{Act, AgentRow, Caused, ReactionsAt, StoreError};
use crate::tool::{ReactError, Toolbox};

/// How often the guest may fail on one event.
const TRIES: u32 = 3;

/// How long it rests after it failed.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// The most events whose reactions are one change.
const BATCH: u32 = 50;

/// The most that one reaction does.
const ACTIONS: usize = 100;

/// How many reactions an event may be away from one that no reaction caused.
const DEPTH: u32 = 4;

/// The most bytes of a message that says what several events were.
const TOGETHER_BYTES: usize = 128 << 10;

/// The kind of such a message.
const SEVERAL: &str = "events";

/// How long it rests when it waits for nothing but a change of the database.
const REST: Duration = Duration::from_secs(3600);

/// Stands for the parent of the agent that an event is about.
const PARENT: &str = "parent";

/// The events that tell of reactions. Nobody reacts to them.
const OWN: &str = "host.reaction";

/// The duty.
#[derive(Debug)]
pub(super) struct Reactions {
    toolbox: Toolbox,
    kinds: Vec<String>,
    /// There is nothing to react to up to this event.
    seen: u64,
    /// The guest failed, and is left alone until then.
    resting: Option<Instant>,
}

/// What is to be done for some events.
#[derive(Debug, Default)]
struct Todo {
    acts: Vec<Act>,
    /// Agents, and what the person is to be told about them.
    notices: Vec<(String, String)>,
}

impl Reactions {
    /// The reactions of a guest; nothing for one that reacts to no event. Those to what happens from now on count.
    pub(super) fn of(toolbox: &Toolbox) -> Option<Self> {
        let wanted = toolbox.info().events.iter().filter(|kind| !kind.starts_with(OWN));
        let kinds: Vec<String> = wanted.cloned().collect();
        if kinds.is_empty() {
            return None;
        }
        let begun = toolbox.store().reactions(toolbox.guest_hash());
        crate::drop_logged(begun.map_err(|err| crate::explain(&err)), "find out where reactions begin");
        Some(Self { toolbox: toolbox.clone(), kinds, seen: 0, resting: None })
    }

    fn now_ms(&self) -> u64 {
        self.toolbox.clock().now_ms()
    }

    /// Reacts to events that follow one another, up to the first one on which the guest fails.
    fn react(&mut self, mut at: ReactionsAt, events: &[Caused]) -> Result<(), DutyError> {
        let mut todo = Todo::default();
        let (mut upto, mut failed) = (None, None);
        for caused in events {
            match self.todo_for(caused, &mut todo)? {
                Ok(()) => upto = Some(caused.event.id),
                Err(err) => {
                    failed = Some((&caused.event, err));
                    break;
                }
            }
        }
        let store = self.toolbox.store();
        if let Some(upto) = upto {
            if !store.react(at, upto, &todo.acts, self.now_ms())? {
                return Ok(());
            }
            for (agent, text) in &todo.notices {
                show_notice(store, &self.toolbox.site().surroundings, agent, text)?;
            }
            at = ReactionsAt { after: upto, failures: 0 };
        }
        if let Some((event, err)) = failed {
            let why = crate::explain(&err);
            tracing::warn!(event = event.id, kind = event.kind, "the guest did not react: {why}");
            store.fail_reaction(at, event, &why, TRIES, self.now_ms())?;
            self.resting = Instant::now().checked_add(AFTER_FAILURE);
        }
        Ok(())
    }

    /// Adds what the guest wants done for an event. About an agent that is gone there is nothing to do.
    fn todo_for(&self, caused: &Caused, todo: &mut Todo) -> Result<Result<(), ReactError>, StoreError> {
        let Caused { event, depth } = caused;
        let name = AgentName::parse(&event.agent).ok();
        let row = name.map(|name| self.toolbox.store().agent(&name)).transpose()?.flatten();
        let Some(row) = row else { return Ok(Ok(())) };
        let mut about = About { row: &row, caused, todo };
        if *depth > DEPTH {
            about.refuse("react", "reactions to reactions go on without an end");
            return Ok(Ok(()));
        }
        let actions = match self.toolbox.react(&row, event) {
            Ok(actions) => actions,
            Err(err) => return Ok(Err(err)),
        };
        if actions.len() > ACTIONS {
            about
                .refuse("react", &format!("a reaction does at most {ACTIONS} things, not {}", actions.len()));
        }
        for action in actions.into_iter().take(ACTIONS) {
            match action {
                Action::Emit((kind, data)) => about.emit(kind, data),
                Action::Send((to, body)) => {
                    let to = self.recipient(&row, &to)?;
                    about.send(to, body);
                }
                Action::Notify(text) => about.notify(text),
            }
        }
        Ok(Ok(()))
    }

    /// The agent that a reaction writes to; nothing when there is none of that name.
    fn recipient(&self, row: &AgentRow, to: &str) -> Result<Option<AgentName>, StoreError> {
        if to == PARENT {
            return Ok(row.parent.clone());
        }
        let Ok(name) = AgentName::parse(to) else { return Ok(None) };
        Ok(self.toolbox.store().agent(&name)?.map(|row| row.name))
    }
}

impl Duty for Reactions {
    fn name(&self) -> &'static str {
        "reactions"
    }

    fn go(&mut self) -> Result<Duration, DutyError> {
        if let Some(until) = self.resting.take() {
            let left = until.saturating_duration_since(Instant::now());
            if !left.is_zero() {
                self.resting = Some(until);
                return Ok(left);
            }
        }
        let store = std::sync::Arc::clone(self.toolbox.store());
        let now_ms = self.now_ms();
        let rest = match store.send_held(now_ms)? {
            Some(due_ms) => Duration::from_millis(due_ms.saturating_sub(now_ms)),
            None => REST,
        };
        let newest = store.newest_event_id()?;
        if newest <= self.seen {
            return Ok(rest);
        }
        let at = store.reactions(self.toolbox.guest_hash())?;
        let events = store.events_to_react_to(&self.kinds, at.after.max(self.seen), BATCH)?;
        if events.is_empty() {
            self.seen = newest;
            return Ok(rest);
        }
        self.react(at, &events)?;
        // There may be more, or the same again.
        Ok(Duration::ZERO)
    }
}

/// An event about an agent, and what is to be done for it.
struct About<'a> {
    row: &'a AgentRow,
    caused: &'a Caused,
    todo: &'a mut Todo,
}

impl About<'_> {
    fn emit(&mut self, kind: String, data: String) {
        match require_event(&kind, &data) {
            Ok(()) => self.record(kind, data),
            Err(EffectError { message, .. }) => self.refuse("emit", &message),
        }
    }

    /// Messages to one agent that come of events that came together are one message.
    fn send(&mut self, to: Option<AgentName>, text: String) {
        let Some(to) = to else { return self.refuse("send", "there is no such agent") };
        let now = self.depth();
        let same = self.todo.acts.iter_mut().rev().find_map(|act| match act {
            Act::Send { to: other, kind, body, depth } if *other == to => Some((kind, body, depth)),
            Act::Send { .. } | Act::Emit { .. } => None,
        });
        match same {
            Some((kind, body, depth)) if body.len() + text.len() <= TOGETHER_BYTES => {
                if *kind != self.caused.event.kind {
                    SEVERAL.clone_into(kind);
                }
                body.push_str("\n\n");
                body.push_str(&text);
                *depth = now.max(*depth);
            }
            Some(_) | None => {
                let kind = self.caused.event.kind.clone();
                self.todo.acts.push(Act::Send { to, kind, body: text, depth: now });
            }
        }
    }

    fn notify(&mut self, text: String) {
        match require_notice(&text) {
            Ok(()) => {
                self.record("ui.notified".to_owned(), json!({ "text": text }).to_string());
                self.todo.notices.push((self.row.name.to_string(), text));
            }
            Err(EffectError { message, .. }) => self.refuse("notify", &message),
        }
    }

    fn refuse(&mut self, act: &str, why: &str) {
        let event = &self.caused.event;
        let data = json!({ "event": event.id, "kind": event.kind, "act": act, "why": why });
        self.record("host.reaction-refused".to_owned(), data.to_string());
    }

    fn record(&mut self, kind: String, data: String) {
        let (agent, depth) = (self.row.name.to_string(), self.depth());
        self.todo.acts.push(Act::Emit { agent, kind, data, depth });
    }

    fn depth(&self) -> u32 {
        self.caused.depth.saturating_add(1)
    }
}
