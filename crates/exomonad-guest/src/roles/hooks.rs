//! What every role answers to hooks. Roles differ in where their agents may write.

use exomonad_sdk::log::Level;
use exomonad_sdk::{
    Context, Decision, EffectError, Hook, HookKind, Hooks, Host, StopInfo, ToolDone, ToolKind, ToolUse,
};
use serde_json::json;

use super::exit::tell_parent;
use super::gate;
use super::welcome::welcome;
use crate::redact::redacted;
use crate::rules::kind_name;
use crate::{evidence, guard, rules};

const INTERESTS: &[HookKind] = &[
    HookKind::SessionStart,
    HookKind::PromptSubmitted,
    HookKind::PreTool,
    HookKind::PostTool,
    HookKind::PermissionRequested,
    HookKind::SessionEnd,
    HookKind::WorkerExit,
];

/// The same, and the end of a turn, for agents that may be kept from stopping.
const GATED: &[HookKind] = &[
    HookKind::SessionStart,
    HookKind::PromptSubmitted,
    HookKind::PreTool,
    HookKind::PostTool,
    HookKind::PermissionRequested,
    HookKind::Stop,
    HookKind::SessionEnd,
    HookKind::WorkerExit,
];

/// What the guard may refuse; see `guard::refusal`.
const PRE_TOOL_KINDS: &[ToolKind] = &[ToolKind::Shell, ToolKind::Write, ToolKind::Mcp, ToolKind::Other];

/// The characters of a command or a path that an event keeps.
const MAX_WHAT: usize = 200;

/// A lead may write wherever its user lets it, but not what guards the agents.
pub(super) struct Lead;

/// A developer writes in its workspace only.
pub(super) struct Developer;

/// A worker writes in its workspace only, and stops when it likes.
pub(super) struct Worker;

/// Answers for roles that differ in where their agents write, and in whether they may be kept from stopping.
macro_rules! hooks {
    ($role:ty, confined: $confined:literal, interests: $interests:ident) => {
        impl Hooks for $role {
            const INTERESTS: &'static [HookKind] = $interests;
            const PRE_TOOL_KINDS: &'static [ToolKind] = PRE_TOOL_KINDS;

            fn session_start(host: &mut dyn Host, cx: &Context, hook: &Hook, _source: &str) -> Decision {
                register(host, hook);
                Decision::context(welcome(cx, $confined))
            }

            fn prompt_submitted(host: &mut dyn Host, cx: &Context, hook: &Hook, prompt: &str) -> Decision {
                let prompted = gate::prompted(host, cx, prompt);
                log_failure(host, "the stop gate did not hear of a prompt", prompted);
                rules::decide(cx, hook)
            }

            fn pre_tool(host: &mut dyn Host, cx: &Context, hook: &Hook, tool: &ToolUse) -> Decision {
                match guard::refusal(host, cx, hook, tool, $confined) {
                    Some(reason) => Decision::deny(reason),
                    None => rules::decide(cx, hook),
                }
            }

            fn post_tool(host: &mut dyn Host, cx: &Context, hook: &Hook, done: &ToolDone) -> Decision {
                record(host, done);
                let seen = evidence::record(host, cx, hook, done);
                log_failure(host, "the run of a command that has to pass was not recorded", seen);
                Decision::pass()
            }

            fn permission_requested(
                host: &mut dyn Host,
                cx: &Context,
                hook: &Hook,
                tool: &ToolUse,
            ) -> Decision {
                match guard::refusal(host, cx, hook, tool, $confined) {
                    Some(reason) => Decision::deny(reason),
                    None => rules::decide(cx, hook),
                }
            }

            fn stop(host: &mut dyn Host, cx: &Context, _: &Hook, stop: &StopInfo) -> Decision {
                gate::stop(host, cx, stop)
            }

            fn subagent_stop(_: &mut dyn Host, _: &Context, _: &Hook, _stop: &StopInfo) -> Decision {
                Decision::pass()
            }

            fn session_end(host: &mut dyn Host, _: &Context, hook: &Hook, reason: &str) -> Decision {
                end(host, hook, reason);
                Decision::pass()
            }

            fn worker_exit(host: &mut dyn Host, cx: &Context, _: &Hook, status: &str) -> Decision {
                let told = tell_parent(host, cx, status);
                log_failure(host, "parent not told of the end", told);
                Decision::pass()
            }
        }
    };
}

hooks!(Lead, confined: false, interests: GATED);
hooks!(Developer, confined: true, interests: GATED);
hooks!(Worker, confined: true, interests: INTERESTS);

fn register(host: &mut dyn Host, hook: &Hook) {
    let registered = host.session_register(&hook.session, hook.transcript.as_deref());
    log_failure(host, "session not registered", registered);
}

fn record(host: &mut dyn Host, done: &ToolDone) {
    let tool = &done.tool;
    let what = tool.command.as_deref().or_else(|| tool.paths.first().map(String::as_str)).unwrap_or_default();
    let data = json!({
        "tool": tool.name,
        "kind": kind_name(tool.kind),
        "failed": done.failed,
        "what": redacted(what, MAX_WHAT),
    });
    let recorded = host.events_emit("tool.done", &data.to_string());
    log_failure(host, "tool not recorded", recorded);
}

fn end(host: &mut dyn Host, hook: &Hook, reason: &str) {
    let ended = host.session_end(&hook.session);
    log_failure(host, "session not marked as ended", ended);
    let recorded = host.events_emit("session.ended", &json!({ "reason": reason }).to_string());
    log_failure(host, "end of session not recorded", recorded);
}

/// A hook goes on when its bookkeeping fails; the log keeps why.
fn log_failure<T>(host: &mut dyn Host, act: &str, result: Result<T, EffectError>) {
    if let Err(error) = result {
        host.log(Level::Warn, &format!("{act}: {}", error.message), "");
    }
}
