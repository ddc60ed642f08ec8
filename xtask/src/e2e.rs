//! Runs the end-to-end tests: the real coding agents, held by exomonad, against a scripted model.

use anyhow::Result;

use crate::clients;
use crate::workspace::Workspace;

/// Installs the agents, builds exomonad and runs the tests. Further arguments go to `cargo nextest run`.
pub(crate) fn run(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    let clients = clients::install()?;
    let nextest = ["nextest", "run", "--package", "exomonad", "--features", "e2e", "--test", "e2e"];
    workspace
        .cargo(nextest.iter().chain(arguments).copied())
        .env("EXOMONAD_E2E_CLAUDE_NEWEST", clients.claude_newest)
        .env("EXOMONAD_E2E_CLAUDE_OLDEST", clients.claude_oldest)
        .env("EXOMONAD_E2E_GEMINI", clients.gemini)
        .run()
}
