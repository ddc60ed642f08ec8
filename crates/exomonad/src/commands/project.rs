//! The project that a command is about: the one around the current directory.

use exomonad_host::git::Repository;
use exomonad_host::store::Store;

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

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> u64 {
    u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or_default()
}
