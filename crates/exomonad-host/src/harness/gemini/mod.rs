//! Gemini CLI's hooks, as seen in 0.61.0.

mod answer;
mod ended;
mod launch;
mod settings;
mod tools;

pub(super) use answer::encode;
pub(super) use ended::ended;
pub(super) use launch::{launch_files, launch_line};
pub(super) use settings::settings;
pub(super) use tools::{TOOLS, mcp};

use super::event::EventSpec;
use crate::contract::HookKind;

/// Every event Gemini CLI has, in the order of a session. `PreCompress` fires before every model call.
pub(super) const EVENTS: &[EventSpec] = &[
    EventSpec::used("session-start", "SessionStart", HookKind::SessionStart).context(),
    EventSpec::used("user-prompt-submit", "BeforeAgent", HookKind::PromptSubmitted).context(),
    EventSpec::used("pre-tool-use", "BeforeTool", HookKind::PreTool).guard().on_tool(),
    EventSpec::used("post-tool-use", "AfterTool", HookKind::PostTool).on_tool().context(),
    EventSpec::used("stop", "AfterAgent", HookKind::Stop),
    EventSpec::used("notification", "Notification", HookKind::Notification),
    EventSpec::used("session-end", "SessionEnd", HookKind::SessionEnd),
    EventSpec::unused("pre-compact", "PreCompress", HookKind::PreCompact),
    EventSpec::unused("before-model", "BeforeModel", HookKind::BeforeModel),
    EventSpec::unused("after-model", "AfterModel", HookKind::AfterModel),
    EventSpec::unused("before-tool-selection", "BeforeToolSelection", HookKind::Other),
    EventSpec::unused("worker-exit", "WorkerExit", HookKind::WorkerExit),
];
