//! `exomonad mcp-stdio`: an agent's sidecar, started by its coding agent.
//!
//! Stdout carries the protocol and nothing else.

use exomonad_host::clock::Clock;
use exomonad_host::engine::GuestSource;
use exomonad_host::mcp;
use exomonad_host::tool::{Request, Toolbox};

use super::project::now_ms;
use crate::cli::McpStdioArgs;
use crate::env::Env;
use crate::exit::Exit;

pub(crate) fn run(env: &Env, args: &McpStdioArgs) -> anyhow::Result<Exit> {
    let toolbox = Toolbox::open(&Request {
        dir: args.dir.as_deref().unwrap_or(&env.dir),
        claimed: args.agent.as_deref().or(env.agent.as_deref()),
        search_path: &env.search_path,
        home: env.home.as_deref(),
        user_config: env.user_config().as_deref(),
        clock: Clock::new(now_ms),
        guest: &GuestSource::Builtin,
    })?;
    mcp::serve(toolbox)?;
    Ok(Exit::Ok)
}
