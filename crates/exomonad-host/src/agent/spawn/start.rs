//! Opens an agent's terminal, and waits until the launcher in it has started the harness.

use std::time::{Duration, Instant};

use camino::Utf8Path;
use sha2::{Digest as _, Sha256};

use super::SpawnError;
use crate::agent::{AgentFiles, AgentName, Site};
use crate::contract::WorkspaceKind;
use crate::mux::{self, Address, Multiplexer, MuxError, Pane, PaneSpec, SessionState};
use crate::store::{AgentRow, AgentState, StoreError};

/// How long a launcher may take to start the harness.
const START_LIMIT: Duration = Duration::from_secs(20);
/// How often a waiter looks whether it is still wanted.
const LOOK: Duration = Duration::from_millis(100);
/// How often it asks the multiplexer whether the terminal is still there.
const LOOK_AT_PANE: Duration = Duration::from_secs(1);

/// How much of a directory's name is left beside what tells it apart.
const NAME_CHARS: usize = 27;

/// How the start of a harness went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::agent) enum Start {
    /// It was started; it may have ended since.
    Done,
    /// It could not be started, and why.
    Failed(String),
    /// The agent's row is gone.
    Removed,
    /// Nobody waits for it any more.
    GivenUp,
}

/// Opens the agent's tab, or its pane beside its parent's, in the project's session, which is made when it is not there.
pub(super) fn open_pane(
    site: &Site,
    row: &AgentRow,
    dir: &Utf8Path,
    notes: &mut Vec<String>,
) -> Result<Pane, SpawnError> {
    let address = session(site)?;
    let argv = site.launcher(&row.name);
    let log = AgentFiles::new(&site.repository.state_dir(), &row.name).terminal_log();
    let spec = PaneSpec { title: row.name.as_str(), dir, argv: &argv, env: &[], log: Some(&log) };
    let mux = mux::open(address, &site.surroundings);
    let beside = match (&row.workspace_kind, &row.parent) {
        (WorkspaceKind::Shared, Some(parent)) => site.store.pane(parent)?,
        (WorkspaceKind::Shared, None)
        | (WorkspaceKind::Main | WorkspaceKind::Worktree | WorkspaceKind::Standalone, _) => None,
    };
    let pane = match beside {
        Some(beside) => open_beside(mux.as_ref(), &beside, &spec, notes)?,
        None => open_tab(mux.as_ref(), &spec)?,
    };
    site.store.set_pane(&row.name, Some(&pane))?;
    if site.store.terminal()?.as_ref() != Some(&pane.address) {
        site.store.set_terminal(Some(&pane.address))?;
    }
    Ok(pane)
}

/// A pane beside another; a tab where there is no such pane any more, or no room.
fn open_beside(
    mux: &dyn Multiplexer,
    beside: &Pane,
    spec: &PaneSpec<'_>,
    notes: &mut Vec<String>,
) -> Result<Pane, MuxError> {
    match mux.open_pane(beside, spec) {
        Err(err @ (MuxError::NoPane { .. } | MuxError::NoSession { .. } | MuxError::Refused { .. })) => {
            tracing::debug!(%err, "no pane beside the parent's");
            notes.push(format!("it is in a tab of its own: {err}"));
            open_tab(mux, spec)
        }
        opened => opened,
    }
}

fn open_tab(mux: &dyn Multiplexer, spec: &PaneSpec<'_>) -> Result<Pane, MuxError> {
    match mux.open_tab(spec) {
        Err(MuxError::NoSession { .. }) => match mux.create(spec) {
            // Another spawn made it just now.
            Err(MuxError::SessionExists { .. }) => mux.open_tab(spec),
            created => created,
        },
        opened => opened,
    }
}

