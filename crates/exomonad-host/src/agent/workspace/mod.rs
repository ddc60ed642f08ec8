//! Where an agent works: makes it, and takes it away when nothing of value is in it.
//!
//! Rules this room keeps: what exists is never overwritten and never adopted; what is removed bears the spawn's mark.

mod error;

use camino::{Utf8Path, Utf8PathBuf};

pub use self::error::WorkspaceError;
use super::{AgentName, Site};
use crate::contract::WorkspaceKind;

/// Where a child begins: its parent's commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    /// The parent's branch.
    pub base: String,
    /// The parent's last commit.
    pub base_sha: String,
}

/// A workspace to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspacePlan {
    /// Whose it is.
    pub agent: AgentName,
    /// What kind.
    pub kind: WorkspaceKind,
    /// Where it will be: absolute.
    pub path: Utf8PathBuf,
    /// The branch to make for it; absent for a shared directory.
    pub branch: Option<String>,
    /// Where it begins.
    pub ground: Ground,
    /// What marks it as this spawn's.
    pub mark: String,
}

/// Looks whether children can begin at the site's checkout: it has a branch and a commit, and no changes that a child would
/// not see. For a shared directory only the branch matters, and not even that must be there.
///
/// # Errors
/// It is bare, detached, without a commit, in the middle of a merge, or dirty: then the error has the exact paths.
pub fn survey(_site: &Site, _kind: WorkspaceKind) -> Result<Ground, WorkspaceError> {
    Err(WorkspaceError::NoBranch)
}

/// Where the workspace of a child will be, and its branch.
#[must_use]
pub fn plan(
    _site: &Site,
    _agent: &AgentName,
    _slug: &str,
    _kind: WorkspaceKind,
    _ground: Ground,
    _mark: &str,
) -> Option<WorkspacePlan> {
    None
}

/// Makes the workspace: nothing, all of it, or what [`unmake`] recognises.
///
/// # Errors
/// The branch or the directory is there already, or git failed.
pub fn make(_site: &Site, _plan: &WorkspacePlan) -> Result<(), WorkspaceError> {
    Err(WorkspaceError::NoBranch)
}

/// Copies what `.worktreeinclude` names from the parent's checkout; tells what was left out and why.
///
/// # Errors
/// A file cannot be read or written.
pub fn include(_site: &Site, _plan: &WorkspacePlan) -> Result<Vec<String>, WorkspaceError> {
    Err(WorkspaceError::NoBranch)
}

/// Runs the project's `setup` command in the workspace, if there is one and the user approved it.
///
/// # Errors
/// It is not approved, or it failed.
pub fn set_up(_site: &Site, _plan: &WorkspacePlan, _stop: &dyn Fn() -> bool) -> Result<(), WorkspaceError> {
    Err(WorkspaceError::NoBranch)
}

/// Takes away what [`make`] made for this spawn, as far as it is there, bears its mark, and holds no work. Tells what it
/// left, in sentences.
///
/// # Errors
/// Git failed.
pub fn unmake(_site: &Site, _plan: &WorkspacePlan) -> Result<Vec<String>, WorkspaceError> {
    Err(WorkspaceError::NoBranch)
}

/// The top of the project's worktrees.
#[must_use]
pub fn worktrees_dir(state_dir: &Utf8Path) -> Utf8PathBuf {
    state_dir.join("worktrees")
}
