//! Effects of namespace `agents`.

use super::planned::unavailable;
use super::{Caller, Failure, World, error};
use crate::agent::AgentName;
use crate::contract::agents::{AgentInfo, AgentState as State, Cleaned, Host, SpawnPlan};
use crate::contract::{Agent, EffectError, EffectErrorKind};
use crate::git::Repository;
use crate::store::{AgentRow, AgentState, SidecarRow};

/// How many names a hint lists.
const HINT_NAMES: usize = 5;

impl Host for World {
    fn list(&mut self) -> Result<Vec<AgentInfo>, Failure> {
        self.act("agents.list", |caller| {
            let look = Look::take(caller)?;
            caller.services.store.agents()?.into_iter().map(|row| look.info(caller, row)).collect()
        })
    }

    fn get(&mut self, name: String) -> Result<AgentInfo, Failure> {
        self.act("agents.get", |caller| {
            let row = require_agent(caller, &name)?;
            Look::take(caller)?.info(caller, row)
        })
    }

    fn self_(&mut self) -> Result<AgentInfo, Failure> {
        self.act("agents.self", |caller| {
            let row = require_agent(caller, caller.agent())?;
            Look::at_caller(caller)?.info(caller, row)
        })
    }

    fn spawn(&mut self, _: SpawnPlan) -> Result<AgentInfo, Failure> {
        self.act("agents.spawn", |_| unavailable("agents.spawn"))
    }

    fn stop(&mut self, _: String) -> Result<AgentInfo, Failure> {
        self.act("agents.stop", |_| unavailable("agents.stop"))
    }

    fn cleanup(&mut self, _: String, _: bool) -> Result<Cleaned, Failure> {
        self.act("agents.cleanup", |_| unavailable("agents.cleanup"))
    }
}

/// Who runs and who was heard of, as it is now.
struct Look {
    now_ms: u64,
    sidecars: Vec<SidecarRow>,
    heard: Vec<(String, u64)>,
}

impl Look {
    fn take(caller: &Caller<'_>) -> Result<Self, EffectError> {
        let store = &caller.services.store;
        Ok(Self {
            now_ms: caller.services.clock.now_ms(),
            sidecars: store.sidecars()?,
            heard: store.lately_heard()?,
        })
    }

    /// As [`Look::take`], when only the caller is asked about: it is heard of right now.
    fn at_caller(caller: &Caller<'_>) -> Result<Self, EffectError> {
        let now_ms = caller.services.clock.now_ms();
        let sidecars = caller.services.store.sidecars()?;
        Ok(Self { now_ms, sidecars, heard: vec![(caller.agent().to_owned(), now_ms)] })
    }

    fn info(&self, caller: &Caller<'_>, row: AgentRow) -> Result<AgentInfo, EffectError> {
        let store = &caller.services.store;
        let name = row.name.as_str();
        let sidecars: Vec<_> = self.sidecars.iter().filter(|sidecar| sidecar.agent == name).collect();
        let session = store.latest_session(name)?;
        let heard = self.heard.iter().filter(|(agent, _)| agent == name).map(|(_, time_ms)| *time_ms);
        let last_seen_ms = sidecars
            .iter()
            .map(|sidecar| sidecar.beat_ms)
            .chain(session.map(|session| session.ended_ms.unwrap_or(session.started_ms)))
            .chain(heard)
            .max();
        let live = sidecars.iter().filter(|sidecar| sidecar.is_live(self.now_ms)).count();
        Ok(AgentInfo {
            state: match row.state {
                AgentState::Starting => State::Starting,
                AgentState::Running => State::Running,
                AgentState::Stopped => State::Stopped,
                AgentState::Failed => State::Failed,
            },
            created_ms: row.created_ms,
            sidecars: u32::try_from(live).unwrap_or(u32::MAX),
            last_seen_ms,
            unread: store.unread(&row.name)?,
            exit: None,
            failure: None,
            terminal: None,
            notes: Vec::new(),
            agent: agent(row),
        })
    }
}

fn agent(row: AgentRow) -> Agent {
    // A workspace that is gone or broken has no branch; that is no reason to hide the agent.
    let here = Repository::find(&row.workspace).ok().filter(|found| found.workspace == row.workspace);
    Agent {
        name: row.name.to_string(),
        role: row.role,
        parent: row.parent.map(|parent| parent.to_string()),
        branch: here.and_then(|found| found.branch().ok().flatten()),
        workspace_kind: row.workspace_kind,
        workspace: row.workspace.into(),
        harness: row.harness,
        depth: row.depth,
    }
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
