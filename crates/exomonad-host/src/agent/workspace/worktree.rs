//! A worktree with a branch of its own.
//!
//! The branch bears the spawn's mark in its first reflog entry, the worktree in the reason of its lock, which git writes
//! before anything else of it. The lock stays as long as the agent: nothing of git's own housekeeping takes it away.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;

use camino::{Utf8Path, Utf8PathBuf};

use super::plan::reason;
use super::removal::{exists, fail, leads_to, moved_to, remove};
use super::salvage::keep_changes;
use super::{WorkspaceError, WorkspacePlan};
use crate::agent::Site;
use crate::git::Repository;

/// Makes the branch, then the worktree.
pub(super) fn make(site: &Site, plan: &WorkspacePlan) -> Result<(), WorkspaceError> {
    let (branch, ground) = plan.parts()?;
    require_absent(&plan.path)?;
    make_parents(&plan.path)?;
    let git = site.git(plan.origin.clone());
    if let Err(err) = git.create_branch(branch, &ground.base_sha, &plan.reason()) {
        return Err(match git.branches_at(branch)?.into_iter().next() {
            Some(found) => WorkspaceError::BranchTaken { branch: branch.to_owned(), found },
            None => err.into(),
        });
    }
    Ok(git.add_worktree(&plan.path, branch, &plan.reason())?)
}

/// Whatever is there, even a link to nothing, is somebody else's.
pub(super) fn require_absent(path: &Utf8Path) -> Result<(), WorkspaceError> {
    if exists(path)? {
        return Err(WorkspaceError::PathTaken { path: path.to_owned() });
    }
    Ok(())
}

/// Makes the directories above a path, for their user alone.
pub(super) fn make_parents(path: &Utf8Path) -> Result<(), WorkspaceError> {
    let dir = path.parent().unwrap_or(path);
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(|source| fail("make", dir, source))
}

/// Removes the worktree, then the branch.
pub(super) fn unmake(site: &Site, plan: &WorkspacePlan) -> Result<Vec<String>, WorkspaceError> {
    let (branch, ground) = plan.parts()?;
    let git = site.git(plan.origin.clone());
    let mut left = Vec::new();
    if let Some(admin_dir) = admin_dir(&plan.origin, &plan.mark)? {
        let found = Found { site, plan, admin_dir: &admin_dir };
        if !found.unmake(&ground.base_sha, &mut left)? {
            return Ok(left);
        }
    } else {
        // What a removal that was interrupted left of the directory.
        remove(plan, None)?;
    }
    let Some(tip) = git.tip(branch)? else { return Ok(left) };
    if git.birth(branch)?.as_deref() != Some(&plan.reason()) {
        // Somebody else's, which was in the way.
        return Ok(left);
    }
    if tip.commit != ground.base_sha {
        left.push(format!("branch `{branch}` has commits of its own"));
    } else if !tip.worktree.is_empty() {
        left.push(format!("branch `{branch}` is checked out in `{}`", tip.worktree));
    } else {
        git.delete_branch(branch, &tip.commit)?;
    }
    Ok(left)
}

/// Git's directory for the worktree that bears a mark. Read from git's own files: git does not list a worktree that it did
/// not get to finish.
pub(in crate::agent) fn admin_dir(
    origin: &Repository,
    mark: &str,
) -> Result<Option<Utf8PathBuf>, WorkspaceError> {
    let worktrees = origin.common_dir.join("worktrees");
    let read = |source| fail("read", &worktrees, source);
    let entries = match worktrees.read_dir_utf8() {
        Err(err) if err.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        entries => entries.map_err(read)?,
    };
    let reason = reason(mark);
    for entry in entries {
        let dir = entry.map_err(read)?.into_path();
        if std::fs::read_to_string(dir.join("locked")).is_ok_and(|text| text.trim_end() == reason) {
            return Ok(Some(dir));
        }
    }
    Ok(None)
}

/// A worktree that bears the mark.
struct Found<'a> {
    site: &'a Site,
    plan: &'a WorkspacePlan,
    admin_dir: &'a Utf8Path,
}

impl Found<'_> {
    /// Takes it away, unless it holds commits or was moved; tells whether it is gone.
    fn unmake(&self, base_sha: &str, left: &mut Vec<String>) -> Result<bool, WorkspaceError> {
        let path = &self.plan.path;
        // Git writes the index last: without one, nobody but git was in there, and it had not finished.
        if exists(&self.admin_dir.join("index"))? {
            if let Some(elsewhere) = moved_to(path, self.admin_dir) {
                left.push(format!("the worktree was moved to `{elsewhere}`"));
                return Ok(false);
            }
            if leads_to(path, self.admin_dir) {
                let checkout = Repository::find(path)?;
                let standing = self.site.git(checkout.clone()).standing()?;
                if standing.commit.as_deref() != Some(base_sha) {
                    left.push(format!("worktree `{path}` has commits of its own"));
                    return Ok(false);
                }
                keep_changes(self.site, self.plan, &checkout, &standing.changes)?;
            }
        }
        remove(self.plan, Some(self.admin_dir))?;
        Ok(true)
    }
}
