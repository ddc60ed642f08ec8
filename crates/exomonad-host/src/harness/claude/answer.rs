//! A plan in Claude Code's words.

use super::wire::{Output, Permission, RequestDecision};
use crate::contract::HookKind;
use crate::harness::answer::{Act, Plan};
use crate::harness::event::EventSpec;

pub(in crate::harness) fn encode(spec: &EventSpec, plan: Plan) -> serde_json::Result<String> {
    let mut output = Output { system_message: plan.message, ..Output::default() };
    match spec.kind {
        HookKind::PreTool => pre_tool(&mut output, spec, plan.act),
        HookKind::PermissionRequested => permission_request(&mut output, spec, plan.act),
        HookKind::PromptSubmitted | HookKind::PreCompact => refusable(&mut output, plan.act),
        HookKind::PostTool
        | HookKind::Stop
        | HookKind::SubagentStop
        | HookKind::SessionStart
        | HookKind::SubagentStart
        | HookKind::Notification
        | HookKind::SessionEnd
        | HookKind::BeforeModel
        | HookKind::AfterModel
        | HookKind::WorkerExit
        | HookKind::Other => holdable(&mut output, spec, plan.act),
    }
    if let Some(context) = plan.context {
        let specific = output.specific(spec.wire);
        let context = match specific.additional_context.take() {
            Some(reason) => format!("{reason}\n\n{context}"),
            None => context,
        };
        specific.additional_context = Some(context);
    }
    serde_json::to_string(&output)
}

/// A new input without a permission is judged like any other call: the user's rules and prompts apply to it.
fn pre_tool(output: &mut Output, spec: &EventSpec, act: Act) {
    match act {
        Act::Pass => {}
        Act::Allow => output.permission(spec.wire, Permission::Allow, None),
        Act::Ask(reason) => output.permission(spec.wire, Permission::Ask, Some(reason)),
        Act::Rewrite(input) => output.specific(spec.wire).updated_input = Some(input),
        Act::Deny(reason) | Act::Block(reason) => {
            output.permission(spec.wire, Permission::Deny, Some(reason));
        }
        // Ending the turn alone would still run the tool first.
        Act::Halt(reason) => {
            output.permission(spec.wire, Permission::Deny, Some(reason.clone()));
            output.halt(reason);
        }
    }
}

fn permission_request(output: &mut Output, spec: &EventSpec, act: Act) {
    let decision = match act {
        Act::Pass | Act::Ask(_) => return,
        Act::Allow => RequestDecision::Allow,
        Act::Deny(message) | Act::Block(message) => RequestDecision::Deny { message, interrupt: None },
        Act::Halt(message) => RequestDecision::Deny { message, interrupt: Some(true) },
        // The table turns a rewrite into a refusal, because Claude would take it as an approval.
        Act::Rewrite(_) => {
            RequestDecision::Deny { message: "cannot be rewritten".to_owned(), interrupt: None }
        }
    };
    output.specific(spec.wire).decision = Some(decision);
}

/// A prompt or a compaction: refusing it and ending the turn go together.
fn refusable(output: &mut Output, act: Act) {
    match act {
        Act::Pass | Act::Allow | Act::Ask(_) | Act::Rewrite(_) => {}
        Act::Deny(reason) | Act::Block(reason) => output.block(reason),
        Act::Halt(reason) => {
            output.block(reason.clone());
            output.halt(reason);
        }
    }
}

fn holdable(output: &mut Output, spec: &EventSpec, act: Act) {
    match act {
        Act::Pass | Act::Allow | Act::Ask(_) | Act::Rewrite(_) => {}
        // A failed tool has no decision, only words for the model.
        Act::Deny(reason) | Act::Block(reason) if spec.wire == "PostToolUseFailure" => {
            output.specific(spec.wire).additional_context = Some(reason);
        }
        Act::Deny(reason) | Act::Block(reason) => output.block(reason),
        Act::Halt(reason) => output.halt(reason),
    }
}
