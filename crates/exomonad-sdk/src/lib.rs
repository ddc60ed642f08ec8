//! What a guest author sees. A guest is policy without I/O: it offers tools, decides hooks, and asks the [`Host`]
//! for everything else.
//!
//! ```
//! use exomonad_sdk::{Context, Decision, Hook, HookEvent, Host, Hooks, Policy, Role};
//!
//! struct Careful;
//!
//! impl Hooks for Careful {
//!     const INTERESTS: &'static [exomonad_sdk::HookKind] = &[exomonad_sdk::HookKind::PreTool];
//!
//!     fn pre_tool(_: &mut dyn Host, _: &Context, _: &Hook, tool: &exomonad_sdk::ToolUse) -> Decision {
//!         if tool.name == "Bash" { Decision::ask("shell commands need a person's yes") } else { Decision::pass() }
//!     }
//! }
//!
//! struct MyPolicy;
//!
//! impl Policy for MyPolicy {
//!     const NAME: &'static str = "mine";
//!     const VERSION: &'static str = "1.0.0";
//!
//!     fn roles() -> Vec<Role> {
//!         vec![Role::new("dev", "Implements one thing").hooks::<Careful>()]
//!     }
//! }
//!
//! exomonad_sdk::export_guest!(MyPolicy);
//! # fn main() {}
//! ```

mod args;
#[expect(missing_docs, reason = "generated from wit/, which documents every line")]
#[expect(clippy::all, clippy::pedantic, clippy::restriction, reason = "generated")]
pub mod bindings;
mod decision;
mod error;
mod export;
pub mod fake;
mod hooks;
mod host;
pub mod permissions;
pub mod prompt;
mod role;
mod schema;
mod tool;

pub use bindings::exomonad::guest::types::{
    Action, Agent, Content, Context, Decision, EffectError, EffectErrorKind, EmbeddedResource, Event,
    GuestInfo, Hook, HookEvent, HookKind, Limits, McpTool, Media, Project, ResourceBody, RoleInfo, Rule,
    RuleDecision, StopInfo, ToolDone, ToolError, ToolHints, ToolInfo, ToolKind, ToolOutput, ToolUse, Verdict,
    WorkspaceKind,
};
pub use bindings::exomonad::guest::{
    agents, events, forge, fs, git, kv, log, messages, process, session, ui, work,
};
pub use export::{Policy, guest};
pub use hooks::{Hooks, kind_of};
pub use host::{Host, WasmHost};
pub use role::Role;
pub use tool::Tool;
