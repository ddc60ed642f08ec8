//! Takes note of agents whose launcher is gone, and ends what it left behind.

use super::{AgentName, Site, leftovers};
use crate::drop_logged;
use crate::store::{AgentState, Exit, RunRow, StoreError};

/// Looks at every run that has not ended as far as anybody recorded. One whose launcher is gone has ended: what is left of its
/// processes is killed, and the questions that it asked a person are withdrawn. Returns the agents that were found ended.
///
/// Processes are told by pid and start time, never by name.
///
/// # Errors
/// The database failed.
pub fn reap(site: &Site) -> Result<Vec<AgentName>, StoreError> {
    drop_logged(site.store.cancel_orphaned_requests(site.clock.now_ms()), "withdraw questions of the dead");
    let mut ended = Vec::new();
    for run in site.store.open_runs()? {
        if run.launcher.is_alive() == Some(false) && end(site, &run)? {
            ended.extend(AgentName::parse(&run.agent).ok());
        }
    }
    Ok(ended)
}

/// Ends a run whose launcher is gone; tells whether nobody else did.
pub(super) fn end(site: &Site, run: &RunRow) -> Result<bool, StoreError> {
    drop_logged(leftovers::kill(run), "kill what a launcher left behind");
    let now_ms = site.clock.now_ms();
    if !site.store.end_run(run.id, Exit::Unseen, AgentState::Stopped, now_ms)? {
        return Ok(false);
    }
    let row = AgentName::parse(&run.agent).ok().map(|name| site.store.agent(&name)).transpose()?.flatten();
    if let Some(row) = row {
        super::run::exited(site, &row, Exit::Unseen, now_ms.saturating_sub(run.begun_ms));
    }
    Ok(true)
}
