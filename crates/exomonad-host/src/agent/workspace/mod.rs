//! Where an agent works: makes it, and takes it away when nothing of value is in it.
//!
//! Rules this room keeps: what exists is never overwritten and never adopted; what is removed bears the spawn's mark, and
//! what was changed in it is under a ref first.

mod error;
mod ground;
mod include;
mod plan;
mod removal;
mod salvage;
mod setup;
mod standalone;
mod worktree;

use camino::{Utf8Path, Utf8PathBuf};

pub use self::error::WorkspaceError;
pub(super) use self::error::describe;
pub(crate) use self::ground::in_progress;
pub use self::ground::{Ground, survey};
pub use self::include::include;
pub(super) use self::plan::mark_in;
pub use self::plan::{WorkspacePlan, plan, planned};
pub(super) use self::removal::{exists, remove};
pub(super) use self::salvage::salvage;
pub use self::setup::set_up;
pub(super) use self::worktree::admin_dir;
use super::Site;
use crate::contract::WorkspaceKind;

/// Makes the workspace: nothing, all of it, or what [`unmake`] recognises.
///
/// # Errors
/// The branch or the directory is there already, or git failed.
pub fn make(site: &Site, plan: &WorkspacePlan) -> Result<(), WorkspaceError> {
    match plan.kind {
        WorkspaceKind::Worktree => worktree::make(site, plan),
        WorkspaceKind::Standalone => standalone::make(site, plan),
        WorkspaceKind::Shared => Ok(()),
        WorkspaceKind::Main => Err(WorkspaceError::Main),
    }
}

/// Takes away what [`make`] made for this spawn, as far as it is there and bears its mark. Commits stay, with their branch
/// and the workspace; changes that nobody committed are under a ref before they go, and an event says which. Tells what it left of this
/// spawn, in sentences.
///
/// # Errors
/// Git failed, or a file could not be removed. Doing it again goes on where it ended.
pub fn unmake(site: &Site, plan: &WorkspacePlan) -> Result<Vec<String>, WorkspaceError> {
    match plan.kind {
        WorkspaceKind::Worktree => worktree::unmake(site, plan),
        WorkspaceKind::Standalone => standalone::unmake(site, plan),
        WorkspaceKind::Shared | WorkspaceKind::Main => Ok(Vec::new()),
    }
}

/// The top of the project's worktrees.
#[must_use]
pub fn worktrees_dir(state_dir: &Utf8Path) -> Utf8PathBuf {
    state_dir.join("worktrees")
}
