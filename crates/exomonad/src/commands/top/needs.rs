//! Why a person is needed, so that each reason is told once.

use std::collections::BTreeMap;

use exomonad_host::agent::AgentName;
use exomonad_host::ui::{form_of, stuck_words};
use serde_json::Value;

use super::note::one_line;
use super::seen::Seen;
use super::standing::{Standing, data};

/// What is told of a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Need {
    pub(super) title: String,
    pub(super) text: String,
}

/// Every reason there is now, by what makes it that one.
pub(super) fn needs(seen: &Seen) -> BTreeMap<String, Need> {
    let mut needs = BTreeMap::new();
    let mut add = |key: String, title: String, text: &str| {
        needs.insert(key, Need { title: one_line(&title), text: one_line(text) });
    };
    for row in &seen.requests {
        let title = form_of(row).map_or_else(|_unread| String::new(), |form| form.title);
        add(format!("request {}", row.id), format!("{} asks you", row.asker), &title);
    }
    for view in &seen.glance.agents {
        let name = view.row.name.as_str();
        let key = |what: &str, since: u64| format!("{what} {name} {since}");
        match Standing::of(view, seen) {
            Standing::Stuck => {
                let step = seen.glance.steps.get(name);
                let why = step.map(|step| stuck_words(&Value::Object(data(step))));
                let id = step.map(|step| step.id).unwrap_or_default();
                add(key("stuck", id), format!("{name} is stuck"), &why.unwrap_or_default());
            }
            Standing::Dialog => {
                add(key("dialog", view.since_ms()), format!("{name} waits for you"), "a dialog is open");
            }
            Standing::Waiting if view.row.name == AgentName::root() => {
                add(key("waits", view.since_ms()), format!("{name} waits for you"), "its turn has ended");
            }
            Standing::Asks
            | Standing::Running
            | Standing::Waiting
            | Standing::Starting
            | Standing::Stopped
            | Standing::Broken => {}
        }
    }
    for event in seen.events.iter().filter(|event| event.kind == "ui.notified") {
        let data = data(event);
        let text = data.get("text").and_then(Value::as_str).unwrap_or_default();
        add(format!("notice {}", event.id), format!("{} says", event.agent), text);
    }
    needs
}
