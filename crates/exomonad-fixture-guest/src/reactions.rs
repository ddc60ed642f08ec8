//! What the fixture makes of an event: its data say what is to be done.

use exomonad_sdk::{Action, EffectError, Event, Host};
use serde_json::{Value, json};

use crate::behaviour::Behaviour;

/// The events it wants to hear of.
pub(crate) const EVENTS: &[&str] = &["test.event", "test.other"];

/// `send`, `emit` and `notify` are lists of actions; `again` emits the event once more; `effects` asks for what a reaction
/// may not ask for and emits what came of it.
pub(crate) fn react(host: &mut dyn Host, event: &Event) -> Vec<Action> {
    drop(Behaviour::named_in(&event.data).act(host));
    let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
    let list = |key: &str| data.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let pair = |value: &Value| {
        (text(value.get(0).unwrap_or(&Value::Null)), text(value.get(1).unwrap_or(&Value::Null)))
    };
    let mut actions: Vec<Action> = list("emit").iter().map(|entry| Action::Emit(pair(entry))).collect();
    actions.extend(list("send").iter().map(|entry| Action::Send(pair(entry))));
    actions.extend(list("notify").iter().map(|entry| Action::Notify(text(entry))));
    if data.get("again").is_some() {
        actions.push(Action::Emit((event.kind.clone(), event.data.clone())));
    }
    if data.get("effects").is_some() {
        actions.push(Action::Emit(("test.result".to_owned(), effects(host))));
    }
    actions
}

fn effects(host: &mut dyn Host) -> String {
    let emit = host.events_emit("test.emitted", "{}").map(drop);
    let send = host.messages_send("parent", "note", "x", None, false).map(drop);
    let notify = host.ui_notify("x");
    json!({ "emit": kind(&emit), "send": kind(&send), "notify": kind(&notify) }).to_string()
}

fn kind(result: &Result<(), EffectError>) -> &'static str {
    match result {
        Ok(()) => "done",
        Err(EffectError { kind: exomonad_sdk::EffectErrorKind::Unavailable, .. }) => "Unavailable",
        Err(_) => "refused",
    }
}
