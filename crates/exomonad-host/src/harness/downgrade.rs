//! The downgrade table: what each harness can express of each verdict at each hook, and what happens to the rest.
//!
//! Rules: a downgrade never makes an action likelier to happen than the verdict would have; a reason that someone
//! should read still reaches someone where any channel exists; nothing is downgraded silently.

use super::Harness;
use crate::contract::{HookKind, Verdict};

/// A [`Verdict`] without its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerdictKind {
    /// No opinion.
    Pass,
    /// Go ahead without asking.
    Allow,
    /// Refuse.
    Deny,
    /// Let the user decide.
    Ask,
    /// Use another input.
    Rewrite,
    /// Keep the turn going.
    Block,
    /// End the turn.
    Halt,
}

impl VerdictKind {
    /// Every kind, in the contract's order.
    pub const ALL: [Self; 7] =
        [Self::Pass, Self::Allow, Self::Deny, Self::Ask, Self::Rewrite, Self::Block, Self::Halt];

    /// The contract's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Allow => "allow",
            Self::Deny => "deny",
            Self::Ask => "ask",
            Self::Rewrite => "rewrite",
            Self::Block => "block",
            Self::Halt => "halt",
        }
    }
}

impl From<&Verdict> for VerdictKind {
    fn from(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Pass => Self::Pass,
            Verdict::Allow => Self::Allow,
            Verdict::Deny(_) => Self::Deny,
            Verdict::Ask(_) => Self::Ask,
            Verdict::Rewrite(_) => Self::Rewrite,
            Verdict::Block(_) => Self::Block,
            Verdict::Halt(_) => Self::Halt,
        }
    }
}

/// What is said instead of a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fallback {
    /// Nothing.
    Pass,
    /// The reason is shown to the user, and nothing is decided.
    Message,
    /// The reason is added to what the model reads, and nothing is decided.
    Context,
    /// Refused, for the verdict's reason and because a downgrade was needed.
    Deny,
    /// The turn goes on with the reason.
    Block,
    /// The turn ends with the reason.
    Halt,
}

impl Fallback {
    /// The name used in logs and in the documentation.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Message => "message",
            Self::Context => "context",
            Self::Deny => "deny",
            Self::Block => "block",
            Self::Halt => "halt",
        }
    }
}

/// Whether a harness has words for a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Express {
    /// It has.
    AsIs,
    /// It has not.
    Downgrade {
        /// What is said instead.
        to: Fallback,
        /// Why, in a clause.
        why: &'static str,
    },
}

/// Something a decision wanted that the harness did not get as it was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Downgrade {
    /// The verdict was replaced.
    Verdict {
        /// What the guest decided.
        from: VerdictKind,
        /// What was said instead.
        to: Fallback,
        /// Why, in a clause.
        why: &'static str,
    },
    /// The text for the model could not be passed on.
    ContextDropped,
    /// The text for the model travels inside the reason.
    ContextInReason,
    /// The text for the user could not be passed on.
    MessageDropped,
}

const fn instead(to: Fallback, why: &'static str) -> Express {
    Express::Downgrade { to, why }
}

const HUMAN: &str = "this harness cannot ask here, so a human must do it";
const NOTHING_TO_ALLOW: &str = "nothing is waiting for a permission here";
const NOTHING_TO_REWRITE: &str = "there is no tool input to replace here";
const ALREADY_RAN: &str = "the tool already ran";
const NOT_HELD: &str = "this event only reports and cannot be refused";
const NO_TURN: &str = "no turn is ending here";
const NO_EVENT: &str = "this harness has no such event";
const NO_ANSWER: &str = "nobody reads an answer to this event";

