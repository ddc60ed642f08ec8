//! Effects of namespace `work`: what the host knows of the caller's work.

use super::{Caller, Failure, World, agents, error, invalid};
use crate::agent::{StandingError, Worker, record_verification, standing};
use crate::contract::work::{Host, Standing};
use crate::contract::{EffectError, EffectErrorKind};
use crate::git::Git;
use crate::store::AgentRow;

impl Host for World {
    fn get(&mut self) -> Result<Standing, Failure> {
        self.act("work.get", load_standing)
    }

    fn verified(&mut self, command: String, failed: bool) -> Result<(), Failure> {
        self.act("work.verified", |caller| {
            let row = agents::require_agent(caller, caller.agent())?;
            let now_ms = caller.services.clock.now_ms();
            Ok(record_verification(&worker(caller, &row), &command, failed, now_ms)?)
        })
    }
}

/// How the caller's work stands.
pub(super) fn load_standing(caller: &Caller<'_>) -> Result<Standing, EffectError> {
    let row = agents::require_agent(caller, caller.agent())?;
    Ok(standing(&worker(caller, &row))?)
}

/// The receipt of the caller's work. A message is not held up by a checkout that cannot be read: then it says that.
pub(super) fn receipt(caller: &Caller<'_>) -> String {
    match load_standing(caller) {
        Ok(standing) => standing.receipt,
        Err(err) => format!("nothing could be found out about the work: {}", err.message),
    }
}

fn worker<'a>(caller: &'a Caller<'_>, row: &'a AgentRow) -> Worker<'a> {
    let services = caller.services;
    let git = Git::new(services.repository.clone(), &services.search_path, services.home.as_deref());
    Worker {
        store: &services.store,
        row,
        repository: &services.repository,
        git: git.limit(caller.time_left),
        work: &services.config.work,
        // The rest of the answer has to come in time, too.
        files_limit: caller.time_left / 3,
    }
}

impl From<StandingError> for EffectError {
    fn from(err: StandingError) -> Self {
        match err {
            StandingError::Git(source) => source.into(),
            StandingError::Store(source) => source.into(),
            StandingError::Index(_) => error(EffectErrorKind::Failed, crate::explain(&err)),
            StandingError::NotAsked { .. } => invalid(err.to_string()),
        }
    }
}
