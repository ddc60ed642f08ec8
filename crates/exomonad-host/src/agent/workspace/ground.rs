//! Whether children can begin where their parent is.

use camino::Utf8Path;

use super::WorkspaceError;
use crate::agent::Site;
use crate::contract::WorkspaceKind;
use crate::git::{Change, Repository};

/// Where a child begins: its parent's commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    /// The parent's branch.
    pub base: String,
    /// The parent's last commit.
    pub base_sha: String,
}

/// Looks whether children can begin at the site's checkout: it has a branch and a commit, and no changes that a child would
/// not see. For a shared directory there is no condition, and no ground: its agents see what the parent sees.
///
/// # Errors
/// It is bare, detached, without a commit, in the middle of a merge, or dirty: then the error has the exact paths.
pub fn survey(site: &Site, kind: WorkspaceKind) -> Result<Option<Ground>, WorkspaceError> {
    match kind {
        WorkspaceKind::Shared => return Ok(None),
        WorkspaceKind::Main => return Err(WorkspaceError::Main),
        WorkspaceKind::Worktree | WorkspaceKind::Standalone => {}
    }
    let repository = &site.repository;
    let checkout = || repository.workspace.clone();
    let git = site.git(repository.clone());
    let standing = match git.standing() {
        Ok(standing) => standing,
        Err(_) if git.is_bare()? => return Err(WorkspaceError::Bare { path: checkout() }),
        Err(err) => return Err(err.into()),
    };
    if let Some((operation, next)) = in_progress(repository) {
        return Err(WorkspaceError::Busy { checkout: checkout(), operation, next });
    }
    let (base, base_sha) = match (standing.branch, standing.commit) {
        (Some(base), Some(base_sha)) => (base, base_sha),
        (Some(branch), None) => return Err(WorkspaceError::NoCommit { checkout: checkout(), branch }),
        (None, commit) => {
            let commit = commit.unwrap_or_default();
            return Err(WorkspaceError::NoBranch { checkout: checkout(), commit });
        }
    };
    let changes: Vec<_> = standing.changes.into_iter().filter(is_seen_by_nobody_else).collect();
    if !changes.is_empty() {
        return Err(WorkspaceError::Dirty { checkout: checkout(), changes });
    }
    Ok(Some(Ground { base, base_sha }))
}

/// Our own directory is read from the project's root, whatever checkout an agent works in.
fn is_seen_by_nobody_else(change: &Change) -> bool {
    !Utf8Path::new(&change.path).starts_with(".exomonad")
}

/// What git is in the middle of, by the files that it keeps meanwhile, and how it is ended.
pub(crate) fn in_progress(repository: &Repository) -> Option<(&'static str, &'static str)> {
    const SIGNS: [(&str, &str, &str); 7] = [
        ("rebase-merge", "rebase", "`git rebase --continue` or `git rebase --abort`"),
        ("rebase-apply/applying", "series of patches", "`git am --continue` or `git am --abort`"),
        ("rebase-apply", "rebase", "`git rebase --continue` or `git rebase --abort`"),
        ("MERGE_HEAD", "merge", "`git merge --continue` or `git merge --abort`"),
        ("CHERRY_PICK_HEAD", "cherry-pick", "`git cherry-pick --continue` or `git cherry-pick --abort`"),
        ("REVERT_HEAD", "revert", "`git revert --continue` or `git revert --abort`"),
        ("BISECT_LOG", "bisection", "`git bisect reset`"),
    ];
    let found = SIGNS.into_iter().find(|(sign, _, _)| repository.git_dir.join(sign).exists());
    found.map(|(_, operation, next)| (operation, next))
}
