//! What we print for a harness.
//!
//! The plan made here is what the harness's own `answer.rs` puts into words: it holds only what that harness can say.

use serde_json::{Map, Value};

use super::asked::Asked;
use super::downgrade::{Downgrade, Express, Fallback, VerdictKind, express};
use super::event::{EventSpec, FailureClass};
use super::{Harness, claude, codex, gemini};
use crate::contract::{Decision, HookKind, Verdict};

/// What goes back to the harness.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// Exactly one JSON object without a newline, or nothing.
    pub stdout: Option<String>,
    /// Text for people, and for the model where the exit status refuses.
    pub stderr: Option<String>,
    /// The exit status.
    pub exit: u8,
    /// What the decision wanted and the harness did not get.
    pub downgrades: Vec<Downgrade>,
}

/// A verdict that the harness has words for. Reasons are never blank.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Act {
    Pass,
    Allow,
    Deny(String),
    Ask(String),
    Rewrite(Map<String, Value>),
    Block(String),
    Halt(String),
}

/// What to say: the verdict, and the texts that this event can carry beside it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plan {
    pub(super) act: Act,
    pub(super) context: Option<String>,
    pub(super) message: Option<String>,
}

impl Plan {
    fn is_silent(&self) -> bool {
        self.act == Act::Pass && self.context.is_none() && self.message.is_none()
    }
}

/// What a refusal says when the guest gave no reason. Codex ignores a refusal with a blank one.
const NO_REASON: &str = "refused by the project's policy, which gave no reason";

pub(super) fn encode(harness: Harness, asked: &Asked, decision: &Decision) -> Answer {
    let mut downgrades = Vec::new();
    let plan = plan(harness, asked, decision, &mut downgrades);
    let Some(spec) = asked.spec.filter(|_| !plan.is_silent()) else {
        return Answer { downgrades, ..Answer::default() };
    };
    let encoded = match harness {
        Harness::Claude => claude::encode(spec, plan),
        Harness::Gemini => gemini::encode(spec, plan),
        Harness::Codex => codex::encode(spec, plan),
    };
    match encoded {
        Ok(json) => Answer { stdout: Some(json), downgrades, ..Answer::default() },
        Err(err) => {
            Answer { downgrades, ..refuse(Some(spec), &format!("failed to write the answer: {err}")) }
        }
    }
}

/// Exit status 2 with a reason on stderr and nothing on stdout refuses in every harness; a blank one does not in Codex.
pub(super) fn refuse(event: Option<&EventSpec>, reason: &str) -> Answer {
    let exit = match event.map(|spec| spec.class) {
        Some(FailureClass::Guard) => 2,
        Some(FailureClass::Nudge) | None => 0,
    };
    let reason = if reason.trim().is_empty() { "the hook failed" } else { reason };
    Answer { stdout: None, stderr: Some(reason.to_owned()), exit, downgrades: Vec::new() }
}

fn plan(harness: Harness, asked: &Asked, decision: &Decision, downgrades: &mut Vec<Downgrade>) -> Plan {
    let kind = asked.kind();
    let mut plan = Plan {
        act: Act::Pass,
        context: filled(decision.context.as_deref()),
        message: filled(decision.message.as_deref()),
    };
    let from = VerdictKind::from(&decision.verdict);
    match express(harness, kind, from) {
        Express::AsIs => plan.act = act(&decision.verdict, downgrades),
        Express::Downgrade { to, why } => {
            downgrades.push(Downgrade::Verdict { from, to, why });
            say_instead(&mut plan, reason_for(&decision.verdict, why), to, why);
        }
    }
    place_context(&mut plan, kind, asked.spec, downgrades);
    if !asked.spec.is_some_and(|spec| spec.message) && plan.message.take().is_some() {
        downgrades.push(Downgrade::MessageDropped);
    }
    plan
}

