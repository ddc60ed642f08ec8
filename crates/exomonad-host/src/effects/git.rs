//! Effects of namespace `git`.

use super::{Caller, Failure, World, error, invalid};
use crate::contract::git::{Commit, Divergence, FileStat, Host, Repository, TreeStatus, Worktree};
use crate::contract::{EffectError, EffectErrorKind};
use crate::exec::ExecError;
use crate::git::{Git, GitError};

impl Host for World {
    fn branch(&mut self) -> Result<Option<String>, Failure> {
        self.act("git.branch", |caller| Ok(git(caller).branch()?))
    }

    fn status(&mut self) -> Result<TreeStatus, Failure> {
        self.act("git.status", |caller| Ok(git(caller).status()?))
    }

    fn log(&mut self, revision: Option<String>, limit: u32) -> Result<Vec<Commit>, Failure> {
        self.act("git.log", |caller| {
            if !(1..=1000).contains(&limit) {
                return Err(invalid("`limit` is between 1 and 1000"));
            }
            Ok(git(caller).log(revision.as_deref().unwrap_or("HEAD"), limit)?)
        })
    }

    fn ahead_behind(&mut self) -> Result<Divergence, Failure> {
        self.act("git.ahead-behind", |caller| Ok(git(caller).ahead_behind()?))
    }

    fn remote_url(&mut self, remote: String) -> Result<Option<String>, Failure> {
        self.act("git.remote-url", |caller| Ok(git(caller).remote_url(&remote)?))
    }

    fn repo_info(&mut self) -> Result<Repository, Failure> {
        self.act("git.repo-info", |caller| Ok(git(caller).repository_info()?))
    }

    fn diff_stat(&mut self, base: String) -> Result<Vec<FileStat>, Failure> {
        self.act("git.diff-stat", |caller| Ok(git(caller).diff_stat(&base)?))
    }

    fn worktree_info(&mut self) -> Result<Worktree, Failure> {
        self.act("git.worktree-info", |caller| Ok(git(caller).worktree()?))
    }
}

fn git(caller: &Caller<'_>) -> Git {
    let services = caller.services;
    Git::new(services.repository.clone(), &services.search_path, services.home.as_deref())
        .limit(caller.time_left)
}

impl From<GitError> for EffectError {
    fn from(err: GitError) -> Self {
        match err {
            GitError::Argument { .. } => invalid(err.to_string()),
            GitError::Output { .. } => error(EffectErrorKind::Failed, err.to_string()),
            GitError::Exec(source) => {
                let kind = match source {
                    ExecError::Missing { .. } => EffectErrorKind::Unavailable,
                    ExecError::Timeout { .. } => EffectErrorKind::Timeout,
                    ExecError::Start { .. }
                    | ExecError::Stopped { .. }
                    | ExecError::Wait { .. }
                    | ExecError::Failed { .. } => EffectErrorKind::Failed,
                };
                error(kind, source.to_string())
            }
        }
    }
}