/// The table. Total: every harness, hook and verdict has an entry.
pub fn express(harness: Harness, kind: HookKind, verdict: VerdictKind) -> Express {
    if verdict == VerdictKind::Pass {
        return Express::AsIs;
    }
    match kind {
        HookKind::PreTool => pre_tool(harness, verdict),
        HookKind::PermissionRequested => permission_requested(harness, verdict),
        HookKind::PromptSubmitted => prompt_submitted(verdict),
        HookKind::PostTool => post_tool(harness, verdict),
        HookKind::Stop => stop(verdict),
        HookKind::SubagentStop => match harness {
            Harness::Claude | Harness::Codex => stop(verdict),
            Harness::Gemini => instead(Fallback::Pass, NO_EVENT),
        },
        HookKind::PreCompact => pre_compact(harness, verdict),
        HookKind::SessionStart => report(verdict),
        HookKind::SubagentStart => match harness {
            Harness::Claude | Harness::Codex => report(verdict),
            Harness::Gemini => instead(Fallback::Pass, NO_EVENT),
        },
        HookKind::Notification => match harness {
            Harness::Claude | Harness::Gemini => report(verdict),
            Harness::Codex => instead(Fallback::Pass, NO_EVENT),
        },
        HookKind::SessionEnd => match harness {
            Harness::Claude | Harness::Gemini => report(verdict),
            Harness::Codex => instead(Fallback::Pass, NO_ANSWER),
        },
        HookKind::BeforeModel | HookKind::AfterModel => match harness {
            Harness::Gemini => model(verdict),
            Harness::Claude | Harness::Codex => instead(Fallback::Pass, NO_EVENT),
        },
        HookKind::WorkerExit | HookKind::Other => instead(Fallback::Pass, NO_ANSWER),
    }
}

fn pre_tool(harness: Harness, verdict: VerdictKind) -> Express {
    match (verdict, harness) {
        (VerdictKind::Pass | VerdictKind::Deny, _)
        | (
            VerdictKind::Allow | VerdictKind::Ask | VerdictKind::Rewrite | VerdictKind::Halt,
            Harness::Claude,
        )
        | (VerdictKind::Ask | VerdictKind::Rewrite | VerdictKind::Halt, Harness::Gemini) => Express::AsIs,
        (VerdictKind::Allow, Harness::Gemini) => {
            instead(Fallback::Pass, "a hook cannot lift Gemini's own permission policy")
        }
        (VerdictKind::Allow, Harness::Codex) => {
            instead(Fallback::Pass, "Codex takes no approval before a tool, only at the permission request")
        }
        (VerdictKind::Ask, Harness::Codex) => instead(Fallback::Deny, HUMAN),
        (VerdictKind::Rewrite, Harness::Codex) => {
            instead(Fallback::Deny, "Codex takes a new input only together with an approval")
        }
        (VerdictKind::Block, _) => instead(Fallback::Deny, NO_TURN),
        (VerdictKind::Halt, Harness::Codex) => {
            instead(Fallback::Deny, "Codex cannot end the turn before a tool")
        }
    }
}

fn permission_requested(harness: Harness, verdict: VerdictKind) -> Express {
    match (verdict, harness) {
        (_, Harness::Gemini) => instead(Fallback::Pass, NO_EVENT),
        (VerdictKind::Pass | VerdictKind::Allow | VerdictKind::Deny, _)
        | (VerdictKind::Halt, Harness::Claude) => Express::AsIs,
        (VerdictKind::Ask, _) => instead(Fallback::Pass, "the user is being asked already"),
        (VerdictKind::Rewrite, _) => {
            instead(Fallback::Deny, "a new input would also approve the request in the user's place")
        }
        (VerdictKind::Block, _) => instead(Fallback::Deny, NO_TURN),
        (VerdictKind::Halt, Harness::Codex) => {
            instead(Fallback::Deny, "Codex cannot end the turn at a permission request")
        }
    }
}

fn prompt_submitted(verdict: VerdictKind) -> Express {
    match verdict {
        VerdictKind::Pass | VerdictKind::Deny | VerdictKind::Halt => Express::AsIs,
        VerdictKind::Allow => instead(Fallback::Pass, NOTHING_TO_ALLOW),
        VerdictKind::Ask => instead(Fallback::Deny, HUMAN),
        VerdictKind::Rewrite => instead(Fallback::Deny, "a prompt cannot be replaced"),
        VerdictKind::Block => instead(Fallback::Deny, NO_TURN),
    }
}

