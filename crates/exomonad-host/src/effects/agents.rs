//! Effects of namespace `agents` that look: who there is and how each is.

use super::{Caller, Failure, World, error, tree};
use crate::agent::{AgentName, AgentView, exit_words, view_agent, view_agents};
use crate::contract::agents::{AgentInfo, AgentState as State, Cleaned, Host, SpawnPlan};
use crate::contract::{Agent, EffectError, EffectErrorKind};
use crate::git::Repository;
use crate::store::{AgentRow, AgentState};

/// How many names a hint lists.
const HINT_NAMES: usize = 5;

impl Host for World {
    fn list(&mut self) -> Result<Vec<AgentInfo>, Failure> {
        self.act("agents.list", |caller| {
            let services = caller.services;
            let views = view_agents(&services.store, services.clock.now_ms())?;
            Ok(views.into_iter().map(info).collect())
        })
    }

    fn get(&mut self, name: String) -> Result<AgentInfo, Failure> {
        self.act("agents.get", |caller| {
            let row = require_agent(caller, &name)?;
            load_info(caller, &row.name)
        })
    }

    fn self_(&mut self) -> Result<AgentInfo, Failure> {
        self.act("agents.self", |caller| {
            let row = require_agent(caller, caller.agent())?;
            let info = load_info(caller, &row.name)?;
            // It is heard of right now.
            Ok(AgentInfo {
                last_seen_ms: info.last_seen_ms.max(Some(caller.services.clock.now_ms())),
                ..info
            })
        })
    }

    fn spawn(&mut self, plan: SpawnPlan) -> Result<AgentInfo, Failure> {
        self.act_waiting("agents.spawn", tree::SPAWN_LIMIT, |caller| tree::spawn(caller, plan))
    }

    fn stop(&mut self, name: String) -> Result<AgentInfo, Failure> {
        self.act_waiting("agents.stop", tree::STOP_LIMIT, |caller| tree::stop(caller, &name))
    }

    fn cleanup(&mut self, name: String, force: bool) -> Result<Cleaned, Failure> {
        self.act_waiting("agents.cleanup", tree::STOP_LIMIT, |caller| tree::cleanup(caller, &name, force))
    }
}

/// What is known of an agent that is there.
pub(super) fn load_info(caller: &Caller<'_>, name: &AgentName) -> Result<AgentInfo, EffectError> {
    let services = caller.services;
    let view = view_agent(&services.store, name, services.clock.now_ms())?;
    view.map(info).ok_or_else(|| error(EffectErrorKind::NotFound, format!("agent `{name}` is gone")))
}

fn info(view: AgentView) -> AgentInfo {
    AgentInfo {
        state: match view.state {
            AgentState::Starting => State::Starting,
            AgentState::Running if view.is_waiting() => State::Waiting,
            AgentState::Running => State::Running,
            AgentState::Stopped => State::Stopped,
            AgentState::Failed => State::Failed,
        },
        created_ms: view.row.created_ms,
        sidecars: view.sidecars,
        last_seen_ms: view.last_seen_ms,
        unread: view.unread,
        exit: view.exit().and_then(exit_words),
        failure: view.failure().map(str::to_owned),
        terminal: view.terminal(),
        notes: Vec::new(),
        agent: agent(view),
    }
}

fn agent(view: AgentView) -> Agent {
    let row = view.row;
    let branch = checked_out(&row);
    Agent {
        name: row.name.to_string(),
        role: row.role,
        parent: row.parent.map(|parent| parent.to_string()),
        branch,
        workspace_kind: row.workspace_kind,
        workspace: row.workspace.into(),
        harness: row.harness,
        depth: row.depth,
    }
}

/// The branch checked out in an agent's workspace. One that is gone or broken has none; that is no reason to hide the agent.
fn checked_out(row: &AgentRow) -> Option<String> {
    let here = Repository::find(&row.workspace).ok().filter(|found| found.workspace == row.workspace);
    here.and_then(|found| found.branch().ok().flatten())
}

/// The caller's name, which the host itself put into the context.
pub(super) fn own_name(caller: &Caller<'_>) -> Result<AgentName, EffectError> {
    AgentName::parse(caller.agent()).map_err(|err| error(EffectErrorKind::Failed, err.to_string()))
}

/// The agent of that name, or a refusal that names those nearest to it.
pub(super) fn require_agent(caller: &Caller<'_>, name: &str) -> Result<AgentRow, EffectError> {
    let store = &caller.services.store;
    let found = AgentName::parse(name).ok().map(|name| store.agent(&name)).transpose()?.flatten();
    if let Some(row) = found {
        return Ok(row);
    }
    let shown: String = name.chars().take(100).collect();
    let names = store.agents()?.into_iter().map(|row| row.name.to_string()).collect();
    Err(EffectError {
        kind: EffectErrorKind::NotFound,
        message: format!("this project has no agent `{}`", shown.escape_debug()),
        hint: Some(format!("nearest are {}", nearest(name, names))),
    })
}

fn nearest(name: &str, mut names: Vec<String>) -> String {
    let alike = |known: &String| strsim::jaro_winkler(known, name);
    names.sort_by(|a, b| alike(b).total_cmp(&alike(a)));
    names.truncate(HINT_NAMES);
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}
