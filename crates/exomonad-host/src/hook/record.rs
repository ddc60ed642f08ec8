//! The event that each hook leaves in the project's log: what was asked and what was decided, never the payload.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde_json::{Map, Value};

use crate::contract::{Decision, HookEvent, ToolUse, Verdict};
use crate::harness::{Answer, Asked, Downgrade, Harness};

/// The most that is kept of a reason, in characters.
const REASON_CAP: usize = 300;

/// The kind of the event, such as `hook.pre-tool-use`.
pub(super) fn kind(event: &str) -> String {
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let known = event.len() <= 60 && !event.is_empty() && event.chars().all(legal);
    if known { format!("hook.{event}") } else { "hook.other".to_owned() }
}

/// What is recorded of a decided hook. `decision` is the guest's; so many messages went along with it.
pub(super) fn decided(
    harness: Harness,
    asked: &Asked,
    decision: &Decision,
    answer: &Answer,
    messages: usize,
    micros: u64,
) -> String {
    let mut data = Map::new();
    let mut put = |key: &str, value: &str| {
        data.insert(key.to_owned(), Value::String(value.to_owned()));
    };
    put("harness", harness.name());
    put("session", &asked.hook.session);
    match &asked.hook.event {
        HookEvent::PreTool(tool) | HookEvent::PermissionRequested(tool) => put("tool", &tool.name),
        HookEvent::PostTool(done) => {
            put("tool", &done.tool.name);
            if done.failed {
                put("failed_call", &call(&done.tool));
            }
        }
        HookEvent::SessionStart(word) | HookEvent::SessionEnd(word) | HookEvent::PreCompact(word) => {
            put("why", word);
        }
        HookEvent::Notification((kind, _)) => put("why", kind),
        HookEvent::SubagentStart(kind) => put("subagent", kind),
        HookEvent::Other(name) => put("event", name),
        HookEvent::WorkerExit(status) => put("status", status),
        HookEvent::PromptSubmitted(_)
        | HookEvent::Stop(_)
        | HookEvent::SubagentStop(_)
        | HookEvent::BeforeModel
        | HookEvent::AfterModel => {}
    }
    if let Some(subagent) = &asked.hook.subagent {
        put("in_subagent", subagent);
    }
    let (verdict, reason) = words_of(&decision.verdict);
    put("verdict", verdict);
    if let Some(reason) = reason {
        put("reason", &shorten(reason));
    }
    if decision.context.is_some() {
        put("context", "added");
    }
    if messages > 0 {
        data.insert("messages".to_owned(), messages.into());
    }
    data.insert("micros".to_owned(), micros.into());
    if !answer.downgrades.is_empty() {
        let downgrades =
            answer.downgrades.iter().map(|downgrade| Value::String(downgraded(downgrade))).collect();
        data.insert("downgrades".to_owned(), Value::Array(downgrades));
    }
    Value::Object(data).to_string()
}

/// Tells the same call of a tool from every other one, without its arguments.
fn call(tool: &ToolUse) -> String {
    let mut hasher = DefaultHasher::new();
    (&tool.name, &tool.input).hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// What is recorded of a hook that could not be decided.
pub(super) fn failed(harness: Harness, event: &str, why: &str, closed: bool) -> String {
    let outcome = if closed { "denied" } else { "let go" };
    serde_json::json!({
        "harness": harness.name(), "event": shorten(event), "error": shorten(why), "outcome": outcome,
    })
    .to_string()
}

fn downgraded(downgrade: &Downgrade) -> String {
    match downgrade {
        Downgrade::Verdict { from, to, why } => format!("{} became {}: {why}", from.name(), to.name()),
        Downgrade::ContextDropped => "the text for the model was dropped".to_owned(),
        Downgrade::ContextInReason => "the text for the model went into the reason".to_owned(),
        Downgrade::MessageDropped => "the text for the user was dropped".to_owned(),
    }
}

/// The word for a verdict, and its reason.
pub(crate) fn words_of(verdict: &Verdict) -> (&'static str, Option<&str>) {
    match verdict {
        Verdict::Pass => ("pass", None),
        Verdict::Allow => ("allow", None),
        Verdict::Deny(reason) => ("deny", Some(reason)),
        Verdict::Ask(reason) => ("ask", Some(reason)),
        Verdict::Rewrite(_) => ("rewrite", None),
        Verdict::Block(reason) => ("block", Some(reason)),
        Verdict::Halt(reason) => ("halt", Some(reason)),
    }
}

pub(super) fn shorten(text: &str) -> String {
    text.chars().take(REASON_CAP).collect()
}
