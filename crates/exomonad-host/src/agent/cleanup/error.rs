//! Why an agent was not cleaned up.

use std::io;

use camino::Utf8PathBuf;

use super::Work;
use crate::agent::{AgentName, StopError, WorkspaceError};
use crate::contract::EffectErrorKind;
use crate::git::{GitError, RepositoryError};
use crate::store::StoreError;

/// Why an agent was not cleaned up.
#[derive(Debug, thiserror::Error)]
pub enum CleanupError {
    /// There is no such agent.
    #[error("this project has no agent `{name}`")]
    Unknown {
        /// The name.
        name: AgentName,
    },
    /// The lead was not spawned.
    #[error("`root` leads the project, and is never cleaned up")]
    Root,
    /// Its children come from it.
    #[error("agent `{name}` has children: {}", list(children))]
    HasChildren {
        /// The agent.
        name: AgentName,
        /// Its children.
        children: Vec<AgentName>,
    },
    /// It may be at work.
    #[error("agent `{name}` runs")]
    Running {
        /// The agent.
        name: AgentName,
    },
    /// It is only being made.
    #[error("agent `{name}` is being spawned")]
    Starting {
        /// The agent.
        name: AgentName,
    },
    /// Somebody may miss it.
    #[error("agent `{name}` has work that would be lost: {work}")]
    Work {
        /// The agent.
        name: AgentName,
        /// Its work.
        work: Box<Work>,
    },
    /// Nobody can tell what it holds.
    #[error("`{path}` is no checkout that git can read any more")]
    Broken {
        /// The workspace.
        path: Utf8PathBuf,
    },
    /// Its processes.
    #[error("failed to stop it")]
    Stop(#[from] StopError),
    /// Its workspace.
    #[error("failed to take its workspace away")]
    Workspace(#[from] WorkspaceError),
    /// Its own files.
    #[error("failed to remove `{path}`")]
    Files {
        /// Their directory.
        path: Utf8PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// Its checkout cannot be read.
    #[error("failed to find its repository")]
    Repository(#[from] RepositoryError),
    /// Git failed.
    #[error("failed to look at its work")]
    Git(#[from] GitError),
    /// There is no room to compare its work in.
    #[error("failed to make a temporary directory")]
    Scratch(#[source] io::Error),
    /// The database failed.
    #[error("failed to look the agent up")]
    Store(#[from] StoreError),
}

impl CleanupError {
    /// What kind of refusal the guest gets.
    #[must_use]
    pub fn kind(&self) -> EffectErrorKind {
        match self {
            Self::Unknown { .. } => EffectErrorKind::NotFound,
            Self::Root => EffectErrorKind::InvalidInput,
            Self::HasChildren { .. }
            | Self::Running { .. }
            | Self::Starting { .. }
            | Self::Work { .. }
            | Self::Broken { .. } => EffectErrorKind::Conflict,
            Self::Workspace(err) => err.kind(),
            Self::Stop(_)
            | Self::Files { .. }
            | Self::Repository(_)
            | Self::Git(_)
            | Self::Scratch(_)
            | Self::Store(_) => EffectErrorKind::Failed,
        }
    }

    /// The next step.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unknown { .. } => Some("`exomonad ps` lists the agents".to_owned()),
            Self::Root => Some("end the session instead: `exomonad stop root`".to_owned()),
            Self::HasChildren { children, .. } => {
                let names: Vec<_> = children.iter().map(AgentName::as_str).collect();
                Some(format!("clean them up first: `exomonad cleanup {}`", names.join(" ")))
            }
            Self::Running { name } => Some(format!("stop it first: `exomonad stop {name}`")),
            Self::Starting { name } => Some(format!(
                "wait for it; if whoever spawned it is gone, `exomonad repair` mends it, and `exomonad cleanup {name} --force` stops it first"
            )),
            Self::Work { name, .. } => Some(format!(
                "commit and merge it; or give it up: `exomonad cleanup {name} --force` keeps it under a ref first"
            )),
            Self::Broken { path } => Some(format!(
                "`git worktree repair {path}` may mend it; else move what is of value out of it and remove it: `rm -r {path}`"
            )),
            Self::Stop(err) => err.hint(),
            Self::Workspace(err) => err.hint(),
            Self::Store(err) => err.hint(),
            Self::Files { .. } | Self::Repository(_) | Self::Git(_) | Self::Scratch(_) => None,
        }
    }
}

fn list(names: &[AgentName]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
