//! A plan in Gemini CLI's words: a top-level decision. It ignores Claude's shape, and the tool would run.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::contract::HookKind;
use crate::harness::answer::{Act, Plan};
use crate::harness::event::EventSpec;

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    #[serde(rename = "continue", skip_serializing_if = "Option::is_none")]
    goes_on: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop_reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    system_message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<Word>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hook_specific_output: Option<Specific>,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    Deny,
    Ask,
}

#[derive(Debug, Default, Serialize)]
struct Specific {
    #[serde(rename = "additionalContext", skip_serializing_if = "Option::is_none")]
    additional_context: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_input: Option<Map<String, Value>>,
}

pub(in crate::harness) fn encode(spec: &EventSpec, plan: Plan) -> serde_json::Result<String> {
    let mut output = Output { system_message: plan.message, ..Output::default() };
    let mut specific = Specific { additional_context: plan.context, tool_input: None };
    match plan.act {
        Act::Pass | Act::Allow => {}
        Act::Rewrite(input) => specific.tool_input = Some(input),
        Act::Deny(reason) | Act::Block(reason) => decide(&mut output, Word::Deny, reason),
        // Its confirmation dialog shows the message to the user, not the reason.
        Act::Ask(reason) => {
            output.system_message.get_or_insert_with(|| reason.clone());
            decide(&mut output, Word::Ask, reason);
        }
        Act::Halt(reason) => {
            if refuses_too(spec.kind) {
                decide(&mut output, Word::Deny, reason.clone());
            }
            output.goes_on = Some(false);
            output.stop_reason = Some(reason);
        }
    }
    if specific.additional_context.is_some() || specific.tool_input.is_some() {
        output.hook_specific_output = Some(specific);
    }
    serde_json::to_string(&output)
}

fn decide(output: &mut Output, word: Word, reason: String) {
    output.decision = Some(word);
    output.reason = Some(reason);
}

/// Where something is about to happen, ending the turn also refuses it. After the fact, a refusal would hide a result
/// or ask for another answer.
fn refuses_too(kind: HookKind) -> bool {
    match kind {
        HookKind::PreTool | HookKind::PromptSubmitted | HookKind::BeforeModel => true,
        HookKind::SessionStart
        | HookKind::PostTool
        | HookKind::PermissionRequested
        | HookKind::Stop
        | HookKind::SubagentStart
        | HookKind::SubagentStop
        | HookKind::PreCompact
        | HookKind::Notification
        | HookKind::SessionEnd
        | HookKind::AfterModel
        | HookKind::WorkerExit
        | HookKind::Other => false,
    }
}
