//! The project that a command is about: the one around the current directory.

use std::sync::Arc;

use exomonad_host::agent::{AgentName, Site, nearest, reap};
use exomonad_host::clock::Clock;
use exomonad_host::config::Config;
use exomonad_host::drop_logged;
use exomonad_host::git::Repository;
use exomonad_host::store::{Store, StoreError};

use super::words::quoted;
use crate::env::Env;
use crate::output::problem;

/// The repository around the current directory.
pub(crate) fn require_repository(env: &Env) -> anyhow::Result<Repository> {
    Repository::find(&env.dir)
        .map_err(|err| problem(err.to_string(), "run it inside a git repository; `git init` makes one"))
}

/// The project's database to read from, which must be there; the disk need not take writes.
pub(crate) fn require_store(repository: &Repository) -> anyhow::Result<Store> {
    Ok(Store::open_readable(&repository.database())?)
}

/// The project, for whoever starts, watches and ends agents in it. Its database must be there.
pub(crate) fn require_site(env: &Env) -> anyhow::Result<Site> {
    let repository = require_repository(env)?;
    let store = Arc::new(require_store(&repository)?);
    site(env, repository, store)
}

/// As [`require_site`], with a database that is open.
pub(crate) fn site(env: &Env, repository: Repository, store: Arc<Store>) -> anyhow::Result<Site> {
    let config = Arc::new(Config::load(&repository.state_dir(), env.user_config().as_deref())?);
    let surroundings = Arc::clone(&env.surroundings);
    Ok(Site { store, repository, surroundings, config, clock: Clock::new(now_ms) })
}

/// Takes note of agents that ended unseen, so that they are not shown alive. Where that cannot be recorded, what is shown is
/// right all the same.
pub(crate) fn note_the_dead(site: &Site) {
    drop_logged(reap(site), "take note of agents that ended unseen");
}

/// The name of an agent of the project; else an error that names the nearest.
pub(crate) fn require_agent(store: &Store, text: &str) -> anyhow::Result<AgentName> {
    if let Ok(name) = AgentName::parse(text)
        && store.agent(&name)?.is_some()
    {
        return Ok(name);
    }
    Err(no_agent(store, text)?)
}

/// Why a name that no agent has is of no use.
pub(crate) fn no_agent(store: &Store, text: &str) -> Result<anyhow::Error, StoreError> {
    let message = format!("this project has no agent `{}`", text.escape_debug());
    let names: Vec<String> = store.agents()?.into_iter().map(|row| row.name.to_string()).collect();
    let names = nearest(text, names);
    Ok(problem(message, format!("nearest are {}", quoted(names.iter().map(String::as_str)))))
}

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> u64 {
    u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or_default()
}
