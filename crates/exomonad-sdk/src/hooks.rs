//! A role's answers to hooks.

use crate::{Context, Decision, Hook, HookEvent, HookKind, Host, StopInfo, ToolDone, ToolKind, ToolUse};

/// One method per event; each has no opinion unless written.
///
/// The host calls only what [`Hooks::INTERESTS`] names: a hook that is not there costs no WASM at all.
#[expect(unused_variables, reason = "the defaults look at nothing")]
pub trait Hooks {
    /// The events this role decides.
    const INTERESTS: &'static [HookKind];

    /// The kinds of tool that [`Hooks::pre_tool`] may have an opinion on; every kind when empty. For another kind the
    /// host asks only where the project has rules about tools.
    const PRE_TOOL_KINDS: &'static [ToolKind] = &[];

    /// A conversation began. `source` is `startup`, `resume`, `clear`, `compact` or `fork`.
    fn session_start(host: &mut dyn Host, cx: &Context, hook: &Hook, source: &str) -> Decision {
        Decision::pass()
    }

    /// The user, or another program, sent a prompt.
    fn prompt_submitted(host: &mut dyn Host, cx: &Context, hook: &Hook, prompt: &str) -> Decision {
        Decision::pass()
    }

    /// A tool is about to run.
    fn pre_tool(host: &mut dyn Host, cx: &Context, hook: &Hook, tool: &ToolUse) -> Decision {
        Decision::pass()
    }

    /// A tool ran.
    fn post_tool(host: &mut dyn Host, cx: &Context, hook: &Hook, done: &ToolDone) -> Decision {
        Decision::pass()
    }

    /// The harness is about to ask the user for a permission.
    fn permission_requested(host: &mut dyn Host, cx: &Context, hook: &Hook, tool: &ToolUse) -> Decision {
        Decision::pass()
    }

    /// The agent is about to end its turn.
    fn stop(host: &mut dyn Host, cx: &Context, hook: &Hook, stop: &StopInfo) -> Decision {
        Decision::pass()
    }

    /// A subagent started.
    fn subagent_start(host: &mut dyn Host, cx: &Context, hook: &Hook, kind: &str) -> Decision {
        Decision::pass()
    }

    /// A subagent is about to end.
    fn subagent_stop(host: &mut dyn Host, cx: &Context, hook: &Hook, stop: &StopInfo) -> Decision {
        Decision::pass()
    }

    /// The conversation is about to be compacted. `trigger` is `manual` or `auto`.
    fn pre_compact(host: &mut dyn Host, cx: &Context, hook: &Hook, trigger: &str) -> Decision {
        Decision::pass()
    }

    /// The harness notifies the user.
    fn notification(host: &mut dyn Host, cx: &Context, hook: &Hook, kind: &str, text: &str) -> Decision {
        Decision::pass()
    }

    /// A conversation ended.
    fn session_end(host: &mut dyn Host, cx: &Context, hook: &Hook, reason: &str) -> Decision {
        Decision::pass()
    }

    /// The model is about to be asked.
    fn before_model(host: &mut dyn Host, cx: &Context, hook: &Hook) -> Decision {
        Decision::pass()
    }

    /// The model answered.
    fn after_model(host: &mut dyn Host, cx: &Context, hook: &Hook) -> Decision {
        Decision::pass()
    }

    /// A worker's process ended.
    fn worker_exit(host: &mut dyn Host, cx: &Context, hook: &Hook, status: &str) -> Decision {
        Decision::pass()
    }

    /// An event the contract has no name for.
    fn other(host: &mut dyn Host, cx: &Context, hook: &Hook, name: &str) -> Decision {
        Decision::pass()
    }
}

/// Calls the method of `H` that decides this hook.
pub(crate) fn decide<H: Hooks>(host: &mut dyn Host, cx: &Context, hook: &Hook) -> Decision {
    match &hook.event {
        HookEvent::SessionStart(source) => H::session_start(host, cx, hook, source),
        HookEvent::PromptSubmitted(prompt) => H::prompt_submitted(host, cx, hook, prompt),
        HookEvent::PreTool(tool) => H::pre_tool(host, cx, hook, tool),
        HookEvent::PostTool(done) => H::post_tool(host, cx, hook, done),
        HookEvent::PermissionRequested(tool) => H::permission_requested(host, cx, hook, tool),
        HookEvent::Stop(stop) => H::stop(host, cx, hook, stop),
        HookEvent::SubagentStart(kind) => H::subagent_start(host, cx, hook, kind),
        HookEvent::SubagentStop(stop) => H::subagent_stop(host, cx, hook, stop),
        HookEvent::PreCompact(trigger) => H::pre_compact(host, cx, hook, trigger),
        HookEvent::Notification((kind, text)) => H::notification(host, cx, hook, kind, text),
        HookEvent::SessionEnd(reason) => H::session_end(host, cx, hook, reason),
        HookEvent::BeforeModel => H::before_model(host, cx, hook),
        HookEvent::AfterModel => H::after_model(host, cx, hook),
        HookEvent::WorkerExit(status) => H::worker_exit(host, cx, hook, status),
        HookEvent::Other(name) => H::other(host, cx, hook, name),
    }
}

/// The kind of an event.
#[must_use]
pub fn kind_of(event: &HookEvent) -> HookKind {
    match event {
        HookEvent::SessionStart(_) => HookKind::SessionStart,
        HookEvent::PromptSubmitted(_) => HookKind::PromptSubmitted,
        HookEvent::PreTool(_) => HookKind::PreTool,
        HookEvent::PostTool(_) => HookKind::PostTool,
        HookEvent::PermissionRequested(_) => HookKind::PermissionRequested,
        HookEvent::Stop(_) => HookKind::Stop,
        HookEvent::SubagentStart(_) => HookKind::SubagentStart,
        HookEvent::SubagentStop(_) => HookKind::SubagentStop,
        HookEvent::PreCompact(_) => HookKind::PreCompact,
        HookEvent::Notification(_) => HookKind::Notification,
        HookEvent::SessionEnd(_) => HookKind::SessionEnd,
        HookEvent::BeforeModel => HookKind::BeforeModel,
        HookEvent::AfterModel => HookKind::AfterModel,
        HookEvent::WorkerExit(_) => HookKind::WorkerExit,
        HookEvent::Other(_) => HookKind::Other,
    }
}
