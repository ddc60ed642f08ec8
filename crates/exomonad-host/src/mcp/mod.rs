//! The agent's sidecar: serves its tools to an MCP client over stdio.
//!
//! Speaks both eras of the protocol: `server/discover` and requests that describe themselves (2026-07-28, which Claude Code
//! opens with), and `initialize` (2024-11-05 to 2025-11-25, which Gemini CLI and most others send). The only room with
//! async code: the client's frames are handled on one thread, and each call of a tool has a thread of its own, so that
//! one that waits delays no other.

mod beat;
mod calls;
mod client;
mod dispatch;
mod elicit;
mod flight;
mod frame;
mod handler;
mod life;
mod message;
mod outbox;
#[cfg(feature = "compile")]
mod reload;
mod running;
mod serve;
mod streams;
mod suspended;
mod timetable;
mod transport;
mod voice;
mod watch;
mod wire;

pub use serve::{ServeError, Server};
pub use timetable::Timetable;