/// The project's session; the one to make where there is none yet.
fn session(site: &Site) -> Result<Address, SpawnError> {
    if let Some(address) = site.store.terminal()? {
        return Ok(address);
    }
    let agents = &site.config.agents;
    let root = &site.repository.root;
    let kind = mux::choose(agents.mux, &site.surroundings);
    let named = agents.session.clone().unwrap_or_else(|| mux::session_name(root));
    let address = Address { mux: kind, session: named, socket: None };
    let there = mux::open(address.clone(), &site.surroundings).state()?;
    if matches!(there, SessionState::Missing | SessionState::Exited) {
        return Ok(site.store.claim_terminal(&address)?);
    }
    // Of this name there is another project's, unless another spawn of this one was faster.
    match site.store.terminal()? {
        Some(address) => Ok(address),
        None => {
            let session = session_name_apart(root);
            Ok(site.store.claim_terminal(&Address { session, ..address })?)
        }
    }
}

/// A name for the session of a project whose directory is called as another's.
fn session_name_apart(root: &Utf8Path) -> String {
    let digest = format!("{:x}", Sha256::digest(root.as_str().as_bytes()));
    let name: String = mux::session_name(root).chars().take(NAME_CHARS).collect();
    format!("{name}-{}", digest.chars().take(8).collect::<String>())
}

/// As [`await_start`], for a spawn: everything but a start is an error.
pub(super) fn require_start(
    site: &Site,
    name: &AgentName,
    pane: &Pane,
    gives_up: &dyn Fn() -> bool,
) -> Result<(), SpawnError> {
    match await_start(site, name, Some(pane), START_LIMIT, gives_up)? {
        Start::Done => Ok(()),
        Start::Failed(reason) => Err(SpawnError::NotStarted { reason }),
        Start::GivenUp => Err(SpawnError::Interrupted),
        Start::Removed => {
            let message = format!("agent `{name}` was removed while it was spawned");
            Err(SpawnError::conflict(message, "spawn it again"))
        }
    }
}

/// Waits until the launcher has started the harness, or has failed, or has said nothing for too long.
pub(in crate::agent) fn await_start(
    site: &Site,
    name: &AgentName,
    pane: Option<&Pane>,
    limit: Duration,
    gives_up: &dyn Fn() -> bool,
) -> Result<Start, StoreError> {
    let is_gone = |pane: &Pane| {
        let mux = mux::open(pane.address.clone(), &site.surroundings);
        // A multiplexer that does not answer says nothing of the pane.
        matches!(mux.find(pane), Ok(None))
    };
    let watching = site.store.changes().watch();
    let begun = Instant::now();
    let mut looked = begun;
    loop {
        let generation = watching.generation();
        if let Some(start) = look(site, name)? {
            return Ok(start);
        }
        if gives_up() {
            return Ok(Start::GivenUp);
        }
        let left = limit.saturating_sub(begun.elapsed());
        if left.is_zero() {
            let reason = format!("its launcher said nothing for {} s", limit.as_secs());
            return Ok(Start::Failed(reason));
        }
        if looked.elapsed() >= LOOK_AT_PANE {
            looked = Instant::now();
            if pane.is_some_and(is_gone) {
                let ended = "its terminal closed before the harness was started".to_owned();
                return Ok(look(site, name)?.unwrap_or(Start::Failed(ended)));
            }
        }
        watching.wait(generation, left.min(LOOK));
    }
}

/// What the database has of the start; nothing while it is under way.
fn look(site: &Site, name: &AgentName) -> Result<Option<Start>, StoreError> {
    let Some(row) = site.store.agent(name)? else { return Ok(Some(Start::Removed)) };
    Ok(match row.state {
        AgentState::Starting => None,
        AgentState::Running => Some(Start::Done),
        AgentState::Stopped if site.store.has_ever_run(name)? => Some(Start::Done),
        AgentState::Stopped => {
            Some(Start::Failed("it was stopped before its harness was started".to_owned()))
        }
        AgentState::Failed => {
            let failure = site.store.spawn(name)?.and_then(|spawn| spawn.failure);
            Some(Start::Failed(failure.unwrap_or_else(|| "its launcher did not say why".to_owned())))
        }
    })
}
