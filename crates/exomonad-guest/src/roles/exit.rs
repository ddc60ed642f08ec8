//! Tells an agent's parent that its harness ended.

use exomonad_sdk::kv::Scope;
use exomonad_sdk::{Context, EffectError, Event, Host};
use serde_json::Value;

/// What the host records when a harness was started; the event's agent is the one it was started for.
const STARTED: &str = "agent.started";

/// What the host records when a message is stored; its data has the sender and the kind.
const QUEUED: &str = "message.queued";

/// Under this key is the start whose end was told last.
const TOLD: &str = "exit.told";

/// How many events are read at once, and how often: an old project has many, and a hook little time.
const PAGE: u32 = 1000;
const PAGES: usize = 20;

/// Sends the parent one message for each end. The root has nobody to tell.
pub(super) fn tell_parent(host: &mut dyn Host, cx: &Context, status: &str) -> Result<(), EffectError> {
    if cx.agent.parent.is_none() {
        return Ok(());
    }
    let name = &cx.agent.name;
    let start = last(host, STARTED, 0, |event| event.agent == *name)?.map(|event| event.id);
    let told = host.kv_get(Scope::Agent, TOLD)?;
    if let Some(start) = start {
        let start = start.to_string();
        // Another hook may be telling of the same end right now: who sets it tells.
        if told.as_ref() == Some(&start)
            || !host.kv_compare_and_set(Scope::Agent, TOLD, told.as_deref(), &start)?
        {
            return Ok(());
        }
    }
    let sent = report(host, cx, start.unwrap_or_default()).and_then(|report| {
        host.messages_send("parent", "exit", &text(name, status, report.as_deref()), None, false)
    });
    if let Err(err) = sent {
        // Nobody was told, so that the next one may.
        host.kv_set(Scope::Agent, TOLD, told.as_deref().unwrap_or_default())?;
        return Err(err);
    }
    Ok(())
}

/// The last word of the agent's own about its task since it was started: `success` or `failure`.
fn report(host: &mut dyn Host, cx: &Context, since: u64) -> Result<Option<String>, EffectError> {
    let kind = |event: &Event| {
        let data: Value = serde_json::from_str(&event.data).ok()?;
        let kind = data.get("kind")?.as_str()?.strip_prefix("report.")?.to_owned();
        let is_own = data.get("from")?.as_str()? == cx.agent.name;
        (is_own && matches!(kind.as_str(), "success" | "failure")).then_some(kind)
    };
    Ok(last(host, QUEUED, since, |event| kind(event).is_some())?.and_then(|event| kind(&event)))
}

/// The newest event of this kind that fits.
fn last(
    host: &mut dyn Host,
    kind: &str,
    mut after: u64,
    fits: impl Fn(&Event) -> bool,
) -> Result<Option<Event>, EffectError> {
    let mut found = None;
    for _ in 0..PAGES {
        let events = host.events_list(&[kind.to_owned()], after, PAGE)?;
        let is_last = u32::try_from(events.len()).is_ok_and(|count| count < PAGE);
        after = events.last().map_or(after, |event| event.id);
        found = events.into_iter().rev().find(|event| fits(event)).or(found);
        if is_last {
            break;
        }
    }
    Ok(found)
}

fn text(name: &str, status: &str, report: Option<&str>) -> String {
    let reported = match report {
        Some(report) => format!("It had reported {report}."),
        None => "It had reported neither success nor failure: look at its workspace before you rely on it."
            .to_owned(),
    };
    format!("Agent `{name}` has ended: {status}. {reported}")
}
