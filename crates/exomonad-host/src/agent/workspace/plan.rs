//! Where a workspace will be, and what its branch is called.

use camino::{Utf8Path, Utf8PathBuf};

use super::{Ground, WorkspaceError, worktrees_dir};
use crate::agent::{AgentName, Site};
use crate::contract::WorkspaceKind;
use crate::git::{Pointer, Repository};
use crate::store::{AgentRow, SpawnRow};

/// A workspace to make, or one that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspacePlan {
    /// Whose it is.
    pub agent: AgentName,
    /// What kind.
    pub kind: WorkspaceKind,
    /// Where it will be: absolute, symlinks resolved.
    pub path: Utf8PathBuf,
    /// The branch to make for it; absent for a shared directory.
    pub branch: Option<String>,
    /// Where it begins; absent for a shared directory.
    pub ground: Option<Ground>,
    /// What marks it as this spawn's.
    pub mark: String,
    /// The parent's repository, in which or from which it is made.
    pub origin: Repository,
}

impl WorkspacePlan {
    /// The branch and the ground, which every workspace of its own has.
    pub(super) fn parts(&self) -> Result<(&str, &Ground), WorkspaceError> {
        self.branch.as_deref().zip(self.ground.as_ref()).ok_or(WorkspaceError::NoGround)
    }

    /// What the branch's first reflog entry and the worktree's lock say.
    pub(super) fn reason(&self) -> String {
        reason(&self.mark)
    }
}

/// What goes before the mark of a spawn in whatever it made.
const REASON: &str = "exomonad spawn ";

/// What marks a branch or a worktree as made by a spawn.
pub(super) fn reason(mark: &str) -> String {
    format!("{REASON}{mark}")
}

/// The mark in what a worktree's lock says; absent when no spawn made it.
pub(in crate::agent) fn mark_in(reason: &str) -> Option<&str> {
    reason.trim().strip_prefix(REASON)
}

/// Where the workspace of a child of the site's checkout will be, and its branch.
///
/// # Errors
/// The branch's name is none, or nobody knows where a standalone repository could be.
pub fn plan(
    site: &Site,
    agent: &AgentName,
    slug: &str,
    kind: WorkspaceKind,
    ground: Option<Ground>,
    mark: &str,
) -> Result<WorkspacePlan, WorkspaceError> {
    let origin = site.repository.clone();
    let path = match kind {
        WorkspaceKind::Main => return Err(WorkspaceError::Main),
        WorkspaceKind::Shared => origin.workspace.clone(),
        WorkspaceKind::Worktree => resolved(&worktrees_of(&origin).join(agent.as_str())),
        WorkspaceKind::Standalone => {
            let home = state_home(site).ok_or(WorkspaceError::NoHome)?;
            let place = Pointer::places(&home, &origin.root).join(agent.as_str());
            Pointer::repository(&resolved(&place))
        }
    };
    let branch = match (kind, &ground) {
        (WorkspaceKind::Shared | WorkspaceKind::Main, _) => None,
        (WorkspaceKind::Worktree | WorkspaceKind::Standalone, None) => return Err(WorkspaceError::NoGround),
        (WorkspaceKind::Worktree | WorkspaceKind::Standalone, Some(ground)) => {
            Some(branch_name(&ground.base, slug)?)
        }
    };
    Ok(WorkspacePlan { agent: agent.clone(), kind, path, branch, ground, mark: mark.to_owned(), origin })
}

/// The plan of a spawn that was journaled.
///
/// # Errors
/// The repository is gone.
pub fn planned(site: &Site, agent: &AgentRow, spawn: &SpawnRow) -> Result<WorkspacePlan, WorkspaceError> {
    let ground = spawn.base.clone().zip(spawn.base_sha.clone());
    Ok(WorkspacePlan {
        agent: agent.name.clone(),
        kind: agent.workspace_kind,
        path: agent.workspace.clone(),
        branch: spawn.branch.clone(),
        ground: ground.map(|(base, base_sha)| Ground { base, base_sha }),
        mark: spawn.mark.clone(),
        origin: origin(site, agent)?,
    })
}

/// The repository of an agent's parent; for a parent whose workspace is gone, that of the project.
fn origin(site: &Site, agent: &AgentRow) -> Result<Repository, WorkspaceError> {
    let parent = match &agent.parent {
        Some(parent) => site.store.agent(parent)?,
        None => None,
    };
    let found = parent.and_then(|parent| {
        Repository::find(&parent.workspace).ok().filter(|found| found.workspace == parent.workspace)
    });
    if let Some(found) = found {
        return Ok(found);
    }
    if site.repository.root == site.repository.main {
        return Ok(site.repository.clone());
    }
    Ok(Repository::find(&site.repository.root)?)
}

/// A worktree of a standalone repository stays outside of the project, as the repository does.
fn worktrees_of(origin: &Repository) -> Utf8PathBuf {
    match origin.main.parent().filter(|_| origin.is_standalone()) {
        Some(place) => place.join("worktrees"),
        None => worktrees_dir(&origin.state_dir()),
    }
}

/// A child's branch. The parent's is a branch's name, and a slug has nothing that git refuses, but for one ending.
fn branch_name(base: &str, slug: &str) -> Result<String, WorkspaceError> {
    let branch = format!("{base}.{slug}");
    if branch.ends_with(".lock") {
        return Err(WorkspaceError::BranchName { branch });
    }
    Ok(branch)
}

/// Where the user's programs keep what has to last.
fn state_home(site: &Site) -> Option<Utf8PathBuf> {
    let named = site.surroundings.variable("XDG_STATE_HOME").map(Utf8PathBuf::from);
    let named = named.filter(|path| path.is_absolute());
    named.or_else(|| site.surroundings.home().map(|home| home.join(".local/state")))
}

/// The path with the symlinks resolved in as much of it as is there.
fn resolved(path: &Utf8Path) -> Utf8PathBuf {
    for above in path.ancestors().skip(1) {
        if let (Ok(real), Ok(below)) = (above.canonicalize_utf8(), path.strip_prefix(above)) {
            return real.join(below);
        }
    }
    path.to_owned()
}
