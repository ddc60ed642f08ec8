//! What agents and people are told when something happens that they did not do themselves.
//!
//! Rules: an agent hears what it has to do next, its parent what it has to decide, and nobody hears what the host has told
//! already. What others wrote is quoted and named as theirs.

mod checks;
mod pull;
mod stuck;

use exomonad_sdk::log::Level;
use exomonad_sdk::{Action, Context, Event, Host};
use pull::Pull;
use serde::de::DeserializeOwned;
use serde_json::Value;
use stuck::Stuck;

/// The events that anybody is told of.
pub(crate) const EVENTS: &[&str] = &[
    "agent.stuck",
    "pull.seen",
    "pull.reviewed",
    "pull.commented",
    "pull.checks-failed",
    "pull.checks-passed",
    "pull.merged",
    "pull.closed",
    "pull.conflicted",
    "pull.base-moved",
];

/// Decides who is told what.
pub(crate) fn react(host: &mut dyn Host, cx: &Context, event: &Event) -> Vec<Action> {
    let told = Told { cx, actions: Vec::new() };
    let kind = event.kind.as_str();
    let reacted = match kind.strip_prefix("pull.") {
        Some(kind) => read::<Pull>(event).map(|pull| pull::react(host, told, kind, &pull)),
        None => read::<Stuck>(event).map(|stuck| stuck::react(told, &stuck)),
    };
    reacted.unwrap_or_else(|error| {
        host.log(
            Level::Warn,
            &format!("event {} ({kind}) has data that make no sense: {error}", event.id),
            "",
        );
        Vec::new()
    })
}

/// An event's data. What is missing or null is empty: a forge need not know everything.
fn read<T: DeserializeOwned>(event: &Event) -> Result<T, serde_json::Error> {
    let mut data: Value = serde_json::from_str(&event.data)?;
    take_nulls(&mut data);
    serde_json::from_value(data)
}

fn take_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(take_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(take_nulls),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What is said, and to whom.
struct Told<'a> {
    cx: &'a Context,
    actions: Vec<Action>,
}

impl Told<'_> {
    /// To the agent that the event is about.
    fn agent(&mut self, text: String) {
        self.actions.push(Action::Send((self.cx.agent.name.clone(), text)));
    }

    /// To its parent, or to the person where it has none.
    fn above(&mut self, text: String) {
        match &self.cx.agent.parent {
            Some(parent) => self.actions.push(Action::Send((parent.clone(), text))),
            None => self.actions.push(Action::Notify(text.chars().take(1000).collect())),
        }
    }
}
