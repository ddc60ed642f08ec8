//! The real coding agents, held by exomonad. `cargo xtask e2e` installs the agents and runs these.
//!
//! Every test is a fact about a whole run: the agent's own program, our hooks, and a scripted model. What an agent's
//! version cannot do is a test too, so that the day it can, we hear of it.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    reason = "a test's helper fails by panicking, what JSON lacks is null, and this program reads its own environment"
)]

/// Makes one test of each case for each agent.
macro_rules! cases {
    ($($agent:ident: $($case:ident),+ $(,)?;)+) => {
        $(mod $agent {
            $(#[test]
            fn $case() {
                super::$case(&crate::agent::$agent());
            })+
        })+
    };
}

mod agent;
mod contract;
mod demo;
mod elicit;
mod events;
mod failure;
mod gate;
mod github;
mod held;
mod launch;
mod mcp;
mod messages;
mod permissions;
mod policy;
mod registration;
mod sandbox;
mod sessions;
mod stage;
mod telemetry;
mod tree;
mod uninstall;
mod verdicts;
mod wake;
mod wire;