fn post_tool(harness: Harness, verdict: VerdictKind) -> Express {
    match (verdict, harness) {
        (VerdictKind::Pass | VerdictKind::Halt, _)
        | (VerdictKind::Block, Harness::Claude | Harness::Codex)
        | (VerdictKind::Deny, Harness::Gemini) => Express::AsIs,
        (VerdictKind::Allow, _) => instead(Fallback::Pass, ALREADY_RAN),
        (VerdictKind::Rewrite, _) => instead(Fallback::Pass, ALREADY_RAN),
        (VerdictKind::Deny | VerdictKind::Ask, Harness::Claude | Harness::Codex) => {
            instead(Fallback::Block, ALREADY_RAN)
        }
        (VerdictKind::Ask, Harness::Gemini) => instead(Fallback::Context, ALREADY_RAN),
        (VerdictKind::Block, Harness::Gemini) => {
            instead(Fallback::Context, "a refusal would hide the tool's result from the model")
        }
    }
}

fn stop(verdict: VerdictKind) -> Express {
    match verdict {
        VerdictKind::Pass | VerdictKind::Block | VerdictKind::Halt => Express::AsIs,
        VerdictKind::Allow => instead(Fallback::Pass, NOTHING_TO_ALLOW),
        VerdictKind::Deny => instead(Fallback::Block, "refusing to stop is going on"),
        VerdictKind::Ask => instead(Fallback::Halt, "the turn has to end before the user can answer"),
        VerdictKind::Rewrite => instead(Fallback::Pass, NOTHING_TO_REWRITE),
    }
}

fn pre_compact(harness: Harness, verdict: VerdictKind) -> Express {
    match (verdict, harness) {
        (VerdictKind::Pass, _)
        | (VerdictKind::Deny | VerdictKind::Halt, Harness::Claude)
        | (VerdictKind::Halt, Harness::Codex) => Express::AsIs,
        (VerdictKind::Allow, _) => instead(Fallback::Pass, NOTHING_TO_ALLOW),
        (VerdictKind::Rewrite, _) => instead(Fallback::Pass, NOTHING_TO_REWRITE),
        (VerdictKind::Ask, Harness::Claude) => instead(Fallback::Deny, HUMAN),
        (VerdictKind::Block, Harness::Claude) => instead(Fallback::Deny, NO_TURN),
        (VerdictKind::Deny | VerdictKind::Ask | VerdictKind::Block, Harness::Codex) => {
            instead(Fallback::Halt, "Codex can only end the turn instead of compacting")
        }
        (VerdictKind::Deny | VerdictKind::Ask | VerdictKind::Block | VerdictKind::Halt, Harness::Gemini) => {
            instead(Fallback::Message, NOT_HELD)
        }
    }
}

fn model(verdict: VerdictKind) -> Express {
    match verdict {
        VerdictKind::Pass | VerdictKind::Deny | VerdictKind::Halt => Express::AsIs,
        VerdictKind::Allow => instead(Fallback::Pass, NOTHING_TO_ALLOW),
        VerdictKind::Ask => instead(Fallback::Deny, HUMAN),
        VerdictKind::Rewrite => instead(Fallback::Deny, NOTHING_TO_REWRITE),
        VerdictKind::Block => instead(Fallback::Deny, NO_TURN),
    }
}

fn report(verdict: VerdictKind) -> Express {
    match verdict {
        VerdictKind::Pass => Express::AsIs,
        VerdictKind::Allow => instead(Fallback::Pass, NOTHING_TO_ALLOW),
        VerdictKind::Rewrite => instead(Fallback::Pass, NOTHING_TO_REWRITE),
        VerdictKind::Deny | VerdictKind::Ask | VerdictKind::Block | VerdictKind::Halt => {
            instead(Fallback::Message, NOT_HELD)
        }
    }
}
