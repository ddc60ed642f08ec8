//! Effects of namespace `agents` that change the tree: they start agents below the caller, and end them.
//!
//! Rule: an agent has power over those below it, and over no other.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::agents::{load_info, own_name, require_agent};
use super::{Caller, error, invalid};
use crate::agent::{self, AgentName, Follower, Force, Permissions, Site, SpawnError, SpawnRequest, Step};
use crate::contract::agents::{AgentInfo, Cleaned, SpawnPlan};
use crate::contract::{EffectError, EffectErrorKind};
use crate::store::AgentRow;

/// The most that a spawn may take: the project's `setup` command builds things.
pub(super) const SPAWN_LIMIT: Duration = Duration::from_secs(15 * 60);
/// The most that it may take to end an agent and remove its workspace.
pub(super) const STOP_LIMIT: Duration = Duration::from_secs(60);

/// Spawns an agent below the caller.
pub(super) fn spawn(caller: &Caller<'_>, plan: SpawnPlan) -> Result<AgentInfo, EffectError> {
    let site = site(caller)?;
    let roles = &caller.services.roles;
    if !roles.contains(&plan.role) {
        let shown: String = plan.role.chars().take(100).collect();
        return Err(EffectError {
            hint: Some(format!("the roles are {}", roles.join(", "))),
            ..invalid(format!("there is no role `{}`", shown.escape_debug()))
        });
    }
    let following = Following { caller, begun: Instant::now() };
    if following.is_out_of_time() {
        return Err(out_of_time());
    }
    let spawned = agent::spawn(&site, &own_name(caller)?, &request(plan), &following);
    let spawned = spawned.map_err(|err| {
        if matches!(err, SpawnError::Interrupted) && following.is_out_of_time() {
            return out_of_time();
        }
        refusal(err.kind(), &err, err.hint())
    })?;
    Ok(AgentInfo { notes: spawned.notes, ..load_info(caller, &spawned.agent.name)? })
}

/// Ends the harness of an agent below the caller.
pub(super) fn stop(caller: &Caller<'_>, name: &str) -> Result<AgentInfo, EffectError> {
    let site = site(caller)?;
    let row = require_below(caller, name)?;
    end(&site, &row.name)?;
    load_info(caller, &row.name)
}

/// Removes the workspace and the row of an agent below the caller.
pub(super) fn cleanup(caller: &Caller<'_>, name: &str, force: bool) -> Result<Cleaned, EffectError> {
    let site = site(caller)?;
    let row = require_below(caller, name)?;
    end(&site, &row.name)?;
    let force = if force { Force::Yes } else { Force::No };
    let cleaned =
        agent::cleanup(&site, &row.name, force).map_err(|err| refusal(err.kind(), &err, err.hint()))?;
    Ok(Cleaned { branch: cleaned.branch, salvage: cleaned.salvage })
}

fn end(site: &Site, name: &AgentName) -> Result<(), EffectError> {
    let stopped = agent::stop(site, name);
    stopped.map(drop).map_err(|err| refusal(EffectErrorKind::Failed, &err, err.hint()))
}

/// The project, where the caller may act on more than its own workspace.
pub(super) fn site(caller: &Caller<'_>) -> Result<Site, EffectError> {
    let services = caller.services;
    let Some(surroundings) = services.surroundings.clone() else {
        let message = "a hook neither starts nor ends agents";
        return Err(EffectError {
            hint: Some("do it in a tool".to_owned()),
            ..error(EffectErrorKind::Unavailable, message)
        });
    };
    Ok(Site {
        store: services.store.clone(),
        repository: services.repository.clone(),
        surroundings,
        config: services.config.clone(),
        clock: services.clock,
    })
}

fn request(plan: SpawnPlan) -> SpawnRequest {
    let permissions = plan.permissions;
    SpawnRequest {
        role: plan.role,
        harness: plan.harness,
        model: plan.model,
        workspace_kind: plan.workspace_kind,
        slug: plan.slug,
        prompt: plan.prompt,
        permissions: Permissions {
            claude: permissions.claude,
            gemini: permissions.gemini,
            directories: permissions.directories,
        },
        gemini_lost: permissions.gemini_lost,
        permission_mode: plan.permission_mode,
        directory: plan.directory,
        fork_session: plan.fork_session,
    }
}

/// Tells whoever listens how far a spawn is, and ends it with its call.
struct Following<'a> {
    caller: &'a Caller<'a>,
    begun: Instant,
}

impl Following<'_> {
    fn is_out_of_time(&self) -> bool {
        self.begun.elapsed() >= self.caller.time_left
    }
}

impl Follower for Following<'_> {
    fn begin(&self, step: Step) -> Result<(), SpawnError> {
        if self.gives_up() {
            return Err(SpawnError::Interrupted);
        }
        if let Some(listener) = &self.caller.services.listener {
            let (done, total) = step.position();
            listener.progress(f64::from(done), Some(f64::from(total)), Some(step.act()));
        }
        Ok(())
    }

    fn gives_up(&self) -> bool {
        self.caller.stop.waits_no_more() || self.is_out_of_time()
    }
}

fn out_of_time() -> EffectError {
    EffectError {
        kind: EffectErrorKind::Timeout,
        message: "this call may not wait for an agent to start any longer".to_owned(),
        hint: Some("a tool waits for `limits.wait_ms` of the configuration in all".to_owned()),
    }
}

/// The agent of that name, which is below the caller in the tree.
fn require_below(caller: &Caller<'_>, name: &str) -> Result<AgentRow, EffectError> {
    let row = require_agent(caller, name)?;
    let own = own_name(caller)?;
    let parents: HashMap<AgentName, Option<AgentName>> =
        caller.services.store.agents()?.into_iter().map(|row| (row.name, row.parent)).collect();
    let mut above = row.parent.as_ref();
    while let Some(parent) = above {
        if *parent == own {
            return Ok(row);
        }
        above = parents.get(parent).and_then(Option::as_ref);
    }
    let hint = match &row.parent {
        Some(parent) => format!("ask its parent `{parent}`, or your human"),
        None => "ask your human".to_owned(),
    };
    let message = format!("agent `{}` is not below you in the tree", row.name);
    Err(EffectError { hint: Some(hint), ..error(EffectErrorKind::PermissionDenied, message) })
}

fn refusal(kind: EffectErrorKind, err: &dyn std::error::Error, hint: Option<String>) -> EffectError {
    EffectError { kind, message: crate::explain(err), hint }
}
