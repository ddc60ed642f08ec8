//! What we say to each coding agent, and what we understand of what it says, held against real payloads.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod arbitrary;
#[cfg(test)]
mod captures;
#[cfg(test)]
mod decode_errors;
#[cfg(test)]
mod downgrades;
#[cfg(test)]
mod ended;
#[cfg(test)]
mod events;
#[cfg(test)]
mod guessing;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod stand_in;
#[cfg(test)]
mod tools;

use exomonad_host::contract::{Decision, HookKind, Verdict};
use exomonad_host::harness::{EventSpec, Harness};

/// A decision without texts beside the verdict.
fn bare(verdict: Verdict) -> Decision {
    Decision { verdict, message: None, context: None }
}

/// One verdict of each kind, in the contract's order.
fn verdicts() -> Vec<Verdict> {
    vec![
        Verdict::Pass,
        Verdict::Allow,
        Verdict::Deny("no".to_owned()),
        Verdict::Ask("sure?".to_owned()),
        Verdict::Rewrite(r#"{"command":"ls"}"#.to_owned()),
        Verdict::Block("go on".to_owned()),
        Verdict::Halt("enough".to_owned()),
    ]
}

/// The smallest payload that decodes for this event.
fn payload(spec: &EventSpec) -> String {
    serde_json::json!({
        "session_id": "s", "cwd": "/p", "hook_event_name": spec.wire,
        "tool_name": "T", "tool_input": {"command": "rm"},
    })
    .to_string()
}

/// The contract's name of a hook kind.
fn kind_name(kind: HookKind) -> &'static str {
    match kind {
        HookKind::SessionStart => "session-start",
        HookKind::PromptSubmitted => "prompt-submitted",
        HookKind::PreTool => "pre-tool",
        HookKind::PostTool => "post-tool",
        HookKind::PermissionRequested => "permission-requested",
        HookKind::Stop => "stop",
        HookKind::SubagentStart => "subagent-start",
        HookKind::SubagentStop => "subagent-stop",
        HookKind::PreCompact => "pre-compact",
        HookKind::Notification => "notification",
        HookKind::SessionEnd => "session-end",
        HookKind::BeforeModel => "before-model",
        HookKind::AfterModel => "after-model",
        HookKind::WorkerExit => "worker-exit",
        HookKind::Other => "other",
    }
}

/// Every hook kind, in the contract's order.
const KINDS: [HookKind; 15] = [
    HookKind::SessionStart,
    HookKind::PromptSubmitted,
    HookKind::PreTool,
    HookKind::PostTool,
    HookKind::PermissionRequested,
    HookKind::Stop,
    HookKind::SubagentStart,
    HookKind::SubagentStop,
    HookKind::PreCompact,
    HookKind::Notification,
    HookKind::SessionEnd,
    HookKind::BeforeModel,
    HookKind::AfterModel,
    HookKind::WorkerExit,
    HookKind::Other,
];

/// Every event of every harness.
fn every_event() -> impl Iterator<Item = (Harness, &'static EventSpec)> {
    Harness::ALL.into_iter().flat_map(|harness| harness.events().iter().map(move |spec| (harness, spec)))
}
