//! Removes an agent that is done: its workspace, its pane and its row. Its branch stays.
//!
//! Rules: work that is not committed or not merged is refused by name; forced, it is under a ref of its own before anything
//! is removed. Each step finds out by itself whether it is done, so that a cleanup that was killed is finished by the next.

mod error;
mod merged;
mod work;

pub use self::error::CleanupError;
pub use self::work::Work;
use super::workspace::{self, WorkspacePlan, admin_dir, planned, salvage};
use super::{AgentFiles, AgentName, Site, reap, stop};
use crate::contract::WorkspaceKind;
use crate::harness::Harness;
use crate::store::{AgentRow, AgentState, SpawnRow};
use crate::{drop_logged, explain};

/// What is left of an agent that was cleaned up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaned {
    /// The agent.
    pub agent: AgentName,
    /// Its branch, which stays; absent when it had none, or a repository of its own, which is gone.
    pub branch: Option<String>,
    /// The ref that keeps the work that was not merged.
    pub salvage: Option<String>,
}

impl Cleaned {
    /// The command that brings the work back that was not merged.
    #[must_use]
    pub fn recovery(&self) -> Option<String> {
        let agent = &self.agent;
        self.salvage.as_ref().map(|salvage| format!("git switch -c {agent}-salvaged {salvage}"))
    }
}

/// Whether work may be given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Force {
    /// No: it is refused by name, and so is an agent that runs.
    No,
    /// Yes, once a ref keeps it. An agent that runs is stopped.
    Yes,
}

/// Removes an agent and what was made for it. Who is asked to do so has checked that the caller may.
///
/// # Errors
/// It is the root, it has children, it runs, it has work that would be lost, or something failed.
pub fn cleanup(site: &Site, name: &AgentName, force: Force) -> Result<Cleaned, CleanupError> {
    let subject = Subject::find(site, name)?;
    if force == Force::Yes {
        stop(site, name)?;
    }
    subject.require_ended()?;
    let plan = subject.plan()?;
    let work = plan.as_ref().map_or(Ok(None), |plan| work::look(site, plan))?;
    let salvage = match (&plan, work.filter(Work::is_lost), force) {
        (_, Some(work), Force::No) => {
            return Err(CleanupError::Work { name: name.clone(), work: Box::new(work) });
        }
        (Some(plan), Some(work), Force::Yes) => Some(salvage(site, plan, &work.checkout, &work.changes)?),
        (Some(_) | None, _, _) => None,
    };
    if force == Force::No {
        // It has ended, but its pane may still show how.
        stop(site, name)?;
    }
    subject.remove(plan.as_ref())?;
    let now_ms = site.clock.now_ms();
    drop_logged(site.store.record_event(now_ms, "agent.removed", name.as_str(), "{}"), "record a removal");
    let branch = plan.filter(|plan| plan.kind == WorkspaceKind::Worktree).and_then(|plan| plan.branch);
    Ok(Cleaned { agent: name.clone(), branch, salvage })
}

/// What an agent's workspace holds; nothing when it is gone or shared.
///
/// # Errors
/// There is no such agent, or git failed.
pub fn work(site: &Site, name: &AgentName) -> Result<Option<Work>, CleanupError> {
    let plan = Subject::find(site, name)?.plan()?;
    plan.map_or(Ok(None), |plan| work::look(site, &plan))
}

/// An agent that can be cleaned up.
struct Subject<'a> {
    site: &'a Site,
    row: AgentRow,
    spawn: Option<SpawnRow>,
}

impl<'a> Subject<'a> {
    fn find(site: &'a Site, name: &AgentName) -> Result<Self, CleanupError> {
        // Who died unseen does not run.
        reap(site)?;
        let unknown = || CleanupError::Unknown { name: name.clone() };
        let row = site.store.agent(name)?.ok_or_else(unknown)?;
        if row.parent.is_none() {
            return Err(CleanupError::Root);
        }
        let rows = site.store.agents()?;
        let children: Vec<_> =
            rows.into_iter().filter(|row| row.parent.as_ref() == Some(name)).map(|row| row.name).collect();
        if !children.is_empty() {
            return Err(CleanupError::HasChildren { name: name.clone(), children });
        }
        let spawn = site.store.spawn(name)?;
        Ok(Self { site, row, spawn })
    }

    fn require_ended(&self) -> Result<(), CleanupError> {
        let name = || self.row.name.clone();
        match self.site.store.agent(&self.row.name)?.map(|row| row.state) {
            Some(AgentState::Starting) => Err(CleanupError::Starting { name: name() }),
            Some(AgentState::Running) => Err(CleanupError::Running { name: name() }),
            Some(AgentState::Stopped | AgentState::Failed) | None => Ok(()),
        }
    }

    fn plan(&self) -> Result<Option<WorkspacePlan>, CleanupError> {
        let Some(spawn) = &self.spawn else { return Ok(None) };
        Ok(Some(planned(self.site, &self.row, spawn)?))
    }

    /// The workspace, the harness's trust in it, the agent's files, the row: the row goes last, since it says what else
    /// there is.
    fn remove(&self, plan: Option<&WorkspacePlan>) -> Result<(), CleanupError> {
        let Self { site, row, .. } = self;
        if let Some(plan) = plan {
            workspace::remove(plan, admin_dir(&plan.origin, &plan.mark)?.as_deref())?;
            if plan.kind != WorkspaceKind::Shared
                && let Ok(harness) = row.harness.parse::<Harness>()
            {
                // A directory that is gone is trusted in vain; that is no reason to keep the agent.
                let untrusted = harness.untrust(&site.surroundings, &row.workspace);
                drop_logged(untrusted.map_err(|err| explain(&err)), "have a harness forget a workspace");
            }
            let files = AgentFiles::new(&site.repository.state_dir(), &row.name);
            let removed = files.remove(&plan.mark);
            removed.map_err(|source| CleanupError::Files { path: files.dir.clone(), source })?;
        }
        Ok(site.store.remove_agent(&row.name)?)
    }
}
