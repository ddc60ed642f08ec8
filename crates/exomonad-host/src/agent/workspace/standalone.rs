//! A repository of its own, outside of the project: the parent's files as one commit, and no way to its history.
//!
//! It is made aside and renamed when it is complete, so that a spawn leaves all of it or a directory that has its mark for
//! a name.

use std::fs::DirBuilder;
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;

use camino::Utf8Path;
use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::removal::{aside, directory, exists, fail, remove};
use super::salvage::keep_changes;
use super::worktree::{make_parents, require_absent};
use super::{WorkspaceError, WorkspacePlan};
use crate::agent::Site;
use crate::git::{Pointer, Repository};

/// Makes the directory with the pointer and the repository.
pub(super) fn make(site: &Site, plan: &WorkspacePlan) -> Result<(), WorkspaceError> {
    let dir = directory(plan).ok_or(WorkspaceError::Main)?;
    require_absent(dir)?;
    make_parents(dir)?;
    let aside = aside(plan, dir);
    make_dir(&aside)?;
    let pointer =
        Pointer { project: plan.origin.root.clone(), agent: plan.agent.to_string(), mark: plan.mark.clone() };
    pointer.write(&aside).map_err(|source| fail("write the pointer in", &aside, source))?;
    let repository = Pointer::repository(&aside);
    make_dir(&repository)?;
    fill(site, plan, &repository)?;
    match renameat_with(CWD, aside.as_std_path(), CWD, dir.as_std_path(), RenameFlags::NOREPLACE) {
        Ok(()) => Ok(()),
        Err(err) if std::io::Error::from(err).kind() == ErrorKind::AlreadyExists => {
            Err(WorkspaceError::PathTaken { path: dir.to_owned() })
        }
        Err(err) => Err(fail("make", dir, err.into())),
    }
}

/// Puts the parent's files, as one commit without a past, into an empty directory. The objects are copied: nothing in the
/// repository leads back.
fn fill(site: &Site, plan: &WorkspacePlan, dir: &Utf8Path) -> Result<(), WorkspaceError> {
    let (branch, ground) = plan.parts()?;
    let origin = site.git(plan.origin.clone());
    let tree = origin.tree(&ground.base_sha)?;
    let git_dir = dir.join(".git");
    let git = site.git(Repository {
        workspace: dir.to_owned(),
        git_dir: git_dir.clone(),
        common_dir: git_dir,
        main: dir.to_owned(),
        root: plan.origin.root.clone(),
    });
    git.init(branch, &ground.base_sha)?;
    let message = format!("The state of `{}`", ground.base);
    let borrowing = git.borrowing(&plan.origin.common_dir);
    let commit = borrowing.commit_tree(&tree, &[], &message)?;
    // Borrowing here, too: git does not write a commit that the parent's repository happens to have.
    borrowing.create_branch(branch, &commit, &plan.reason())?;
    borrowing.keep_borrowed()?;
    git.check_out_all()?;
    for (key, value) in origin.own_identity()? {
        git.configure(&key, &value)?;
    }
    Ok(())
}

/// Removes the repository, when it bears the mark and has no commits but its first.
pub(super) fn unmake(site: &Site, plan: &WorkspacePlan) -> Result<Vec<String>, WorkspaceError> {
    let mut left = Vec::new();
    if exists(&plan.path)? && is_ours(plan) {
        let checkout = Repository::find(&plan.path)?;
        let here = site.git(checkout.clone());
        if here.count_commits()? > 1 {
            left.push(format!("repository `{}` has commits of its own", plan.path));
            return Ok(left);
        }
        keep_changes(site, plan, &checkout, &here.standing()?.changes)?;
    }
    remove(plan, None)?;
    Ok(left)
}

fn is_ours(plan: &WorkspacePlan) -> bool {
    let pointer = directory(plan).and_then(Pointer::read);
    pointer.is_some_and(|pointer| pointer.mark == plan.mark)
}

fn make_dir(path: &Utf8Path) -> Result<(), WorkspaceError> {
    DirBuilder::new().mode(0o700).create(path).map_err(|source| fail("make", path, source))
}
