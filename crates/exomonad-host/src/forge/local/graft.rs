//! Brings the commits of a standalone repository into the project, on top of the commit that its first one stands for.
//!
//! Rule: the same commits are the same ones each time, so that filing again adds what is new and changes nothing else.

use std::collections::HashMap;

use crate::agent::Site;
use crate::forge::ForgeError;
use crate::git::{Committer, Git, NewCommit, Which};
use crate::store::AgentRow;

/// Brings what the agent has checked out into the project as a branch of the same name; nothing when it made no commit.
pub(super) fn graft(
    site: &Site,
    row: &AgentRow,
    origin: &Git,
    branch: &str,
) -> Result<Option<String>, ForgeError> {
    let here = site.git(site.repository.clone());
    let base_sha = site.store.spawn(&row.name)?.and_then(|spawn| spawn.base_sha);
    let base_sha = base_sha.ok_or_else(|| ForgeError::NoBase { head: branch.to_owned() })?;
    let (Some(head), Some(first)) = (here.commit("HEAD")?, here.first_commit()?) else { return Ok(None) };
    if head == first {
        return Ok(None);
    }
    origin.fetch_objects(&site.repository.common_dir, &head)?;
    let tip = replant(origin, &first, &head, &base_sha)?;
    place(site, row, origin, branch, &tip)?;
    Ok(Some(tip))
}

/// The commits above `first`, as they are, above `base_sha`.
fn replant(origin: &Git, first: &str, head: &str, base_sha: &str) -> Result<String, ForgeError> {
    let mut made = HashMap::from([(first.to_owned(), base_sha.to_owned())]);
    let mut tip = base_sha.to_owned();
    for step in origin.steps(first, head, Which::All)? {
        let parents = step.parents.iter().map(|parent| made.get(parent).unwrap_or(parent).as_str());
        let parents: Vec<_> = parents.collect();
        tip = origin.make_commit(&NewCommit {
            tree: &origin.tree(&step.id)?,
            parents: &parents,
            message: &step.message,
            author: Some(&step.author),
            committer: Committer::As(&step.committer),
        })?;
        made.insert(step.id, tip.clone());
    }
    Ok(made.remove(head).unwrap_or(tip))
}

/// Has the branch of the project lead to the commit. A branch that is not known to be the agent's stays as it is.
fn place(site: &Site, row: &AgentRow, origin: &Git, branch: &str, commit: &str) -> Result<(), ForgeError> {
    let taken = || ForgeError::BranchTaken { branch: branch.to_owned() };
    let Some(old) = origin.commit(&format!("refs/heads/{branch}"))? else {
        return Ok(origin.create_branch(branch, commit, &format!("exomonad: commits of {}", row.name))?);
    };
    if old == commit {
        return Ok(());
    }
    let filed = site.store.pull_of(branch)?;
    let is_here = filed.is_some_and(|pull| pull.author == row.name && pull.head_sha == old);
    let is_elsewhere = || -> Result<bool, ForgeError> {
        let filed = site.store.filed(branch)?;
        Ok(filed.is_some_and(|filed| !filed.local && filed.head_sha == old))
    };
    let is_its = is_here || is_elsewhere()?;
    if !is_its || !origin.checkouts_of(branch)?.is_empty() {
        return Err(taken());
    }
    let message = format!("exomonad: more commits of {}", row.name);
    if origin.move_branch(branch, &old, commit, &message)? { Ok(()) } else { Err(taken()) }
}
