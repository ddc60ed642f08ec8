//! The harness's own settings of an agent, written before its first start.

use super::choice::Program;
use super::order::Order;
use super::{AgentFiles, SpawnError};
use crate::agent::{Launch, Site, write_own_files};
use crate::contract::WorkspaceKind;
use crate::harness::{Harness, LaunchFacts, OwnFile, SettingsFacts, Trust};
use crate::store::AgentRow;

/// Refuses what the harness cannot be told, before anything is made.
pub(super) fn check(
    site: &Site,
    row: &AgentRow,
    launch: &Launch,
    program: Program<'_>,
    files: &AgentFiles,
) -> Result<(), SpawnError> {
    let Program::Known(harness) = program else { return Ok(()) };
    own_files(site, row, launch, harness, files).map(drop)
}

/// Writes the files that the harness reads at its start, and has it trust a directory that we made.
pub(super) fn write(site: &Site, order: &Order<'_>, files: &AgentFiles) -> Result<(), SpawnError> {
    let Program::Known(harness) = order.program else { return Ok(()) };
    let own = own_files(site, &order.row, &order.spawn.launch, harness, files)?;
    write_own_files(site, &order.row.workspace, &own)?;
    let worktree_of = match order.row.workspace_kind {
        // Whether the directory is trusted is its owner's business.
        WorkspaceKind::Shared | WorkspaceKind::Main => return Ok(()),
        WorkspaceKind::Worktree => Some(order.plan.origin.main.as_path()),
        WorkspaceKind::Standalone => None,
    };
    harness.trust(&site.surroundings, &Trust { workspace: &order.row.workspace, worktree_of })?;
    Ok(())
}

fn own_files(
    site: &Site,
    row: &AgentRow,
    launch: &Launch,
    harness: Harness,
    files: &AgentFiles,
) -> Result<Vec<OwnFile>, SpawnError> {
    let settings = SettingsFacts {
        exe: site.surroundings.exe.clone(),
        version: None,
        project_root: site.repository.root.clone(),
    };
    let facts = LaunchFacts {
        agent: row.name.as_str(),
        launch,
        workspace: &row.workspace,
        settings: &settings,
        surroundings: &site.surroundings,
        files: &files.dir,
        prompt: None,
        prompt_file: &files.prompt(),
        has_settings: row.workspace == site.repository.root,
        may_skip_permissions: site.config.agents.skip_permissions,
    };
    harness.launch_line(&facts)?;
    Ok(harness.launch_files(&facts)?)
}
