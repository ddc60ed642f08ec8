//! Ends an agent's harness and everything it started.

use std::io;
use std::time::Duration;

use rustix::process::Signal;

use super::{AgentName, Site, leftovers, reap};
use crate::mux::{self, MuxError};
use crate::store::{AgentState, Exit, RunRow, StoreError};

/// How long a launcher may take: the five seconds that it gives its harness, and a little to record how it ended.
const LIMIT: Duration = Duration::from_secs(7);

/// How long a killed process may take to go.
const KILLED: Duration = Duration::from_secs(2);

/// Why an agent was not stopped.
#[derive(Debug, thiserror::Error)]
pub enum StopError {
    /// Its processes are on another machine, or in another container.
    #[error("agent `{name}` runs where its processes cannot be seen from here")]
    Elsewhere {
        /// The agent.
        name: AgentName,
    },
    /// They are still there.
    #[error("the processes of agent `{name}` did not end")]
    StillThere {
        /// The agent.
        name: AgentName,
    },
    /// The system does not let us.
    #[error("failed to end the processes of agent `{name}`")]
    Process {
        /// The agent.
        name: AgentName,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// Its processes ended, and its pane is still there.
    #[error("failed to close the pane of agent `{name}`")]
    Pane {
        /// The agent.
        name: AgentName,
        /// The cause.
        #[source]
        source: MuxError,
    },
    /// The database failed.
    #[error("failed to look the agent up")]
    Store(#[from] StoreError),
}

impl StopError {
    /// The next step.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Elsewhere { .. } => {
                Some("stop it on the machine, or in the container, it runs in".to_owned())
            }
            Self::StillThere { .. } => {
                Some("the system holds them, such as a disk that does not answer; try again later".to_owned())
            }
            Self::Process { .. } => None,
            Self::Pane { source, .. } => source.hint(),
            Self::Store(source) => source.hint(),
        }
    }
}

/// Ends the harness and everything it started: asked first, killed after five seconds. Closes its pane. An agent that does not
/// run is no error. Returns how its last run ended, when it ever ran.
///
/// # Errors
/// Its processes cannot be ended from here.
pub fn stop(site: &Site, name: &AgentName) -> Result<Option<Exit>, StopError> {
    let before = site.store.latest_run(name)?;
    if let Some(run) = &before {
        end_run(site, name, run)?;
    }
    close_pane(site, name)?;
    // One that was about to start as its pane closed has begun since, or never will.
    match site.store.latest_run(name)? {
        Some(run) if before.as_ref().map(|run| run.id) != Some(run.id) => end_run(site, name, &run)?,
        Some(_) => {}
        None => {
            let starting = site.store.agent(name)?.is_some_and(|row| row.state == AgentState::Starting);
            if starting {
                site.store.set_agent_state(name, AgentState::Stopped)?;
            }
        }
    }
    let run = site.store.latest_run(name)?;
    Ok(run.and_then(|run| run.ended).map(|(_, exit)| exit))
}

/// Ends the launcher, which ends all the rest first; else all the rest without it.
fn end_run(site: &Site, name: &AgentName, run: &RunRow) -> Result<(), StopError> {
    let failed = |source| StopError::Process { name: name.clone(), source };
    match run.launcher.is_alive() {
        None if run.ended.is_some() => return Ok(()),
        None => return Err(StopError::Elsewhere { name: name.clone() }),
        Some(false) => {}
        Some(true) => {
            run.launcher.signal(Signal::TERM).map_err(failed)?;
            if !run.launcher.wait(LIMIT).map_err(failed)? {
                run.launcher.signal(Signal::KILL).map_err(failed)?;
                run.launcher.wait(KILLED).map_err(failed)?;
            }
        }
    }
    if run.ended.is_none() {
        if !leftovers::kill(run).map_err(failed)? {
            return Err(StopError::StillThere { name: name.clone() });
        }
        reap::end(site, run)?;
    }
    Ok(())
}

fn close_pane(site: &Site, name: &AgentName) -> Result<(), StopError> {
    let Some(pane) = site.store.pane(name)? else { return Ok(()) };
    let mux = mux::open(pane.address.clone(), &site.surroundings);
    mux.close(&pane).map_err(|source| StopError::Pane { name: name.clone(), source })?;
    Ok(site.store.set_pane(name, None)?)
}
