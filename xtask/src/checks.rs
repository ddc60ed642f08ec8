//! Tests, formatting, lints and API docs: each one a cargo command.

use anyhow::Result;

use crate::workspace::Workspace;

/// Keys that only a nightly rustfmt reads from `rustfmt.toml`; the command line takes them on stable.
const IMPORT_STYLE: &str = "imports_granularity=Module,group_imports=StdExternalCrate";

/// Runs every test, then the examples in the docs.
pub(crate) fn test(workspace: &Workspace) -> Result<()> {
    workspace.cargo(["test", "--quiet", "--doc", "--workspace"]).run()?;
    workspace.cargo(["nextest", "run", "--workspace"]).run()
}

/// Formats the sources.
pub(crate) fn format(workspace: &Workspace) -> Result<()> {
    workspace.cargo(["fmt", "--all", "--", "--config", IMPORT_STYLE]).run()
}

/// Fails where a source is not formatted.
pub(crate) fn require_formatted(workspace: &Workspace) -> Result<()> {
    workspace.cargo(["fmt", "--all", "--", "--check", "--config", IMPORT_STYLE]).run()
}

/// Lints every target.
pub(crate) fn clippy(workspace: &Workspace) -> Result<()> {
    workspace
        .cargo([
            "clippy",
            "--workspace",
            "--all-targets",
            "--features",
            "exomonad/e2e",
            "--",
            "-D",
            "warnings",
        ])
        .run()
}

/// Builds the API documentation.
pub(crate) fn docs(workspace: &Workspace) -> Result<()> {
    let docs = workspace.cargo(["doc", "--workspace", "--no-deps", "--document-private-items"]);
    docs.env("RUSTDOCFLAGS", "-D warnings").run()
}
