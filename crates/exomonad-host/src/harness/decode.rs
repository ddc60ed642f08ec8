//! A payload in, a neutral hook out.

use super::asked::Asked;
use super::event::{self, EventSpec};
use super::payload::{DecodeError, MAX_PAYLOAD_BYTES, Payload};
use super::tool::{Call, Ended};
use super::{Harness, claude, codex, gemini, tool};
use crate::contract::{Hook, HookEvent, HookKind, StopInfo, ToolDone, ToolUse};

pub(super) fn decode(harness: Harness, event: &str, bytes: &[u8]) -> Result<Asked, DecodeError> {
    if bytes.len() > MAX_PAYLOAD_BYTES {
        return Err(DecodeError::TooLarge);
    }
    let text = std::str::from_utf8(bytes).map_err(DecodeError::NotUtf8)?.trim();
    let payload = Payload::parse(text)?;
    let mut warnings = Vec::new();
    let wire = payload.text("hook_event_name")?;
    let spec = choose(harness, event, wire.as_deref(), &mut warnings);
    let session = if spec.is_some_and(|spec| is_permission(spec.kind)) {
        if wire.is_none() {
            return Err(DecodeError::MissingField { field: "hook_event_name" });
        }
        payload.require_text("session_id")?
    } else {
        payload.text("session_id")?.unwrap_or_default()
    };
    let cwd = payload.text("cwd")?.unwrap_or_default();
    let permission_mode = payload.text("permission_mode")?;
    // The subagent's own events carry its type as their news; everywhere else it says where the event happened.
    let agent_type = payload.text("agent_type")?;
    let event = match spec {
        Some(spec) => body(harness, spec, &payload, agent_type.as_deref())?,
        None => HookEvent::Other(wire.unwrap_or_else(|| event.to_owned())),
    };
    let transcript = payload.text("transcript_path")?.filter(|path| !path.is_empty());
    let hook = Hook { event, session, cwd, transcript, subagent: agent_type, raw: text.to_owned() };
    Ok(Asked { hook, spec, permission_mode, warnings })
}

/// The payload's own event wins when this harness has it; else the command line's.
fn choose(
    harness: Harness,
    event: &str,
    wire: Option<&str>,
    warnings: &mut Vec<String>,
) -> Option<&'static EventSpec> {
    let asked = harness.event(event);
    let Some(wire) = wire else {
        return asked;
    };
    let sent = event::find_wire(harness.events(), wire);
    match (sent, asked) {
        (Some(sent), Some(asked)) if sent == asked => {}
        (Some(sent), _) => warnings.push(format!(
            "the command line says `{event}` but the payload says `{wire}`; taken as `{}`",
            sent.name
        )),
        (None, Some(asked)) => warnings.push(format!(
            "the payload's event `{wire}` is none of {harness}'s; taken as `{}` from the command line",
            asked.name
        )),
        (None, None) => warnings.push(format!("{harness} has no event `{wire}`; nothing is decided")),
    }
    sent.or(asked)
}

/// The tool is about to run: a payload that leaves something out is a failure, not a question.
fn is_permission(kind: HookKind) -> bool {
    matches!(kind, HookKind::PreTool | HookKind::PermissionRequested)
}

fn body(
    harness: Harness,
    spec: &EventSpec,
    payload: &Payload<'_>,
    agent_type: Option<&str>,
) -> Result<HookEvent, DecodeError> {
    Ok(match spec.kind {
        HookKind::SessionStart => HookEvent::SessionStart(payload.text("source")?.unwrap_or_default()),
        HookKind::PromptSubmitted => HookEvent::PromptSubmitted(payload.text("prompt")?.unwrap_or_default()),
        HookKind::PreTool => HookEvent::PreTool(tool_use(harness, payload)?),
        HookKind::PermissionRequested => HookEvent::PermissionRequested(tool_use(harness, payload)?),
        HookKind::PostTool => HookEvent::PostTool(tool_done(harness, spec, payload)?),
        HookKind::Stop => HookEvent::Stop(stop(harness, payload)?),
        HookKind::SubagentStart => HookEvent::SubagentStart(agent_type.unwrap_or_default().to_owned()),
        HookKind::SubagentStop => HookEvent::SubagentStop(stop(harness, payload)?),
        HookKind::PreCompact => HookEvent::PreCompact(payload.text("trigger")?.unwrap_or_default()),
        HookKind::Notification => HookEvent::Notification((
            payload.text("notification_type")?.unwrap_or_default(),
            payload.text("message")?.unwrap_or_default(),
        )),
        HookKind::SessionEnd => HookEvent::SessionEnd(payload.text("reason")?.unwrap_or_default()),
        HookKind::BeforeModel => HookEvent::BeforeModel,
        HookKind::AfterModel => HookEvent::AfterModel,
        HookKind::WorkerExit => HookEvent::WorkerExit(payload.words("exit_status")?),
        HookKind::Other => HookEvent::Other(spec.wire.to_owned()),
    })
}

fn stop(harness: Harness, payload: &Payload<'_>) -> Result<StopInfo, DecodeError> {
    let last_message = payload.text(match harness {
        Harness::Claude | Harness::Codex => "last_assistant_message",
        Harness::Gemini => "prompt_response",
    })?;
    Ok(StopInfo {
        last_message: last_message.unwrap_or_default(),
        already_blocked: payload.flag("stop_hook_active")?,
    })
}

fn tool_use(harness: Harness, payload: &Payload<'_>) -> Result<ToolUse, DecodeError> {
    if payload.text_of("tool_input").is_none() {
        payload.require_text("tool_name")?;
        return Err(DecodeError::MissingField { field: "tool_input" });
    }
    tool(harness, payload)
}

fn tool_done(harness: Harness, spec: &EventSpec, payload: &Payload<'_>) -> Result<ToolDone, DecodeError> {
    let tool = tool(harness, payload)?;
    let response = payload.text_of("tool_response");
    let error = payload.text_of("error");
    let said = response.map_or(Ended::Well, |response| match harness {
        Harness::Claude => claude::ended(tool.kind, response),
        Harness::Gemini => gemini::ended(tool.kind, response),
        Harness::Codex => codex::ended(tool.kind),
    });
    let failed = spec.name == "post-tool-use-failure" || error.is_some() || said == Ended::Badly;
    let end_known = failed || said == Ended::Well;
    Ok(ToolDone { tool, response: response.or(error).unwrap_or_default().to_owned(), failed, end_known })
}

/// The tool, with its arguments as they were sent.
fn tool(harness: Harness, payload: &Payload<'_>) -> Result<ToolUse, DecodeError> {
    let name = payload.require_text("tool_name")?;
    let arguments = payload.object("tool_input")?.unwrap_or_default();
    let call = Call {
        name,
        arguments: &arguments,
        text: payload.text_of("tool_input").unwrap_or("{}"),
        id: payload.text("tool_use_id")?,
    };
    Ok(match harness {
        Harness::Claude => {
            let mcp = claude::mcp(&call.name, payload.object("mcp_server")?.as_ref());
            tool::classify(claude::TOOLS, call, mcp)
        }
        Harness::Gemini => {
            let mcp = gemini::mcp(&call.name, payload.object("mcp_context")?.as_ref());
            tool::classify(gemini::TOOLS, call, mcp)
        }
        Harness::Codex => {
            let mcp = tool::mcp_name(&call.name);
            let patched = codex::patched_paths(&call.name, call.arguments);
            let mut tool = tool::classify(codex::TOOLS, call, mcp);
            tool.paths.extend(patched);
            tool
        }
    })
}
