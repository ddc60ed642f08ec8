//! Why a forge did not do what it was asked for.

use std::io;
use std::time::Duration;

use camino::Utf8PathBuf;

use crate::agent::{AgentName, WorkspaceError};
use crate::contract::EffectErrorKind;
use crate::contract::forge::PullRequestState;
use crate::forge::GitHubError;
use crate::git::{GitError, RepositoryError};
use crate::store::{StoreError, pull_state_name};

/// Why a forge did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum ForgeError {
    /// The forge does not have it.
    #[error("{what}")]
    Unavailable {
        /// What it does not have.
        what: &'static str,
        /// Where it may be instead.
        hint: &'static str,
    },
    /// There is no such agent any more.
    #[error("this project has no agent `{name}`")]
    NoAgent {
        /// The name.
        name: AgentName,
    },
    /// It works in its parent's directory.
    #[error("agent `{name}` works in the directory of its parent, and has no branch of its own")]
    NoBranch {
        /// The agent.
        name: AgentName,
    },
    /// No branch is checked out.
    #[error("`{checkout}` is on no branch")]
    Detached {
        /// The checkout.
        checkout: Utf8PathBuf,
    },
    /// The branch is the project's.
    #[error("branch `{branch}` is protected: it is merged into, and never the other way round")]
    Protected {
        /// The branch.
        branch: String,
    },
    /// Nobody said into which branch.
    #[error("branch `{head}` was not made from another one, so nobody knows where it is to be merged")]
    NoBase {
        /// The branch.
        head: String,
    },
    /// There is no such branch.
    #[error("there is no branch `{base}`")]
    UnknownBase {
        /// The branch.
        base: String,
    },
    /// The base has all of it.
    #[error("branch `{head}` has no commit that `{base}` has not")]
    NothingNew {
        /// The branch.
        head: String,
        /// The branch that it would be merged into.
        base: String,
    },
    /// They never had a commit in common.
    #[error("branches `{head}` and `{base}` have no commit in common")]
    Unrelated {
        /// The branch.
        head: String,
        /// The branch that it would be merged into.
        base: String,
    },
    /// The branch of an open pull request is gone.
    #[error("the branch `{head}` of pull request #{number} is gone")]
    HeadGone {
        /// The pull request.
        number: u64,
        /// The branch.
        head: String,
    },
    /// Somebody else has a branch of that name.
    #[error("the project has a branch `{branch}` that is not this agent's")]
    BranchTaken {
        /// The branch.
        branch: String,
    },
    /// What is said is empty or too long.
    #[error("{what}")]
    Text {
        /// What is wrong with it.
        what: String,
    },
    /// The open pull request of that branch is another agent's.
    #[error("pull request #{number} of this branch is agent `{author}`'s")]
    Foreign {
        /// The pull request.
        number: u64,
        /// Whose it is.
        author: AgentName,
    },
    /// The remote did not take the branch.
    #[error("failed to push `{branch}` to `{remote}`, so nothing was filed")]
    Push {
        /// The branch.
        branch: String,
        /// The remote.
        remote: String,
        /// The cause.
        #[source]
        source: GitError,
    },
    /// It is done with.
    #[error("pull request #{number} is {}", pull_state_name(*state))]
    NotOpen {
        /// The pull request.
        number: u64,
        /// What it is.
        state: PullRequestState,
    },
    /// Somebody merges it right now, or was interrupted.
    #[error("pull request #{number} is being merged")]
    Merging {
        /// The pull request.
        number: u64,
    },
    /// One does not judge one's own work.
    #[error("pull request #{number} is your own, and not yours to {act}")]
    Own {
        /// The pull request.
        number: u64,
        /// What was to be done with it.
        act: &'static str,
    },
    /// An agent has power over those below it.
    #[error("agent `{author}`, whose pull request #{number} is, is not below you in the tree")]
    NotAbove {
        /// The pull request.
        number: u64,
        /// Whose it is.
        author: String,
    },
    /// Only the lead and people merge there.
    #[error("branch `{base}` is protected: only `root` and people merge into it")]
    ProtectedBase {
        /// The branch.
        base: String,
    },
    /// Somebody wants it changed first.
    #[error("changes are requested in pull request #{number} by {reviewers}")]
    Requested {
        /// The pull request.
        number: u64,
        /// By whom.
        reviewers: String,
        /// One of them is a person, whom no agent overrides.
        human: bool,
    },
    /// It is not verified.
    #[error("pull request #{number} is not verified at its newest commit: {failing}")]
    Checks {
        /// The pull request.
        number: u64,
        /// What failed or did not run.
        failing: String,
    },
    /// It has changes that the merge would run into.
    #[error("`{checkout}` has changes that are not committed in files that the merge changes: {paths}")]
    Overlap {
        /// The checkout of the base.
        checkout: Utf8PathBuf,
        /// The paths.
        paths: String,
    },
    /// Git is in the middle of something there.
    #[error("`{checkout}` is in the middle of a {operation}")]
    Busy {
        /// The checkout of the base.
        checkout: Utf8PathBuf,
        /// What it is in the middle of.
        operation: &'static str,
        /// How that is ended.
        next: &'static str,
    },
    /// A commit that cannot be replayed.
    #[error("commit {commit} of `{head}` has no parent, and cannot be put on top of another one")]
    Rootless {
        /// The branch.
        head: String,
        /// The commit.
        commit: String,
    },
    /// It has other commits by now than those that were looked at.
    #[error("pull request #{number} has newer commits than those that were looked at, and was not merged")]
    HeadMoved {
        /// The pull request.
        number: u64,
    },
    /// Others were always faster.
    #[error("branch `{base}` moved again and again while the merge was made")]
    Moving {
        /// The branch.
        base: String,
    },
    /// Another merge does not end.
    #[error("another merge in this project does not end")]
    Turn,
    /// The file that keeps merges apart.
    #[error("failed to lock `{path}`")]
    Lock {
        /// The file.
        path: Utf8PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// Git is too old.
    #[error("this takes git {needed}, and git {found} is installed")]
    OldGit {
        /// The version that is installed.
        found: String,
        /// The version that it takes.
        needed: String,
    },
    /// Which process this is.
    #[error("the system does not tell which process this is")]
    Process(#[source] io::Error),
    /// Git failed.
    #[error("git did not do it")]
    Git(#[from] GitError),
    /// The repository cannot be read.
    #[error("failed to find the repository")]
    Repository(#[from] RepositoryError),
    /// Where an agent works cannot be told.
    #[error("failed to find the agent's repository")]
    Workspace(#[from] WorkspaceError),
    /// GitHub did not do it.
    #[error(transparent)]
    GitHub(Box<GitHubError>),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<GitHubError> for ForgeError {
    fn from(err: GitHubError) -> Self {
        Self::GitHub(Box::new(err))
    }
}

impl ForgeError {
    /// What kind of refusal the guest gets.
    #[must_use]
    pub fn kind(&self) -> EffectErrorKind {
        match self {
            Self::Unavailable { .. } | Self::OldGit { .. } => EffectErrorKind::Unavailable,
            Self::NoAgent { .. } | Self::UnknownBase { .. } | Self::HeadGone { .. } => {
                EffectErrorKind::NotFound
            }
            Self::NoBranch { .. }
            | Self::Detached { .. }
            | Self::Protected { .. }
            | Self::NoBase { .. }
            | Self::NothingNew { .. }
            | Self::Unrelated { .. }
            | Self::Rootless { .. }
            | Self::Text { .. } => EffectErrorKind::InvalidInput,
            Self::Own { .. } | Self::NotAbove { .. } | Self::ProtectedBase { .. } => {
                EffectErrorKind::PermissionDenied
            }
            Self::BranchTaken { .. }
            | Self::Foreign { .. }
            | Self::NotOpen { .. }
            | Self::Merging { .. }
            | Self::Requested { .. }
            | Self::Checks { .. }
            | Self::Overlap { .. }
            | Self::Busy { .. }
            | Self::HeadMoved { .. }
            | Self::Moving { .. } => EffectErrorKind::Conflict,
            Self::Turn => EffectErrorKind::Timeout,
            Self::Workspace(err) => err.kind(),
            Self::GitHub(err) => err.kind(),
            Self::Store(StoreError::NoPull { .. } | StoreError::NoMessage { .. }) => {
                EffectErrorKind::NotFound
            }
            Self::Push { .. }
            | Self::Lock { .. }
            | Self::Process(_)
            | Self::Git(_)
            | Self::Repository(_)
            | Self::Store(_) => EffectErrorKind::Failed,
        }
    }

    /// How long the forge wants to be left alone, where it says so.
    #[cfg_attr(not(test), expect(dead_code, reason = "the duty that watches a forge asks for it"))]
    pub(crate) fn rest(&self) -> Option<Duration> {
        let Self::GitHub(err) = self else { return None };
        err.rest()
    }

    /// The next step.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::Unavailable { hint, .. } => (*hint).to_owned(),
            Self::NoAgent { .. } => "`exomonad ps` lists the agents".to_owned(),
            Self::NoBranch { .. } => "tell your parent what you did: it commits, and files".to_owned(),
            Self::Detached { .. } => "put your commits on a branch: `git switch -c NAME`".to_owned(),
            Self::Protected { .. } => "put your commits on a branch of their own: `git switch -c NAME`".to_owned(),
            Self::NoBase { .. } => "name the base".to_owned(),
            Self::UnknownBase { .. } => "`git branch` lists the branches".to_owned(),
            Self::NothingNew { .. } => "commit your work first".to_owned(),
            Self::Unrelated { .. } => "file against the branch that yours was made from".to_owned(),
            Self::HeadGone { number, .. } => format!("close it: `exomonad pr close {number}`"),
            Self::BranchTaken { branch } => format!("rename that branch: `git branch -m {branch} NAME`"),
            Self::Foreign { .. } => "put your commits on a branch of their own: `git switch -c NAME`".to_owned(),
            Self::Push { branch, remote, .. } => format!(
                "see what `git push --set-upstream {remote} {branch}` says, mend that, and file again"
            ),
            Self::NotOpen { state: PullRequestState::Closed, .. } => {
                "its author files it again when there is more to it".to_owned()
            }
            Self::Merging { .. } => {
                "wait for it; if whoever merged it is gone, `exomonad repair` finishes it".to_owned()
            }
            Self::Own { .. } => "your parent does that".to_owned(),
            Self::NotAbove { .. } => "the agent that spawned it does that, or your human".to_owned(),
            Self::ProtectedBase { .. } => "ask `root`, or your human".to_owned(),
            Self::Requested { human: true, .. } => {
                "once the author has committed what was asked for, or that person approves, merge it".to_owned()
            }
            Self::Requested { human: false, .. } => {
                "once the author has committed what was asked for, or the reviewer approves, merge it; `force` merges it as it is".to_owned()
            }
            Self::Checks { .. } => {
                "the author runs them on exactly these files; `force` merges it as it is".to_owned()
            }
            Self::Overlap { checkout, .. } => format!("commit or stash them in `{checkout}` first"),
            Self::Busy { checkout, next, .. } => format!("end that first, in `{checkout}`: {next}"),
            Self::Rootless { .. } => "merge it by `squash` or `merge`".to_owned(),
            Self::HeadMoved { .. } => "look at it again first".to_owned(),
            Self::Moving { .. } | Self::Turn => "try again".to_owned(),
            Self::OldGit { needed, .. } => format!("install git {needed} or newer"),
            Self::Workspace(err) => return err.hint(),
            Self::GitHub(err) => return err.hint(),
            Self::Store(err) => return err.hint(),
            Self::NotOpen { .. }
            | Self::Text { .. }
            | Self::Lock { .. }
            | Self::Process(_)
            | Self::Git(_)
            | Self::Repository(_) => return None,
        };
        Some(text)
    }
}
