//! Generated from `wit/`: the host's side of the contract. These are also the host's own words for a hook and a
//! decision; `harness/` translates between them and each coding agent's wire.

#[expect(missing_docs, reason = "generated from wit/, which documents every line")]
#[expect(clippy::all, clippy::restriction, reason = "generated")]
mod bindings {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "guest",
        imports: { default: trappable },
        trappable_error_type: {
            "exomonad:guest/types.effect-error" => crate::effects::Failure,
        },
        additional_derives: [PartialEq, Clone, serde::Serialize, serde::Deserialize],
    });
}

pub use bindings::exomonad::guest::types::{
    Action, Agent, Content, Context, Decision, EffectError, EffectErrorKind, EmbeddedResource, Event,
    GuestInfo, Hook, HookEvent, HookKind, Limits, McpTool, Media, Project, ResourceBody, RoleInfo, Rule,
    RuleDecision, StopInfo, ToolDone, ToolError, ToolHints, ToolInfo, ToolKind, ToolOutput, ToolUse, Verdict,
    WorkspaceKind,
};
pub use bindings::exomonad::guest::{
    agents, events, forge, fs, git, kv, log, messages, process, session, types, ui, work,
};
pub use bindings::{Guest, GuestPre};
