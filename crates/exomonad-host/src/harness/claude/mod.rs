//! Claude Code's hooks, as seen in 2.1.197 and 2.1.329.

mod answer;
mod launch;
mod own;
mod servers;
mod settings;
mod stand_in;
mod tools;
mod trust;
mod wire;

pub(super) use answer::encode;
pub(super) use launch::{launch_files, launch_line};
pub(super) use settings::settings;
pub use stand_in::{StandIn, StandInAnswer, StandInStep, ToolUse, TranscriptEntry};
pub(super) use tools::{TOOLS, ended, mcp};
pub(super) use trust::{trust, untrust};
pub(super) use wire::{Output, Permission, RequestDecision};

use super::event::EventSpec;
use crate::contract::HookKind;

/// Every event Claude Code has, in the order of a session.
pub(super) const EVENTS: &[EventSpec] = &[
    EventSpec::used("session-start", "SessionStart", HookKind::SessionStart).context(),
    EventSpec::used("user-prompt-submit", "UserPromptSubmit", HookKind::PromptSubmitted).context(),
    EventSpec::used("pre-tool-use", "PreToolUse", HookKind::PreTool).guard().on_tool().context(),
    EventSpec::used("permission-request", "PermissionRequest", HookKind::PermissionRequested)
        .guard()
        .on_tool(),
    EventSpec::used("post-tool-use", "PostToolUse", HookKind::PostTool).on_tool().context(),
    EventSpec::used("post-tool-use-failure", "PostToolUseFailure", HookKind::PostTool).on_tool().context(),
    EventSpec::used("stop", "Stop", HookKind::Stop).context(),
    EventSpec::used("subagent-start", "SubagentStart", HookKind::SubagentStart).context(),
    EventSpec::used("subagent-stop", "SubagentStop", HookKind::SubagentStop).context(),
    EventSpec::used("pre-compact", "PreCompact", HookKind::PreCompact),
    EventSpec::used("notification", "Notification", HookKind::Notification),
    EventSpec::used("session-end", "SessionEnd", HookKind::SessionEnd),
    EventSpec::unused("worker-exit", "WorkerExit", HookKind::WorkerExit),
    EventSpec::unused("setup", "Setup", HookKind::Other),
    EventSpec::unused("user-prompt-expansion", "UserPromptExpansion", HookKind::Other),
    EventSpec::unused("post-tool-batch", "PostToolBatch", HookKind::Other),
    EventSpec::unused("permission-denied", "PermissionDenied", HookKind::Other),
    EventSpec::unused("stop-failure", "StopFailure", HookKind::Other),
    EventSpec::unused("post-compact", "PostCompact", HookKind::Other),
    EventSpec::unused("teammate-idle", "TeammateIdle", HookKind::Other),
    EventSpec::unused("task-created", "TaskCreated", HookKind::Other),
    EventSpec::unused("task-completed", "TaskCompleted", HookKind::Other),
    EventSpec::unused("config-change", "ConfigChange", HookKind::Other),
    EventSpec::unused("instructions-loaded", "InstructionsLoaded", HookKind::Other),
    EventSpec::unused("cwd-changed", "CwdChanged", HookKind::Other),
    EventSpec::unused("file-changed", "FileChanged", HookKind::Other),
    EventSpec::unused("directory-added", "DirectoryAdded", HookKind::Other),
    EventSpec::unused("worktree-create", "WorktreeCreate", HookKind::Other),
    EventSpec::unused("worktree-remove", "WorktreeRemove", HookKind::Other),
    EventSpec::unused("elicitation", "Elicitation", HookKind::Other),
    EventSpec::unused("elicitation-result", "ElicitationResult", HookKind::Other),
    EventSpec::unused("pre-model-switch", "PreModelSwitch", HookKind::Other),
    EventSpec::unused("post-model-switch", "PostModelSwitch", HookKind::Other),
    EventSpec::unused("message-display", "MessageDisplay", HookKind::Other),
];
