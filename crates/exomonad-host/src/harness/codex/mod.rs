//! Codex CLI's hooks, as seen in 0.169.0. A key its schema does not have voids the whole answer.

mod answer;
mod launch;
mod settings;
mod tools;
mod trust;

pub(super) use answer::encode;
pub(super) use launch::{launch_files, launch_line};
pub(super) use settings::{registration, settings};
pub(super) use tools::{TOOLS, ended, patched_paths};

use super::event::EventSpec;
use crate::contract::HookKind;

/// Every event Codex has, in the order of a session. `SessionEnd` has no answer.
pub(super) const EVENTS: &[EventSpec] = &[
    EventSpec::used("session-start", "SessionStart", HookKind::SessionStart).context(),
    EventSpec::used("user-prompt-submit", "UserPromptSubmit", HookKind::PromptSubmitted).context(),
    EventSpec::used("pre-tool-use", "PreToolUse", HookKind::PreTool).guard().on_tool().context(),
    EventSpec::used("permission-request", "PermissionRequest", HookKind::PermissionRequested)
        .guard()
        .on_tool(),
    EventSpec::used("post-tool-use", "PostToolUse", HookKind::PostTool).on_tool().context(),
    EventSpec::used("stop", "Stop", HookKind::Stop),
    EventSpec::used("subagent-start", "SubagentStart", HookKind::SubagentStart).context(),
    EventSpec::used("subagent-stop", "SubagentStop", HookKind::SubagentStop),
    EventSpec::used("pre-compact", "PreCompact", HookKind::PreCompact),
    EventSpec::used("session-end", "SessionEnd", HookKind::SessionEnd).silent(),
    EventSpec::unused("worker-exit", "WorkerExit", HookKind::WorkerExit),
    EventSpec::unused("post-compact", "PostCompact", HookKind::Other),
    EventSpec::unused("stop-failure", "StopFailure", HookKind::Other),
    EventSpec::unused("interrupt", "Interrupt", HookKind::Other),
];
