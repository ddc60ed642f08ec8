//! Which files a command passed on: git's tree of everything that it does not ignore.
//!
//! Two trees are equal when the files are, whoever committed what in between. So "it passed on these files" needs no clock
//! and no watcher of files.

use camino::Utf8PathBuf;

use super::{StandingError, Worker};
use crate::agent::AgentName;
use crate::contract::work::{Verification, VerificationState};
use crate::exec::ExecError;
use crate::git::{GitError, Standing};
use crate::store::{Store, StoreError, VerificationRow};

/// The commands of the configuration, and how each stands on the files as they are now.
pub(super) fn verifications(
    worker: &Worker<'_>,
    here: &Standing,
) -> Result<Vec<Verification>, StandingError> {
    let (store, verify) = (worker.store, &worker.work.verify);
    let rows = if verify.is_empty() { Vec::new() } else { store.verifications(&worker.row.name)? };
    // Nothing to compare with, so git need not read the files.
    let may_have_passed = rows.iter().any(|row| !row.failed && verify.contains(&row.command));
    let tree = if may_have_passed { tree_in_time(worker, here)? } else { None };
    Ok(states(verify, &rows, tree.as_deref()))
}

/// The commands of the configuration, and how each stands on a tree, such as that of a commit, by what was seen in the
/// workspace of an agent.
///
/// # Errors
/// The database failed.
pub fn verifications_of(
    store: &Store,
    verify: &[String],
    agent: &AgentName,
    tree: &str,
) -> Result<Vec<Verification>, StoreError> {
    Ok(states(verify, &store.verifications(agent)?, Some(tree)))
}

/// Keeps that a command ran in the agent's workspace, on the files as they are now.
///
/// # Errors
/// The project does not ask for the command, a file cannot be read, git failed or took too long, or the database failed.
pub(crate) fn record_verification(
    worker: &Worker<'_>,
    command: &str,
    failed: bool,
    now_ms: u64,
) -> Result<(), StandingError> {
    if !worker.work.verify.iter().any(|asked| asked == command) {
        return Err(StandingError::NotAsked { command: command.to_owned() });
    }
    let tree = tree(worker, &worker.git.standing()?)?;
    let row = VerificationRow { command: command.to_owned(), failed, tree, time_ms: now_ms };
    Ok(worker.store.set_verification(&worker.row.name, &row)?)
}

fn states(verify: &[String], rows: &[VerificationRow], tree: Option<&str>) -> Vec<Verification> {
    let state = |command: &String| {
        let row = rows.iter().find(|row| row.command == *command);
        let state = match row {
            None => VerificationState::Never,
            Some(row) if row.failed => VerificationState::Failed,
            Some(row) if tree == Some(row.tree.as_str()) => VerificationState::Passed,
            Some(_) => VerificationState::Stale,
        };
        Verification { command: command.clone(), state, time_ms: row.map(|row| row.time_ms) }
    };
    verify.iter().map(state).collect()
}

/// The tree of the files; nothing when there are too many to look at in time.
fn tree_in_time(worker: &Worker<'_>, here: &Standing) -> Result<Option<String>, StandingError> {
    match tree(worker, here) {
        Ok(tree) => Ok(Some(tree)),
        Err(StandingError::Git(GitError::Exec(ExecError::Timeout { .. }))) => Ok(None),
        Err(err) => Err(err),
    }
}

fn tree(worker: &Worker<'_>, here: &Standing) -> Result<String, StandingError> {
    if here.changes.is_empty() && here.commit.is_some() {
        return Ok(worker.git.tree("HEAD")?);
    }
    let temp = tempfile::tempdir().map_err(StandingError::Index)?;
    let dir = Utf8PathBuf::try_from(temp.path().to_owned())
        .map_err(|err| StandingError::Index(err.into_io_error()))?;
    // A copy of the index knows what has not changed; the checkout's own stays as it is.
    let index = dir.join("index");
    let own = worker.repository.git_dir.join("index");
    if own.exists() {
        std::fs::copy(&own, &index).map_err(StandingError::Index)?;
    }
    let objects = dir.join("objects");
    std::fs::create_dir(&objects).map_err(StandingError::Index)?;
    let git = worker.git.scratch(&objects, &[&worker.repository.common_dir]);
    Ok(git.limit(worker.files_limit).tree_of_files(&index)?)
}
