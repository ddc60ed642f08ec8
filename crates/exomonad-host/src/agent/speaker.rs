//! Who speaks at a command line: an agent, or a person.
//!
//! Rule: a process that an agent's harness or launcher started speaks for that agent, whatever it says of itself. Only one
//! that no agent is above of is a person's.

use std::io;

use super::{AgentName, NameError, ProcessIdentity};
use crate::store::{Sender, Store, StoreError};

/// Who speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Speaker {
    /// An agent, or something that it started.
    Agent(AgentName),
    /// A person.
    Human,
}

impl Speaker {
    /// As the sender of a message.
    #[must_use]
    pub fn sender(&self) -> Sender<'_> {
        match self {
            Self::Agent(name) => Sender::Agent(name),
            Self::Human => Sender::Human,
        }
    }
}

/// Why it is not known who speaks.
#[derive(Debug, thiserror::Error)]
pub enum SpeakerError {
    /// The name in the environment is none.
    #[error("the name in EXOMONAD_AGENT is none")]
    Claim(#[source] NameError),
    /// The project has no such agent.
    #[error("EXOMONAD_AGENT names `{name}`, and this project has no such agent")]
    Unknown {
        /// The name.
        name: AgentName,
    },
    /// The system does not tell.
    #[error("failed to find out which processes this one comes from")]
    System(#[source] io::Error),
    /// The database gave no answer.
    #[error("failed to look the agents up")]
    Store(#[from] StoreError),
}

impl SpeakerError {
    /// The next step.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Claim(_) | Self::Unknown { .. } => {
                Some("unset EXOMONAD_AGENT, unless you are that agent".to_owned())
            }
            Self::System(_) => Some("run it in a terminal of your own".to_owned()),
            Self::Store(source) => source.hint(),
        }
    }
}

/// Finds out who speaks through this process. `claimed`: the agent that the environment names.
///
/// # Errors
/// The claim names no agent, or the system or the database does not tell.
pub fn speaker(store: &Store, claimed: Option<&str>) -> Result<Speaker, SpeakerError> {
    if let Some(name) = agent_of(store, std::process::id())?.flatten() {
        return Ok(Speaker::Agent(name));
    }
    let Some(claimed) = claimed else { return Ok(Speaker::Human) };
    let name = AgentName::parse(claimed).map_err(SpeakerError::Claim)?;
    match store.agent(&name)? {
        Some(row) => Ok(Speaker::Agent(row.name)),
        None => Err(SpeakerError::Unknown { name }),
    }
}

/// The agent whose launcher or harness a process is, or else the nearest above it; none, where a person started it. Absent when
/// the process is gone, so that nobody can tell.
///
/// # Errors
/// The system or the database does not tell.
pub fn agent_of(store: &Store, pid: u32) -> Result<Option<Option<AgentName>>, SpeakerError> {
    let own = ProcessIdentity::own().map_err(SpeakerError::System)?;
    let known = known(store, &own.machine)?;
    let Some(mut line) = lineage::line(pid).map_err(SpeakerError::System)? else { return Ok(None) };
    let agent = line.find_map(|process| {
        let (_, agent) = known.iter().find(|(known, _)| *known == process)?;
        Some(agent)
    });
    let agent = agent.map(|agent| AgentName::parse(agent).map_err(SpeakerError::Claim));
    Ok(Some(agent.transpose()?))
}

/// A process on this machine: its pid, and when it began.
type Process = (u32, String);

/// The processes that are known to be agents': launchers and harnesses of runs, and those that started a sidecar. A program
/// that serves several agents is none of them.
fn known(store: &Store, machine: &str) -> Result<Vec<(Process, String)>, SpeakerError> {
    let mut known: Vec<(Process, String)> = Vec::new();
    for run in store.latest_runs()? {
        let processes = [Some(run.launcher), run.harness].into_iter().flatten();
        let here = processes.filter(|process| process.machine == machine);
        known.extend(here.map(|process| ((process.pid, process.started), run.agent.clone())));
    }
    let mut clients: Vec<(Process, String)> = Vec::new();
    for sidecar in store.sidecars()? {
        if sidecar.process.is_alive() == Some(true)
            && let Some(parent) = lineage::parent(sidecar.process.pid).map_err(SpeakerError::System)?
        {
            clients.push((parent, sidecar.agent));
        }
    }
    let is_one_agents = |(process, agent): &&(Process, String)| {
        clients.iter().all(|(other, its)| other != process || its == agent)
    };
    known.extend(clients.iter().filter(is_one_agents).cloned());
    Ok(known)
}

#[cfg(target_os = "linux")]
mod lineage {
    //! Reads `/proc`.

    use std::io;

    use super::Process;
    use crate::exec::proc::stat;

    /// The most processes that are looked at, one above the other.
    const LIMIT: usize = 1000;

    /// The process that started another one.
    pub(super) fn parent(pid: u32) -> io::Result<Option<Process>> {
        let Some(child) = stat(pid)? else { return Ok(None) };
        Ok(stat(child.parent)?.map(|parent| (parent.pid, parent.started)))
    }

    /// A process and every one above it, the nearest first; absent when it is gone.
    pub(super) fn line(pid: u32) -> io::Result<Option<std::vec::IntoIter<Process>>> {
        let Some(own) = stat(pid)?.filter(|own| !own.ended) else { return Ok(None) };
        let mut line = vec![(own.pid, own.started)];
        let mut below = pid;
        while line.len() < LIMIT
            && let Some(found) = parent(below)?
        {
            below = found.0;
            line.push(found);
        }
        // One that ended meanwhile may have lost those above it before they were looked at.
        let is_there = stat(pid)?.is_some_and(|now| !now.ended);
        Ok(is_there.then(|| line.into_iter()))
    }
}

#[cfg(not(target_os = "linux"))]
mod lineage {
    //! Only a process's own parent can be told, and not when it began.

    use std::io;

    use super::Process;

    #[expect(clippy::unnecessary_wraps, reason = "other systems can fail")]
    pub(super) fn parent(pid: u32) -> io::Result<Option<Process>> {
        let own = rustix::process::getppid().filter(|_| pid == std::process::id());
        let own = own.and_then(|parent| u32::try_from(parent.as_raw_nonzero().get()).ok());
        Ok(own.map(|parent| (parent, String::new())))
    }

    pub(super) fn line(pid: u32) -> io::Result<Option<std::vec::IntoIter<Process>>> {
        let line: Vec<Process> = parent(pid)?.into_iter().collect();
        Ok(Some(line.into_iter()))
    }
}
