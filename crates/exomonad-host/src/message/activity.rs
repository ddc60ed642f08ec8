//! Keeps what an agent's harness does, from hook to hook.
//!
//! Rules: only a hook of the conversation itself says that a turn begins or ends, since a subagent's may come at any time;
//! a row is written only when it changes, so that most hooks cost one indexed read.

use camino::Utf8PathBuf;

use crate::contract::{Hook, HookEvent, Verdict};
use crate::harness::{Harness, Notice};
use crate::store::{Activity, AgentRow, Doing, Store, StoreError};

/// A hook that was decided.
#[derive(Debug)]
pub(crate) struct Heard<'a> {
    /// Whose it was.
    pub(crate) agent: &'a AgentRow,
    /// Who asked.
    pub(crate) harness: Harness,
    /// What was asked.
    pub(crate) hook: &'a Hook,
    /// What was answered: it tells whether a dialog opens, and whether a turn ends.
    pub(crate) verdict: &'a Verdict,
    /// Where the harness says that it takes messages.
    pub(crate) socket: Option<Utf8PathBuf>,
    /// When, in milliseconds since 1970.
    pub(crate) now_ms: u64,
}

/// What a hook tells of its agent that is not known yet, for whoever records the hook.
///
/// # Errors
/// The database failed.
pub(crate) fn news(store: &Store, heard: &Heard<'_>) -> Result<Option<Activity>, StoreError> {
    let known = store.activity(&heard.agent.name)?;
    let start = start(store, heard)?;
    Ok(next(known.as_ref(), heard, start).filter(|activity| known.as_ref() != Some(activity)))
}

/// What comes after the start of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    /// The first prompt, without anybody's doing.
    Prompt,
    /// Nothing, until somebody says something.
    Wait,
}

/// What comes next when a session starts. An agent's launcher gives its harness a prompt with a new conversation, and with no
/// other; a harness that somebody starts by hand in the agent's workspace waits for them.
fn start(store: &Store, heard: &Heard<'_>) -> Result<Start, StoreError> {
    let is_new = matches!(&heard.hook.event, HookEvent::SessionStart(source) if source == "startup" || source == "fork");
    if !is_new || heard.agent.parent.is_none() {
        return Ok(Start::Wait);
    }
    let is_launched = store.latest_run(&heard.agent.name)?.is_some_and(|run| run.ended.is_none());
    Ok(if is_launched { Start::Prompt } else { Start::Wait })
}

/// What is known after a hook; nothing when it tells nothing of its agent.
fn next(known: Option<&Activity>, heard: &Heard<'_>, start: Start) -> Option<Activity> {
    let session = &heard.hook.session;
    let same = known.filter(|known| known.session == *session);
    let doing = doing(same.map(|known| known.doing), heard, start)?;
    // The end of an earlier conversation may be told after the next one began.
    if doing == Doing::Ended && known.is_some() && same.is_none() {
        return None;
    }
    let since_ms = same.filter(|known| known.doing == doing).map_or(heard.now_ms, |known| known.since_ms);
    Some(Activity { session: session.clone(), doing, since_ms, socket: heard.socket.clone() })
}

/// What the harness does after a hook; nothing when the hook does not tell.
fn doing(known: Option<Doing>, heard: &Heard<'_>, start: Start) -> Option<Doing> {
    let Heard { harness, hook, verdict, .. } = heard;
    let opens_dialog = matches!(verdict, Verdict::Pass | Verdict::Ask(_));
    if hook.subagent.is_some() {
        return of_subagent(known, &hook.event, opens_dialog);
    }
    match &hook.event {
        // It happens in the middle of a turn, or between two.
        HookEvent::SessionStart(source) if source == "compact" => known,
        HookEvent::SessionStart(_) => Some(match start {
            Start::Prompt => Doing::Working,
            Start::Wait => Doing::Idle,
        }),
        HookEvent::PromptSubmitted(_) => match verdict {
            Verdict::Deny(_) | Verdict::Block(_) | Verdict::Halt(_) => known,
            Verdict::Pass | Verdict::Allow | Verdict::Ask(_) | Verdict::Rewrite(_) => Some(Doing::Working),
        },
        HookEvent::PreTool(_) | HookEvent::PostTool(_) | HookEvent::BeforeModel | HookEvent::AfterModel => {
            Some(Doing::Working)
        }
        HookEvent::PermissionRequested(_) => Some(if opens_dialog { Doing::Asking } else { Doing::Working }),
        HookEvent::Notification((kind, _)) => match harness.notice(kind) {
            Notice::Asks => Some(Doing::Asking),
            Notice::Waits => Some(Doing::Idle),
            Notice::Other => None,
        },
        HookEvent::Stop(_) => Some(match verdict {
            Verdict::Block(_) | Verdict::Deny(_) => Doing::Working,
            Verdict::Pass | Verdict::Allow | Verdict::Ask(_) | Verdict::Rewrite(_) | Verdict::Halt(_) => {
                Doing::Idle
            }
        }),
        HookEvent::SessionEnd(_) => Some(Doing::Ended),
        HookEvent::SubagentStart(_)
        | HookEvent::SubagentStop(_)
        | HookEvent::PreCompact(_)
        | HookEvent::WorkerExit(_)
        | HookEvent::Other(_) => None,
    }
}

/// What a subagent's hook tells of its conversation: only that a dialog opens, and that it was answered.
fn of_subagent(known: Option<Doing>, event: &HookEvent, opens_dialog: bool) -> Option<Doing> {
    if matches!(event, HookEvent::PermissionRequested(_)) {
        return opens_dialog.then_some(Doing::Asking);
    }
    let goes_on = matches!(event, HookEvent::PreTool(_) | HookEvent::PostTool(_));
    (goes_on && known == Some(Doing::Asking)).then_some(Doing::Working)
}

#[cfg(test)]
mod tests;
