//! Everything that is known of the project's agents, loaded at once: what lists of agents show.
//!
//! Rules this file keeps: the number of queries does not grow with the number of agents, and only of an agent that may run is
//! it asked whether it does. Nothing is changed by looking.

use std::collections::HashMap;

use super::AgentName;
use crate::contract::WorkspaceKind;
use crate::git::Repository;
use crate::mux::{MuxKind, Pane};
use crate::store::{
    Activity, AgentRow, AgentState, Doing, Exit, RunRow, SessionSpan, SidecarRow, SpawnRow, Store, StoreError,
};

/// An agent, and everything that is known of it now.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentView {
    /// Its row.
    pub row: AgentRow,
    /// How it was spawned; absent for a root that `init` never started.
    pub spawn: Option<SpawnRow>,
    /// Its latest run; absent when it never ran.
    pub run: Option<RunRow>,
    /// Where it can be seen, or could.
    pub pane: Option<Pane>,
    /// What it does, as far as can be seen from here. An agent whose launcher is gone is stopped, whatever its row still
    /// says; so is one that we never started, when it has neither a sidecar nor a conversation that lasts.
    pub state: AgentState,
    /// What its harness does, as its hooks tell; absent when they told nothing yet.
    pub activity: Option<Activity>,
    /// The branch that was made for it; for the root, the one that is checked out.
    pub branch: Option<String>,
    /// How many of its MCP sidecars run now.
    pub sidecars: u32,
    /// How many messages to it are not acknowledged.
    pub unread: u32,
    /// When something was last heard of it, in milliseconds since 1970; absent: never.
    pub last_seen_ms: Option<u64>,
}

impl AgentView {
    /// How its latest run ended; absent while it runs, and when it never ran.
    #[must_use]
    pub fn exit(&self) -> Option<Exit> {
        let run = self.run.as_ref()?;
        match run.ended {
            Some((_, exit)) => Some(exit),
            // Nobody recorded the end that was seen just now.
            None => (self.state == AgentState::Stopped).then_some(Exit::Unseen),
        }
    }

    /// Whether it runs and waits for a prompt.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.does(Doing::Idle)
    }

    /// The word for what it does: that of its state, or `waiting` and `asking` for what a running one does.
    #[must_use]
    pub fn word(&self) -> &'static str {
        if self.is_waiting() {
            return "waiting";
        }
        if self.does(Doing::Asking) { Doing::Asking.name() } else { self.state.name() }
    }

    fn does(&self, doing: Doing) -> bool {
        self.state == AgentState::Running && self.activity.as_ref().is_some_and(|now| now.doing == doing)
    }

    /// Since when it does what it does, in milliseconds since 1970, as far as that is known.
    #[must_use]
    pub fn since_ms(&self) -> u64 {
        let begun = self.run.as_ref().map(|run| run.begun_ms);
        let ended = self.run.as_ref().and_then(|run| run.ended).map(|(ended_ms, _)| ended_ms);
        let waiting = self.activity.as_ref().filter(|now| matches!(now.doing, Doing::Idle | Doing::Asking));
        let since = match self.state {
            AgentState::Running => waiting.map(|now| now.since_ms).or(begun),
            AgentState::Stopped => ended.or(self.last_seen_ms).or(begun),
            AgentState::Starting | AgentState::Failed => ended,
        };
        since.unwrap_or(self.row.created_ms)
    }

    /// Why it could not be started; absent unless that is so.
    #[must_use]
    pub fn failure(&self) -> Option<&str> {
        self.spawn.as_ref()?.failure.as_deref().filter(|_| self.state == AgentState::Failed)
    }

    /// Where it can be seen, in words; absent without a pane.
    #[must_use]
    pub fn terminal(&self) -> Option<String> {
        let Pane { address, tab, .. } = self.pane.as_ref()?;
        Some(match address.mux {
            MuxKind::Headless => format!("headless session {}", address.session),
            mux @ (MuxKind::Tmux | MuxKind::Zellij) => {
                format!("tab {tab} of {} session {}", mux.name(), address.session)
            }
        })
    }
}

/// How a run ended, in words; absent when nobody saw it.
#[must_use]
pub fn exit_words(exit: Exit) -> Option<String> {
    match exit {
        Exit::Code(code) => Some(format!("exit code {code}")),
        Exit::Signal(signal) => Some(format!("signal {signal}")),
        Exit::Unseen => None,
    }
}

