//! `exomonad mcp-stdio`: an agent's sidecar, started by its coding agent.
//!
//! Stdout carries the protocol and nothing else.

use exomonad_host::mcp::Server;
use exomonad_host::tool::{Calls, Toolbox};

use crate::cli::McpStdioArgs;
use crate::env::Env;
use crate::exit::Exit;

/// A panic goes to the log: the client may show its user what we write to stderr, or fail over it.
fn quiet_panics() {
    std::panic::set_hook(Box::new(|panic| tracing::error!("{panic}")));
}

#[cfg(feature = "compile")]
fn server(toolbox: Toolbox, args: &McpStdioArgs) -> Server {
    let server = Server::new(toolbox);
    match &args.guest.guest {
        Some(file) => server.reloaded_from(file.clone()),
        None => server,
    }
}

#[cfg(not(feature = "compile"))]
fn server(toolbox: Toolbox, _: &McpStdioArgs) -> Server {
    Server::new(toolbox)
}

pub(crate) fn run(env: &Env, args: &McpStdioArgs) -> anyhow::Result<Exit> {
    quiet_panics();
    let toolbox = args.who.toolbox(env, &args.guest.source()?, Calls::Many)?;
    server(toolbox, args).serve()?;
    Ok(Exit::Ok)
}
