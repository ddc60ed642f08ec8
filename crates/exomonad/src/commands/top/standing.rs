//! How an agent stands, in a sign and a few words: what it does, its pull request, its checks, its last step.

use exomonad_host::agent::AgentView;
use exomonad_host::contract::Event;
use exomonad_host::store::{AgentState, Doing, Exit, PullGlance, PullWord};
use serde_json::{Map, Value};

use super::note::Tone;
use super::seen::Seen;
use crate::commands::words::age;

/// How an agent stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It asks the person something.
    Asks,
    /// It gets nowhere.
    Stuck,
    /// A dialog of its harness waits for its user.
    Dialog,
    Running,
    /// It waits for a prompt.
    Waiting,
    Starting,
    Stopped,
    /// It ended with an error, or never began.
    Broken,
}

impl Standing {
    pub(super) fn of(view: &AgentView, seen: &Seen) -> Self {
        if seen.requests.iter().any(|row| row.asker == view.row.name.as_str()) {
            return Self::Asks;
        }
        match view.state {
            AgentState::Starting => Self::Starting,
            AgentState::Failed => Self::Broken,
            AgentState::Stopped => match view.exit() {
                Some(Exit::Code(0)) | None => Self::Stopped,
                Some(Exit::Code(_) | Exit::Signal(_) | Exit::Unseen) => Self::Broken,
            },
            AgentState::Running if is_stuck(view, seen) => Self::Stuck,
            AgentState::Running => match view.activity.as_ref().map(|now| now.doing) {
                Some(Doing::Asking) => Self::Dialog,
                Some(Doing::Idle) => Self::Waiting,
                Some(Doing::Working | Doing::Ended) | None => Self::Running,
            },
        }
    }

    pub(super) fn tone(self) -> Tone {
        match self {
            Self::Asks | Self::Dialog => Tone::Wanted,
            Self::Stuck | Self::Broken => Tone::Bad,
            Self::Running => Tone::Good,
            Self::Waiting | Self::Starting => Tone::Plain,
            Self::Stopped => Tone::Dim,
        }
    }

    /// A sign that says it without words and without colour.
    pub(super) fn sign(self, utf8: bool) -> &'static str {
        match (self, utf8) {
            (Self::Asks | Self::Dialog, _) => "?",
            (Self::Stuck, _) => "!",
            (Self::Broken, true) => "✗",
            (Self::Broken, false) => "x",
            (Self::Running, true) => "●",
            (Self::Running, false) => "*",
            (Self::Waiting, true) => "○",
            (Self::Waiting, false) => "o",
            (Self::Starting, true) => "◌",
            (Self::Starting, false) => "+",
            (Self::Stopped, true) => "·",
            (Self::Stopped, false) => "-",
        }
    }
}

/// Whether it did nothing since it was found to get nowhere.
fn is_stuck(view: &AgentView, seen: &Seen) -> bool {
    seen.glance.steps.get(view.row.name.as_str()).is_some_and(|step| step.kind == "agent.stuck")
}

/// What it does and since when: `running 3m`.
pub(super) fn state_words(view: &AgentView, standing: Standing, seen: &Seen, now_ms: u64) -> String {
    let name = view.row.name.as_str();
    let word = match standing {
        Standing::Asks => "asks you".to_owned(),
        Standing::Stuck => "stuck".to_owned(),
        Standing::Dialog => "dialog".to_owned(),
        Standing::Broken => match view.exit() {
            Some(Exit::Code(code)) => format!("exit {code}"),
            Some(Exit::Signal(signal)) => format!("signal {signal}"),
            Some(Exit::Unseen) | None => view.word().to_owned(),
        },
        Standing::Running | Standing::Waiting | Standing::Starting | Standing::Stopped => {
            view.word().to_owned()
        }
    };
    let since_ms = match standing {
        Standing::Asks => seen.requests.iter().find(|row| row.asker == name).map(|row| row.opened_ms),
        Standing::Stuck => seen.glance.steps.get(name).map(|step| step.time_ms),
        Standing::Dialog
        | Standing::Running
        | Standing::Waiting
        | Standing::Starting
        | Standing::Stopped
        | Standing::Broken => None,
    };
    format!("{word} {}", age(now_ms, since_ms.unwrap_or_else(|| view.since_ms())))
}

/// Its pull request: `#3 open`.
pub(super) fn pull_words(pull: PullGlance) -> (String, Tone) {
    let (word, tone) = match pull.word {
        PullWord::Open => ("open", Tone::Plain),
        PullWord::Changes => ("changes", Tone::Wanted),
        PullWord::Approved => ("approved", Tone::Good),
        PullWord::Merged => ("merged", Tone::Dim),
        PullWord::Closed => ("closed", Tone::Dim),
    };
    (format!("#{} {word}", pull.number), tone)
}

/// How its checks stand: those of the forge, else the commands that were seen in its workspace.
pub(super) fn check_words(view: &AgentView, pull: Option<PullGlance>, seen: &Seen) -> Option<(String, Tone)> {
    if let Some(failed) = pull.and_then(|pull| pull.checks_failed) {
        let (word, tone) = if failed { ("CI failed", Tone::Bad) } else { ("CI ok", Tone::Good) };
        return Some((word.to_owned(), tone));
    }
    let checked = seen.glance.checked.get(view.row.name.as_str())?;
    Some(match checked.failed {
        0 => (format!("{} ok", checked.ran), Tone::Good),
        failed => (format!("{failed} failed"), Tone::Bad),
    })
}

/// What it did last and how long ago: ` 4s Bash`.
pub(super) fn step_words(event: &Event, now_ms: u64) -> String {
    let data = data(event);
    // A command says more than the tool that ran it; what MCP puts before the name of one of its tools says nothing.
    let command = data.get("what").and_then(Value::as_str).filter(|what| !what.is_empty());
    let tool = data.get("tool").and_then(Value::as_str).and_then(|tool| tool.rsplit("__").next());
    let kind = event.kind.strip_prefix("hook.").or(event.kind.strip_prefix("host."));
    let what = command.or(tool).or(kind).unwrap_or(&event.kind);
    format!("{:>3} {what}", age(now_ms, event.time_ms))
}

/// A number of tokens: `950`, `34k`, `1.2M`.
pub(super) fn token_words(tokens: u64) -> String {
    match tokens {
        0..1_000 => tokens.to_string(),
        1_000..1_000_000 => format!("{}k", tokens / 1_000),
        _ => format!("{}.{}M", tokens / 1_000_000, tokens / 100_000 % 10),
    }
}

pub(super) fn data(event: &Event) -> Map<String, Value> {
    serde_json::from_str(&event.data).unwrap_or_default()
}
