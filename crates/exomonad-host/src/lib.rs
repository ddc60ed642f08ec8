//! Runs the guest, performs its effects, and speaks each coding agent's wire.
//!
//! Architecture invariant: this crate never prints, never reads the environment or the current directory, and never
//! exits. What it needs to know comes in as arguments; what went wrong goes out as errors.

pub mod agent;
pub mod clock;
pub mod config;
pub mod contract;
mod duty;
pub mod effects;
pub mod engine;
pub mod exec;
pub mod forge;
pub mod git;
pub mod harness;
pub mod hook;
pub mod install;
mod lease;
pub mod mcp;
pub mod message;
pub mod mux;
pub mod project;
pub mod store;
pub mod surroundings;
pub mod telemetry;
pub mod tool;
pub mod ui;

/// An error and its causes in one line.
#[must_use]
pub fn explain(err: &dyn std::error::Error) -> String {
    let mut text = err.to_string();
    let mut cause = err.source();
    while let Some(err) = cause {
        text = format!("{text}: {err}");
        cause = err.source();
    }
    text
}

/// Goes on after a failure that changes nothing for the caller, and says in the log what was given up.
pub fn drop_logged<T, E: std::fmt::Display>(result: Result<T, E>, act: &str) {
    if let Err(err) = result {
        tracing::warn!(%err, "failed to {act}");
    }
}
