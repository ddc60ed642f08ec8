//! Hermetic projects, a scripted model and the real coding agents, for exomonad's tests.
//!
//! Rules: nothing here reads the caller's home, git configuration or agent variables, and nothing leaves the
//! loopback interface. A helper that cannot do its job panics and says why: it only ever runs inside a test.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test helper fails by panicking, and is itself the door to processes and files for tests"
)]

pub mod client;
pub mod collector;
pub mod github;
pub mod hooks;
mod http;
mod listener;
pub mod mcp;
pub mod model;
pub mod picture;
pub mod process;
pub mod project;

pub use client::{Claude, Client, ClientRun, Codex, Gemini};
pub use collector::Collector;
pub use github::GitHub;
pub use hooks::HookRecorder;
pub use mcp::{Bridge, McpSession};
pub use model::{Cast, FakeModel, ModelRequest, Script, Turn};
pub use process::{End, Live, Output, Run};
pub use project::Project;