/// Every agent of the project, oldest first.
///
/// # Errors
/// The database failed, or a row cannot be read.
pub fn view_agents(store: &Store, now_ms: u64) -> Result<Vec<AgentView>, StoreError> {
    let mut look = Look::take(store, now_ms)?;
    Ok(store.agents()?.into_iter().map(|row| look.view(row)).collect())
}

/// One agent of the project.
///
/// # Errors
/// The database failed, or a row cannot be read.
pub fn view_agent(store: &Store, name: &AgentName, now_ms: u64) -> Result<Option<AgentView>, StoreError> {
    let Some(row) = store.agent(name)? else { return Ok(None) };
    Ok(Some(Look::take(store, now_ms)?.view(row)))
}

/// What the tables say of all agents, by their names.
struct Look {
    now_ms: u64,
    spawns: HashMap<String, SpawnRow>,
    runs: HashMap<String, RunRow>,
    panes: HashMap<String, Pane>,
    sidecars: HashMap<String, Vec<SidecarRow>>,
    sessions: HashMap<String, SessionSpan>,
    heard: HashMap<String, u64>,
    unread: HashMap<String, u32>,
    activities: HashMap<String, Activity>,
}

impl Look {
    fn take(store: &Store, now_ms: u64) -> Result<Self, StoreError> {
        let mut sidecars: HashMap<String, Vec<SidecarRow>> = HashMap::new();
        for sidecar in store.sidecars()? {
            sidecars.entry(sidecar.agent.clone()).or_default().push(sidecar);
        }
        Ok(Self {
            now_ms,
            spawns: store.spawns()?.into_iter().map(|spawn| (spawn.agent.to_string(), spawn)).collect(),
            runs: store.latest_runs()?.into_iter().map(|run| (run.agent.clone(), run)).collect(),
            panes: store.panes()?.into_iter().collect(),
            sidecars,
            sessions: store.latest_session_spans()?.into_iter().collect(),
            heard: store.lately_heard()?.into_iter().collect(),
            unread: store.unread_counts()?.into_iter().collect(),
            activities: store.activities()?.into_iter().collect(),
        })
    }

    /// Moves what is known of an agent into its view.
    fn view(&mut self, row: AgentRow) -> AgentView {
        let name = row.name.as_str();
        let run = self.runs.remove(name);
        let spawn = self.spawns.remove(name);
        let sidecars = self.sidecars.remove(name).unwrap_or_default();
        let session = self.sessions.remove(name);
        let live = sidecars.iter().filter(|sidecar| sidecar.is_live(self.now_ms)).count();
        let signs = sidecars.iter().map(|sidecar| sidecar.beat_ms);
        let signs = signs.chain(session.map(|session| session.ended_ms.unwrap_or(session.started_ms)));
        let last_seen_ms = signs.chain(self.heard.remove(name)).max();
        let talks = live > 0 || session.is_some_and(|session| session.ended_ms.is_none());
        AgentView {
            pane: self.panes.remove(name),
            state: state(row.state, run.as_ref(), talks),
            branch: branch(&row, spawn.as_ref()),
            sidecars: u32::try_from(live).unwrap_or(u32::MAX),
            unread: self.unread.remove(name).unwrap_or_default(),
            activity: self.activities.remove(name),
            last_seen_ms,
            spawn,
            run,
            row,
        }
    }
}

fn state(recorded: AgentState, run: Option<&RunRow>, talks: bool) -> AgentState {
    if recorded != AgentState::Running {
        return recorded;
    }
    let runs = match run {
        // Another machine's process may be there.
        Some(run) => run.ended.is_none() && run.launcher.is_alive().unwrap_or(true),
        None => talks,
    };
    if runs { AgentState::Running } else { AgentState::Stopped }
}

fn branch(row: &AgentRow, spawn: Option<&SpawnRow>) -> Option<String> {
    if let Some(branch) = spawn.and_then(|spawn| spawn.branch.as_ref()) {
        return Some(branch.clone());
    }
    match row.workspace_kind {
        // A worker has its directory from its parent, and the parent has the branch.
        WorkspaceKind::Shared => None,
        // A workspace that is gone or broken has no branch; that is no reason to hide the agent.
        WorkspaceKind::Main | WorkspaceKind::Worktree | WorkspaceKind::Standalone => {
            let here = Repository::find(&row.workspace).ok().filter(|found| found.workspace == row.workspace);
            here.and_then(|found| found.branch().ok().flatten())
        }
    }
}
