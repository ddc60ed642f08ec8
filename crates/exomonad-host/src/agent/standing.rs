//! How an agent's work stands, from what git and the database say and never from what the agent says.
//!
//! Rules: nothing here reaches the network, and nothing here changes the agent's repository or its index.

mod error;
mod files;
mod receipt;

use std::time::Duration;

pub(crate) use error::StandingError;
pub(crate) use files::record_verification;
pub use files::verifications_of;

use crate::config::Work;
use crate::contract::WorkspaceKind;
use crate::contract::work::{Filed, Standing};
use crate::git::{self, Git, Repository, both};
use crate::store::{AgentRow, FiledRow, SpawnRow, Store};

/// The most paths that are named.
const NAMED: usize = 50;

/// Whose work is looked at, and with what.
pub(crate) struct Worker<'a> {
    pub(crate) store: &'a Store,
    pub(crate) row: &'a AgentRow,
    /// The agent's checkout.
    pub(crate) repository: &'a Repository,
    /// Git in it.
    pub(crate) git: Git,
    /// When work counts as done.
    pub(crate) work: &'a Work,
    /// How long git may look at the files for a verification; longer, and what passed counts as stale.
    pub(crate) files_limit: Duration,
}

/// How an agent's work stands.
///
/// # Errors
/// The checkout cannot be read, git failed, or the database failed.
pub(crate) fn standing(worker: &Worker<'_>) -> Result<Standing, StandingError> {
    // In a shared directory nobody can tell whose changes they are, and the branch is the parent's.
    let has_own = worker.row.workspace_kind != WorkspaceKind::Shared;
    let spawn = worker.store.spawn(&worker.row.name)?.filter(|_| has_own);
    let counted = || if has_own { count(worker, spawn.as_ref()) } else { Ok(Counts::default()) };
    let (counts, here) = both(counted, || worker.git.standing());
    let here = here?;
    // Before the first commit there is nothing to count, which git takes for an error.
    let counts = if here.commit.is_some() { counts? } else { Counts::default() };
    let paths = if has_own { uncommitted(&here) } else { Vec::new() };
    let filed = match here.branch.as_deref().filter(|_| has_own) {
        Some(branch) => worker.store.filed(branch)?,
        None => None,
    };
    let mut standing = Standing {
        protected: is_protected(worker, here.branch.as_deref())?,
        base: spawn.as_ref().and_then(|spawn| spawn.base.clone()),
        ahead: counts.ahead,
        unpushed: counts.unpushed,
        pull_request: None,
        uncommitted_count: capped(u64::try_from(paths.len()).unwrap_or(u64::MAX)),
        uncommitted: paths.into_iter().take(NAMED).collect(),
        verifications: files::verifications(worker, &here)?,
        branch: here.branch,
        head: here.commit,
        receipt: String::new(),
    };
    let is_pushed = standing.unpushed == Some(0);
    standing.pull_request = filed.map(|filed| pull_request(filed, standing.head.as_deref(), is_pushed));
    standing.receipt = receipt::receipt(&standing, has_own);
    Ok(standing)
}

/// The paths that are not committed, each once.
fn uncommitted(here: &git::Standing) -> Vec<String> {
    let mut paths: Vec<_> = here.changes.iter().map(|change| change.path.clone()).collect();
    paths.sort_unstable();
    paths.dedup();
    paths
}

fn is_protected(worker: &Worker<'_>, branch: Option<&str>) -> Result<bool, StandingError> {
    let Some(branch) = branch else { return Ok(false) };
    if worker.work.protected.iter().any(|name| name == branch) {
        return Ok(true);
    }
    Ok(worker.git.default_branch()?.as_deref() == Some(branch))
}

/// What there is to count of an agent's commits.
#[derive(Debug, Default)]
struct Counts {
    ahead: u32,
    unpushed: Option<u32>,
}

fn count(worker: &Worker<'_>, spawn: Option<&SpawnRow>) -> Result<Counts, StandingError> {
    let ahead = ahead(worker, spawn)?;
    Ok(Counts { ahead, unpushed: worker.git.unpushed("HEAD")?.map(capped) })
}

/// How many commits the agent made on top of its base.
fn ahead(worker: &Worker<'_>, spawn: Option<&SpawnRow>) -> Result<u32, StandingError> {
    let Some((base, base_sha)) = spawn.and_then(|spawn| spawn.base.as_ref().zip(spawn.base_sha.as_ref()))
    else {
        return Ok(0);
    };
    let from = if worker.row.workspace_kind == WorkspaceKind::Standalone {
        // Its history is its own, and begins with one commit that stands for the parent's.
        worker.git.first_commit()?
    } else {
        worker.git.commit(&format!("refs/heads/{base}"))?
    };
    let from = from.unwrap_or_else(|| base_sha.clone());
    Ok(capped(worker.git.count_beyond(&from, "HEAD")?))
}

fn pull_request(filed: FiledRow, head: Option<&str>, is_pushed: bool) -> Filed {
    // A verdict about an earlier commit says nothing of what was done since.
    let at_head = |asks: bool| {
        filed
            .verdicts
            .iter()
            .any(|verdict| verdict.asks_for_changes == asks && head == Some(verdict.commit.as_str()))
    };
    let (changes_requested, approves) = (at_head(true), at_head(false));
    Filed {
        open: filed.state == "open",
        changes_requested,
        approved: approves && !changes_requested,
        local: filed.local,
        number: filed.number,
        // One that is elsewhere is at what was pushed, whether anybody looked since or not.
        head_sha: match head {
            Some(head) if !filed.local && filed.state == "open" && is_pushed => head.to_owned(),
            Some(_) | None => filed.head_sha,
        },
    }
}

fn capped(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