/// The guest's verdict, made sound: a reason that says something, an input that is an object.
fn act(verdict: &Verdict, downgrades: &mut Vec<Downgrade>) -> Act {
    match verdict {
        Verdict::Pass => Act::Pass,
        Verdict::Allow => Act::Allow,
        Verdict::Deny(reason) => Act::Deny(reason_of(reason)),
        Verdict::Ask(reason) => Act::Ask(reason_of(reason)),
        Verdict::Block(reason) => Act::Block(reason_of(reason)),
        Verdict::Halt(reason) => Act::Halt(reason_of(reason)),
        Verdict::Rewrite(input) => match serde_json::from_str(input) {
            Ok(Value::Object(input)) => Act::Rewrite(input),
            Ok(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_))
            | Err(_) => {
                let why = "the policy's new input is not a JSON object";
                downgrades.push(Downgrade::Verdict { from: VerdictKind::Rewrite, to: Fallback::Deny, why });
                Act::Deny(why.to_owned())
            }
        },
    }
}

/// The reason of a verdict that is not said as it is. Whoever reads a question that was never asked is told why.
fn reason_for(verdict: &Verdict, why: &str) -> Option<String> {
    match verdict {
        Verdict::Pass | Verdict::Allow | Verdict::Rewrite(_) => None,
        Verdict::Ask(reason) => Some(format!("{} ({why})", reason_of(reason))),
        Verdict::Deny(reason) | Verdict::Block(reason) | Verdict::Halt(reason) => Some(reason_of(reason)),
    }
}

fn say_instead(plan: &mut Plan, reason: Option<String>, to: Fallback, why: &str) {
    let reason_or_why = |reason: Option<String>| reason.unwrap_or_else(|| why.to_owned());
    match to {
        Fallback::Pass => {}
        Fallback::Message => plan.message = joined(plan.message.take(), reason),
        Fallback::Context => plan.context = joined(reason, plan.context.take()),
        Fallback::Deny => plan.act = Act::Deny(reason_or_why(reason)),
        Fallback::Block => plan.act = Act::Block(reason_or_why(reason)),
        Fallback::Halt => plan.act = Act::Halt(reason_or_why(reason)),
    }
}

/// Leaves the context where the event carries it, else moves it into a reason that the model reads, else drops it.
fn place_context(plan: &mut Plan, kind: HookKind, spec: Option<&EventSpec>, downgrades: &mut Vec<Downgrade>) {
    let Some(context) = plan.context.take() else {
        return;
    };
    match &mut plan.act {
        Act::Block(reason) | Act::Deny(reason) if reaches_model(kind) => {
            if carries_beside_reason(kind, spec) {
                plan.context = Some(context);
            } else {
                reason.push_str("\n\n");
                reason.push_str(&context);
                downgrades.push(Downgrade::ContextInReason);
            }
        }
        Act::Block(_) | Act::Deny(_) | Act::Halt(_) => downgrades.push(Downgrade::ContextDropped),
        Act::Pass | Act::Allow | Act::Ask(_) | Act::Rewrite(_) => {
            if spec.is_some_and(|spec| spec.context) {
                plan.context = Some(context);
            } else {
                downgrades.push(Downgrade::ContextDropped);
            }
        }
    }
}

/// The reason of a refusal goes to the model, not to the user.
fn reaches_model(kind: HookKind) -> bool {
    match kind {
        HookKind::PreTool
        | HookKind::PermissionRequested
        | HookKind::PostTool
        | HookKind::Stop
        | HookKind::SubagentStop => true,
        HookKind::SessionStart
        | HookKind::PromptSubmitted
        | HookKind::SubagentStart
        | HookKind::PreCompact
        | HookKind::Notification
        | HookKind::SessionEnd
        | HookKind::BeforeModel
        | HookKind::AfterModel
        | HookKind::WorkerExit
        | HookKind::Other => false,
    }
}

/// A context at the end of a turn would itself keep the turn going, so it rides in the reason.
fn carries_beside_reason(kind: HookKind, spec: Option<&EventSpec>) -> bool {
    let ends_turn = matches!(kind, HookKind::Stop | HookKind::SubagentStop);
    !ends_turn && spec.is_some_and(|spec| spec.context)
}

fn filled(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty()).map(str::to_owned)
}

fn reason_of(reason: &str) -> String {
    filled(Some(reason)).unwrap_or_else(|| NO_REASON.to_owned())
}

fn joined(first: Option<String>, second: Option<String>) -> Option<String> {
    match (first, second) {
        (Some(first), Some(second)) => Some(format!("{first}\n\n{second}")),
        (first, second) => first.or(second),
    }
}
