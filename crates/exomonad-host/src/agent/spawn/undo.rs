//! Undoes a spawn that was not finished, from what the database has of it: whoever began it may be dead.
//!
//! Rule: it is undone in reverse, and what cannot be undone ends it, so that nothing is taken from under what still runs.

use crate::agent::{AgentFiles, Site, stop, workspace};
use crate::contract::WorkspaceKind;
use crate::drop_logged;
use crate::harness::Harness;
use crate::store::{AgentRow, AgentState, SpawnRow, StoreError};

/// Undoes a spawn. What is left is told in sentences, and then the agent stays, as one that failed for this reason.
pub(in crate::agent) fn undo(
    site: &Site,
    row: &AgentRow,
    spawn: &SpawnRow,
    reason: &str,
) -> Result<Vec<String>, StoreError> {
    let left = take_back(site, row, spawn);
    if left.is_empty() {
        site.store.remove_agent(&row.name)?;
    } else {
        site.store.set_spawn_failure(&row.name, reason)?;
        site.store.set_agent_state(&row.name, AgentState::Failed)?;
    }
    Ok(left)
}

fn take_back(site: &Site, row: &AgentRow, spawn: &SpawnRow) -> Vec<String> {
    if let Err(err) = stop(site, &row.name) {
        return vec![crate::explain(&err)];
    }
    let unmade = workspace::planned(site, row, spawn).and_then(|plan| workspace::unmake(site, &plan));
    match unmade {
        Ok(left) if left.is_empty() => {}
        Ok(left) => return left,
        Err(err) => return vec![crate::explain(&err)],
    }
    if row.workspace_kind != WorkspaceKind::Shared
        && let Ok(harness) = row.harness.parse::<Harness>()
    {
        let untrusted = harness.untrust(&site.surroundings, &row.workspace);
        drop_logged(untrusted.map_err(|err| crate::explain(&err)), "have a harness forget a workspace");
    }
    let files = AgentFiles::new(&site.repository.state_dir(), &row.name);
    match files.remove(&spawn.mark) {
        // A directory of another mark was there before, and is nobody's that is undone here.
        Ok(_) => Vec::new(),
        Err(err) => vec![format!("`{}` cannot be removed: {err}", files.dir)],
    }
}
