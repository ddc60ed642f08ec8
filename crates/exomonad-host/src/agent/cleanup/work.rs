//! What an agent's workspace holds that is nowhere else.

use std::fmt;

use super::CleanupError;
use super::merged::Merging;
use crate::agent::workspace::{WorkspacePlan, describe, exists};
use crate::agent::{Site, WorkspaceError};
use crate::contract::WorkspaceKind;
use crate::contract::git::Commit;
use crate::git::{Change, Git, Repository, both};

/// The most commits that a message names.
const NAMED: u32 = 10;

/// What an agent's workspace holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Work {
    /// What nobody committed.
    pub changes: Vec<Change>,
    /// The newest commits that are not merged.
    pub unmerged: Vec<Commit>,
    /// How many commits are not merged.
    pub unmerged_count: u64,
    /// How many of its commits no remote has; absent without a remote.
    pub unpushed: Option<u64>,
    /// The parent's branch.
    pub base: String,
    /// It has commits, and every one of them is merged.
    pub is_merged: bool,
    /// The workspace's repository.
    pub(super) checkout: Repository,
}

impl Work {
    /// Whether a removal of the workspace would lose something, or bury it where nobody looks.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        !self.changes.is_empty() || self.unmerged_count > 0
    }
}

impl fmt::Display for Work {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.changes.is_empty() {
            write!(formatter, "not committed: {}", describe(&self.changes))?;
        }
        if self.unmerged_count == 0 {
            return Ok(());
        }
        let between = if self.changes.is_empty() { "" } else { "; " };
        write!(formatter, "{between}not merged into `{}`: ", self.base)?;
        for (number, commit) in self.unmerged.iter().enumerate() {
            let between = if number == 0 { "" } else { ", " };
            let short: String = commit.sha.chars().take(8).collect();
            write!(formatter, "{between}{short} `{}`", commit.subject)?;
        }
        let named = u64::try_from(self.unmerged.len()).unwrap_or_default();
        if let Some(more) = self.unmerged_count.checked_sub(named).filter(|more| *more > 0) {
            write!(formatter, " and {more} more")?;
        }
        match self.unpushed {
            Some(count) if count > 0 => write!(formatter, "; not pushed: {count} of its commits"),
            Some(_) | None => Ok(()),
        }
    }
}

/// Looks into a workspace; nothing when it is gone or shared.
pub(super) fn look(site: &Site, plan: &WorkspacePlan) -> Result<Option<Work>, CleanupError> {
    let ground = match plan.kind {
        WorkspaceKind::Shared | WorkspaceKind::Main => return Ok(None),
        WorkspaceKind::Worktree | WorkspaceKind::Standalone => {
            plan.ground.as_ref().ok_or(WorkspaceError::NoGround)?
        }
    };
    let Some(checkout) = checkout(site, plan)? else { return Ok(None) };
    let here = site.git(checkout.clone());
    let (merging, standing) = both(|| Merging::new(site, plan, &checkout), || here.standing());
    let (standing, merging) = (standing?, merging?);
    let mut work = Work {
        changes: standing.changes,
        unmerged: Vec::new(),
        unmerged_count: 0,
        unpushed: None,
        base: ground.base.clone(),
        is_merged: false,
        checkout,
    };
    let (tips, start) = tips(&here, plan, &ground.base_sha, standing.commit)?;
    let mut has_commits = false;
    for tip in tips {
        let (commits, count) = here.beyond(&start, &tip, NAMED)?;
        has_commits |= count > 0;
        if count > 0 && !merging.is_merged(&tip)? {
            work.unmerged_count += count;
            work.unmerged.extend(commits);
            work.unpushed = here.unpushed(&tip)?;
        }
    }
    work.is_merged = has_commits && !work.is_lost();
    Ok(Some(work))
}

/// The workspace's repository; nothing when the workspace is gone, or was never finished.
fn checkout(site: &Site, plan: &WorkspacePlan) -> Result<Option<Repository>, CleanupError> {
    if !exists(&plan.path)? {
        return Ok(None);
    }
    let found = Repository::find(&plan.path).ok().filter(|found| found.workspace == plan.path);
    // Git writes the index last.
    let found = found.filter(|checkout| checkout.git_dir.join("index").exists());
    if found.is_none() && site.store.latest_run(&plan.agent)?.is_some() {
        // Somebody worked there, and what they did cannot be seen.
        return Err(CleanupError::Broken { path: plan.path.clone() });
    }
    Ok(found)
}

/// The commits that the workspace may be the only one to hold, and the one they began from.
fn tips(
    here: &Git,
    plan: &WorkspacePlan,
    base_sha: &str,
    head: Option<String>,
) -> Result<(Vec<String>, String), CleanupError> {
    let mut tips: Vec<_> = head.into_iter().collect();
    if plan.kind == WorkspaceKind::Standalone {
        // The whole repository goes, with every branch and what was put away.
        tips.extend(here.tips()?);
        let start = here.first_commit()?.unwrap_or_else(|| base_sha.to_owned());
        tips.sort();
        tips.dedup();
        return Ok((tips, start));
    }
    let of_branch = plan.branch.as_deref().map(|branch| here.commit(&format!("refs/heads/{branch}")));
    if let Some(tip) = of_branch.transpose()?.flatten()
        && !tips.contains(&tip)
    {
        tips.push(tip);
    }
    Ok((tips, base_sha.to_owned()))
}
