//! Why there is no workspace.

use std::io;

use camino::Utf8PathBuf;

use crate::contract::EffectErrorKind;
use crate::exec::ExecError;
use crate::git::{Change, ChangeKind, GitError, RepositoryError};
use crate::store::StoreError;

/// The most paths that a message names.
const NAMED: usize = 20;

/// Why there is no workspace.
#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    /// The parent has no branch checked out.
    #[error("no branch is checked out in `{checkout}`: it is at commit {commit}")]
    NoBranch {
        /// The parent's checkout.
        checkout: Utf8PathBuf,
        /// Its commit.
        commit: String,
    },
    /// The parent's branch has no commit.
    #[error("branch `{branch}` in `{checkout}` has no commit yet, so there is nothing to begin from")]
    NoCommit {
        /// The parent's checkout.
        checkout: Utf8PathBuf,
        /// Its branch.
        branch: String,
    },
    /// The repository has no work tree.
    #[error("`{path}` is a bare repository")]
    Bare {
        /// Where it is.
        path: Utf8PathBuf,
    },
    /// Git waits for somebody to decide.
    #[error("a {operation} is in progress in `{checkout}`")]
    Busy {
        /// The parent's checkout.
        checkout: Utf8PathBuf,
        /// What is in progress.
        operation: &'static str,
        /// The commands that end it.
        next: &'static str,
    },
    /// A child would not see the parent's changes.
    #[error(
        "`{checkout}` has changes that are not committed, and a child would not see them: {}",
        describe(changes)
    )]
    Dirty {
        /// The parent's checkout.
        checkout: Utf8PathBuf,
        /// Every path.
        changes: Vec<Change>,
    },
    /// The main checkout is the lead's, and cannot be made.
    #[error("the main checkout is no workspace of a spawned agent")]
    Main,
    /// A workspace of its own begins from a commit.
    #[error("no commit was chosen to begin from")]
    NoGround,
    /// Git takes no branch of this name.
    #[error("`{branch}` cannot be the name of a branch")]
    BranchName {
        /// The name.
        branch: String,
    },
    /// A branch is in the way.
    #[error("branch `{found}` is there already")]
    BranchTaken {
        /// The branch to make.
        branch: String,
        /// The one in its way: itself, or one below it.
        found: String,
    },
    /// Something stands where the workspace would be.
    #[error("`{path}` is there already")]
    PathTaken {
        /// Where.
        path: Utf8PathBuf,
    },
    /// The user's state directory is not known.
    #[error("neither XDG_STATE_HOME nor HOME says where a standalone repository could be")]
    NoHome,
    /// `.worktreeinclude` names more than is copied.
    #[error("`.worktreeinclude` matches more than {limit}: `{path}` is one too many")]
    TooMuch {
        /// How much is copied.
        limit: &'static str,
        /// The first that is not.
        path: String,
    },
    /// The project's `setup` command was not approved.
    #[error("`agents.setup` came with the repository and was not approved yet: {command}")]
    NotApproved {
        /// The command.
        command: String,
    },
    /// The project's `setup` command ended with an error.
    #[error("`agents.setup` {ended}; the end of its output:\n{output}")]
    SetUp {
        /// How it ended.
        ended: String,
        /// Its last lines.
        output: String,
        /// Where all of it is.
        log: Utf8PathBuf,
    },
    /// The project's `setup` command gave no result.
    #[error("failed to run `agents.setup`")]
    SetUpExec(#[source] ExecError),
    /// A file could not be handled.
    #[error("failed to {act} `{path}`")]
    File {
        /// What was tried.
        act: &'static str,
        /// With what.
        path: Utf8PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The workspace holds a repository of its own, whose commits a ref of ours cannot keep.
    #[error("`{path}` is a repository of its own inside the workspace, and has changes")]
    Nested {
        /// Where it is, below the workspace.
        path: String,
    },
    /// Somebody moved the worktree.
    #[error("the worktree was moved to `{path}`")]
    Moved {
        /// Where it is.
        path: Utf8PathBuf,
    },
    /// The repository cannot be found.
    #[error("failed to find the repository")]
    Repository(#[from] RepositoryError),
    /// Git failed.
    #[error("git failed")]
    Git(#[from] GitError),
    /// The database failed.
    #[error("failed to look an approval up")]
    Store(#[from] StoreError),
}

impl WorkspaceError {
    /// What kind of refusal the guest gets.
    #[must_use]
    pub fn kind(&self) -> EffectErrorKind {
        match self {
            Self::NoBranch { .. }
            | Self::NoCommit { .. }
            | Self::Bare { .. }
            | Self::Busy { .. }
            | Self::Dirty { .. }
            | Self::BranchTaken { .. }
            | Self::PathTaken { .. }
            | Self::Nested { .. }
            | Self::Moved { .. } => EffectErrorKind::Conflict,
            Self::Main | Self::NoGround | Self::BranchName { .. } | Self::TooMuch { .. } => {
                EffectErrorKind::InvalidInput
            }
            Self::NotApproved { .. } => EffectErrorKind::PermissionDenied,
            Self::NoHome => EffectErrorKind::Unavailable,
            Self::SetUp { .. }
            | Self::SetUpExec(_)
            | Self::File { .. }
            | Self::Repository(_)
            | Self::Git(_)
            | Self::Store(_) => EffectErrorKind::Failed,
        }
    }

    /// The next step.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoBranch { .. } => Some("check a branch out: `git switch -c NAME`".to_owned()),
            Self::NoCommit { .. } => {
                Some("make the first: `git commit --allow-empty -m \"first commit\"`".to_owned())
            }
            Self::Bare { .. } => Some("work in a worktree of it: `git worktree add PATH BRANCH`".to_owned()),
            Self::Busy { next, .. } => Some(format!("end it first: {next}")),
            Self::Dirty { .. } => Some(
                "commit them: `git add --all && git commit`; or put them away: `git stash --include-untracked`"
                    .to_owned(),
            ),
            Self::Main | Self::NoGround => Some("ask for a worktree, a standalone repository or a shared directory".to_owned()),
            Self::BranchName { .. } => Some("choose another slug".to_owned()),
            Self::BranchTaken { branch, found } if branch == found => {
                Some(format!("choose another slug, or remove the branch if nobody needs it: `git branch -d {branch}`"))
            }
            Self::BranchTaken { found, .. } => Some(format!(
                "git cannot have a branch both as a name and as a directory: choose another slug, or rename `{found}`"
            )),
            Self::PathTaken { path } => {
                Some(format!("choose another slug, or look at what is there and move it: `ls -ld {path}`"))
            }
            Self::NoHome => Some("set HOME".to_owned()),
            Self::TooMuch { .. } => {
                Some("make the patterns narrower, and let `agents.setup` make what is large".to_owned())
            }
            Self::NotApproved { .. } => {
                Some("have your human look at it and run `exomonad approve`".to_owned())
            }
            Self::SetUp { log, .. } => Some(format!("all of its output is in `{log}`")),
            Self::Nested { path } => Some(format!(
                "push or move its work, then remove it: `git -C {path} status` says what there is"
            )),
            Self::Moved { path } => {
                Some(format!("take it over or take it away: `git worktree remove --force --force {path}`"))
            }
            Self::Store(err) => err.hint(),
            Self::SetUpExec(_) | Self::File { .. } | Self::Repository(_) | Self::Git(_) => None,
        }
    }
}

/// The paths, by how they differ: at most [`NAMED`] of them, and how many more there are.
pub(in crate::agent) fn describe(changes: &[Change]) -> String {
    let mut parts = Vec::new();
    let mut left = NAMED;
    for (kind, word) in [
        (ChangeKind::Conflicted, "in conflict"),
        (ChangeKind::Staged, "staged"),
        (ChangeKind::Unstaged, "not staged"),
        (ChangeKind::Untracked, "not tracked"),
    ] {
        let paths: Vec<_> = changes
            .iter()
            .filter(|change| change.kind == kind)
            .take(left)
            .map(|change| format!("`{}`", change.path))
            .collect();
        left = left.saturating_sub(paths.len());
        if !paths.is_empty() {
            parts.push(format!("{word}: {}", paths.join(", ")));
        }
    }
    if let Some(more) = changes.len().checked_sub(NAMED).filter(|more| *more > 0) {
        parts.push(format!("and {more} more"));
    }
    parts.join("; ")
}
