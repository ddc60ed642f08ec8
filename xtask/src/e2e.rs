//! Runs the end-to-end tests: the real coding agents and MCP clients, with exomonad, against a scripted model; and the real
//! multiplexers.

use anyhow::Result;

use crate::clients;
use crate::workspace::Workspace;

/// Installs the programs, builds exomonad and runs the tests. Further arguments go to `cargo nextest run`.
pub(crate) fn run(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    clients::require_tmux(&workspace.root)?;
    let clients = clients::install()?;
    let nextest =
        ["nextest", "run", "--package", "exomonad", "--features", "e2e", "--test", "e2e", "--test", "mux"];
    let mut command = workspace.cargo(nextest.iter().chain(arguments).copied());
    for (variable, path) in clients {
        command = command.env(variable, path);
    }
    command.run()
}
