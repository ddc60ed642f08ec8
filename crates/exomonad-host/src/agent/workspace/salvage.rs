//! Keeps what nobody committed, or what nobody merged, under a ref of its own before it is removed.

use camino::Utf8Path;

use super::removal::fail;
use super::{WorkspaceError, WorkspacePlan};
use crate::agent::Site;
use crate::contract::WorkspaceKind;
use crate::git::{Change, ChangeKind, Git, Repository};

/// Keeps everything in a checkout that git does not ignore, on top of its last commit, under a new ref of its parent's
/// repository. Returns the ref.
///
/// # Errors
/// The checkout holds a repository of its own with work in it, a file cannot be read, or git failed.
pub(in crate::agent) fn salvage(
    site: &Site,
    plan: &WorkspacePlan,
    checkout: &Repository,
    changes: &[Change],
) -> Result<String, WorkspaceError> {
    require_no_nested(changes)?;
    let now_ms = site.clock.now_ms();
    let name = format!("refs/exomonad/salvage/{}-{now_ms}", plan.agent);
    let goes_too = plan.kind == WorkspaceKind::Standalone;
    let commit = commit_of_files(checkout, goes_too, &site.git(checkout.clone()), &name)?;
    let origin = site.git(plan.origin.clone());
    if goes_too {
        origin.fetch_commit(&checkout.common_dir, &commit, &name)?;
    } else {
        origin.create_ref(&name, &commit, "exomonad salvage")?;
    }
    let data = serde_json::json!({ "ref": name, "commit": commit }).to_string();
    site.store.record_event(now_ms, "agent.salvaged", plan.agent.as_str(), &data)?;
    Ok(name)
}

/// A commit of everything in the work tree, with all that the checkout's repository leads to when that repository goes, too;
/// the last commit itself when there is nothing else.
fn commit_of_files(
    checkout: &Repository,
    goes_too: bool,
    here: &Git,
    name: &str,
) -> Result<String, WorkspaceError> {
    let temp =
        tempfile::tempdir().map_err(|source| fail("make", Utf8Path::new("a temporary directory"), source))?;
    let dir = Utf8Path::from_path(temp.path()).unwrap_or(&checkout.git_dir);
    // A copy of the index knows what has not changed; the checkout's own stays as it is.
    let index = dir.join("index");
    let own = checkout.git_dir.join("index");
    if own.exists() {
        std::fs::copy(&own, &index).map_err(|source| fail("copy", &own, source))?;
    }
    let tree = here.patient().tree_of_files(&index)?;
    let mut parents: Vec<_> = here.commit("HEAD")?.into_iter().collect();
    if let [head] = parents.as_slice()
        && here.tree(head)? == tree
        && !goes_too
    {
        return Ok(head.clone());
    }
    if goes_too {
        let others = here.tips()?.into_iter().filter(|tip| !parents.contains(tip)).collect::<Vec<_>>();
        parents.extend(others);
    }
    let parents: Vec<_> = parents.iter().map(String::as_str).collect();
    Ok(here.commit_tree(&tree, &parents, &format!("exomonad: {name}"))?)
}

/// Keeps changes, if there are any but deletions. The event that says so is how people hear of it.
pub(super) fn keep_changes(
    site: &Site,
    plan: &WorkspacePlan,
    checkout: &Repository,
    changes: &[Change],
) -> Result<(), WorkspaceError> {
    if changes.iter().any(|change| !change.is_deletion) {
        let name = salvage(site, plan, checkout, changes)?;
        tracing::warn!(agent = plan.agent.as_str(), name, "what was changed in the workspace is kept");
    }
    Ok(())
}

/// Refuses a repository inside the checkout that has work: our ref would keep its commit's id, and nothing of the work.
fn require_no_nested(changes: &[Change]) -> Result<(), WorkspaceError> {
    let nested = changes.iter().find(|change| {
        change.is_submodule && matches!(change.kind, ChangeKind::Unstaged | ChangeKind::Untracked)
    });
    match nested {
        Some(change) => Err(WorkspaceError::Nested { path: change.path.clone() }),
        None => Ok(()),
    }
}
