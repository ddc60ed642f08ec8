//! What happened, read from the project's log: one line for each step that a person wants to see, and the sums.

use std::collections::BTreeMap;

use exomonad_host::contract::Event;
use exomonad_host::store::{Sender, Store};
use serde_json::Value;

use crate::output::Mark;

/// How much of a reason or a message is shown, in characters.
const SHOWN: usize = 120;

/// One step, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) mark: Mark,
    pub(super) agent: String,
    pub(super) text: String,
}

/// What one agent did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Deeds {
    pub(super) role: String,
    pub(super) parent: Option<String>,
    pub(super) tools: u32,
    pub(super) held: u32,
    pub(super) denied: u32,
    /// How often a tool of ours refused.
    pub(super) refused: u32,
    pub(super) sent: u32,
    pub(super) removed: bool,
    /// Its conversation has begun.
    pub(super) waits: bool,
    /// How its harness ended; absent while it runs.
    pub(super) exit: Option<String>,
}

/// A pull request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) author: String,
    pub(super) merged: bool,
    pub(super) changes_requested: u32,
}

/// Everything that happened so far.
#[derive(Debug, Default)]
pub(super) struct Story {
    pub(super) agents: BTreeMap<String, Deeds>,
    pub(super) requests: BTreeMap<u64, Request>,
    /// The paths that a merge could not bring together, as the lead told of them.
    pub(super) conflicts: u32,
    /// Agents that ended with an error.
    pub(super) gave_up: Vec<String>,
    /// Why it cannot go on.
    pub(super) failure: Option<String>,
}

impl Story {
    /// Takes an event into account, and tells of it when it is worth a line.
    pub(super) fn take(&mut self, store: &Store, event: &Event) -> anyhow::Result<Option<Line>> {
        let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
        let field = |name: &str| data.get(name).and_then(Value::as_str).unwrap_or_default();
        let agent = event.agent.as_str();
        let told = |mark: Mark, text: String| Ok(Some(Line { mark, agent: agent.to_owned(), text }));
        match (event.kind.as_str(), field("verdict")) {
            ("agent.spawned", _) => {
                let deeds = self.deeds(agent);
                deeds.role = field("role").to_owned();
                deeds.parent = Some(field("parent").to_owned());
                told(Mark::Done, format!("is spawned by {} as {}", field("parent"), field("role")))
            }
            ("agent.started", _) if agent == "root" => {
                self.deeds(agent).role = "tl".to_owned();
                told(Mark::Done, "is at work".to_owned())
            }
            ("hook.session-start", _) => {
                self.deeds(agent).waits = true;
                Ok(None)
            }
            ("hook.pre-tool-use", "deny") => {
                self.deeds(agent).denied += 1;
                told(Mark::Wrong, format!("may not use {}: {}", field("tool"), shown(field("reason"))))
            }
            ("hook.stop", "block") => {
                self.deeds(agent).held += 1;
                told(Mark::ToDo, format!("is held: {}", shown(field("reason"))))
            }
            ("tool.done", _) => {
                self.deeds(agent).tools += 1;
                Ok(None)
            }
            ("host.tool-called", _) if field("outcome") == "refused" => {
                self.deeds(agent).refused += 1;
                told(Mark::Wrong, format!("has {} refused: {}", field("tool"), shown(field("why"))))
            }
            ("message.queued", _) => self.message(store, agent, &data),
            ("agent.removed", _) => {
                self.deeds(agent).removed = true;
                told(Mark::Done, "is done, and cleaned up".to_owned())
            }
            ("agent.exited", _) => {
                self.exited(agent, &data);
                Ok(None)
            }
            ("agent.failed", _) => {
                self.failure = Some(format!("`{agent}` could not be started: {}", field("error")));
                Ok(None)
            }
            (kind, _) if kind.starts_with("pull.") => Ok(self.request(kind, agent, &data)),
            _ => Ok(None),
        }
    }

    fn deeds(&mut self, agent: &str) -> &mut Deeds {
        self.agents.entry(agent.to_owned()).or_default()
    }

    /// A message was sent; the event is about its recipient.
    fn message(&mut self, store: &Store, to: &str, data: &Value) -> anyhow::Result<Option<Line>> {
        let field = |name: &str| data.get(name).and_then(Value::as_str).unwrap_or_default();
        let (from, kind) = (field("from"), field("kind"));
        // Reviews, merges and ends have lines of their own.
        if kind.starts_with("pull.") || kind.starts_with("review.") || kind == "exit" {
            return Ok(None);
        }
        // Neither a person nor exomonad itself is an agent.
        if ![Sender::Human.as_str(), Sender::Host.as_str()].contains(&from) {
            self.deeds(from).sent += 1;
        }
        let body = store.message(field("id"))?.map(|message| message.body).unwrap_or_default();
        if body.contains("conflict") {
            self.conflicts += 1;
        }
        if kind.ends_with(".failure") {
            self.failure = Some(format!("`{from}` reported a failure: {}", shown(&body)));
        }
        let text = format!("to {to}: {}", shown(&body));
        Ok(Some(Line { mark: Mark::Next, agent: from.to_owned(), text }))
    }

    fn exited(&mut self, agent: &str, data: &Value) {
        let how = match (data.get("code").and_then(Value::as_i64), data.get("signal").and_then(Value::as_i64))
        {
            (Some(code), _) => format!("exit code {code}"),
            (None, Some(signal)) => format!("signal {signal}"),
            (None, None) => "unseen".to_owned(),
        };
        if data.get("code").and_then(Value::as_i64).is_some_and(|code| code == 1) {
            self.gave_up.push(agent.to_owned());
            self.failure = Some(format!("`{agent}` gave up"));
        }
        self.deeds(agent).exit = Some(how);
    }

    fn request(&mut self, kind: &str, agent: &str, data: &Value) -> Option<Line> {
        let number = data.get("number").and_then(Value::as_u64)?;
        let field = |name: &str| data.get(name).and_then(Value::as_str).unwrap_or_default();
        let request = self.requests.entry(number).or_default();
        request.author = agent.to_owned();
        let (mark, text) = match kind {
            "pull.filed" => (Mark::Done, format!("files PR #{number} into {}", field("base"))),
            "pull.updated" => return None,
            "pull.reviewed" if field("state").contains("change") => {
                request.changes_requested += 1;
                (Mark::ToDo, format!("is asked by {} to change PR #{number}", field("by")))
            }
            "pull.reviewed" => (Mark::Done, format!("has PR #{number} approved by {}", field("by"))),
            "pull.merged" => {
                request.merged = true;
                (Mark::Done, format!("has PR #{number} merged into {}", field("base")))
            }
            _ => return None,
        };
        Some(Line { mark, agent: agent.to_owned(), text })
    }
}

/// The beginning of a text, in one line.
fn shown(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line.to_owned(),
    }
}
