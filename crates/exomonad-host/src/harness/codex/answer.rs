//! A plan in Codex's words: Claude's names, and only the keys that the event's schema has.

use crate::contract::HookKind;
use crate::harness::answer::{Act, Plan};
use crate::harness::claude::{Output, Permission, RequestDecision};
use crate::harness::event::EventSpec;

pub(in crate::harness) fn encode(spec: &EventSpec, plan: Plan) -> serde_json::Result<String> {
    let mut output = Output { system_message: plan.message, ..Output::default() };
    match (spec.kind, plan.act) {
        (_, Act::Pass) => {}
        (HookKind::PermissionRequested, Act::Allow) => {
            output.specific(spec.wire).decision = Some(RequestDecision::Allow);
        }
        (HookKind::PermissionRequested, Act::Deny(message) | Act::Block(message) | Act::Halt(message)) => {
            output.specific(spec.wire).decision = Some(RequestDecision::Deny { message, interrupt: None });
        }
        (
            HookKind::PreTool,
            Act::Deny(reason) | Act::Block(reason) | Act::Halt(reason) | Act::Ask(reason),
        ) => {
            output.permission(spec.wire, Permission::Deny, Some(reason));
        }
        (HookKind::PreCompact, Act::Deny(reason) | Act::Block(reason)) => output.halt(reason),
        (_, Act::Deny(reason) | Act::Block(reason)) => output.block(reason),
        (_, Act::Halt(reason)) => output.halt(reason),
        // The table leaves none of these to Codex.
        (_, Act::Allow | Act::Ask(_) | Act::Rewrite(_)) => {}
    }
    if let Some(context) = plan.context {
        output.specific(spec.wire).additional_context = Some(context);
    }
    serde_json::to_string(&output)
}
