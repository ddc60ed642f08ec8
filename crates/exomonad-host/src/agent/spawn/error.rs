//! Why an agent was not spawned.

use std::io;

use crate::agent::OwnFileError;
use crate::agent::workspace::WorkspaceError;
use crate::contract::EffectErrorKind;
use crate::harness::{LaunchError, TrustError};
use crate::mux::MuxError;
use crate::store::StoreError;

/// The configuration's key for how deep the tree may be.
pub(super) const DEPTH_KEY: &str = "agents.max_depth";

/// Why an agent was not spawned.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    /// It was not wanted any more.
    #[error("the spawn was stopped")]
    Interrupted,
    /// The request is wrong.
    #[error("{message}")]
    Invalid {
        /// What, in one sentence.
        message: String,
        /// The next step.
        hint: Option<String>,
    },
    /// Something is in its way.
    #[error("{message}")]
    Conflict {
        /// What, in one sentence.
        message: String,
        /// The next step.
        hint: Option<String>,
    },
    /// A cap of the configuration is reached.
    #[error("{message}")]
    Cap {
        /// Which, and what it is set to.
        message: String,
        /// The configuration's key.
        key: &'static str,
    },
    /// The launcher did not start the harness.
    #[error("the agent did not start: {reason}")]
    NotStarted {
        /// Why, in one sentence.
        reason: String,
    },
    /// A file of the agent's could not be written, or the system did not answer.
    #[error("failed to {act}")]
    Io {
        /// What was wanted.
        act: String,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// It failed, and not all of it could be undone.
    #[error("the spawn failed, and not all of it could be undone: {}", left.join("; "))]
    Left {
        /// Why it failed.
        #[source]
        source: Box<Self>,
        /// What is left, in sentences.
        left: Vec<String>,
    },
    /// The workspace.
    #[error("failed to make the workspace")]
    Workspace(#[from] WorkspaceError),
    /// The harness cannot be started this way.
    #[error("failed to prepare the harness")]
    Launch(#[from] LaunchError),
    /// A file of the harness's.
    #[error("failed to write the harness's settings")]
    OwnFile(#[from] OwnFileError),
    /// The harness's trust in the workspace.
    #[error("failed to have the harness trust the workspace")]
    Trust(#[from] TrustError),
    /// The terminal.
    #[error("failed to open a terminal for the agent")]
    Mux(#[from] MuxError),
    /// The database.
    #[error("failed to keep the journal")]
    Store(#[from] StoreError),
}

impl SpawnError {
    /// A request that is wrong.
    pub(super) fn invalid(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Invalid { message: message.into(), hint: Some(hint.into()) }
    }

    /// Something in the way.
    pub(super) fn conflict(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Conflict { message: message.into(), hint: Some(hint.into()) }
    }

    /// What turns a failure of the system into an error.
    pub(super) fn io(act: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let act = act.into();
        move |source| Self::Io { act, source }
    }

    /// What kind of refusal the guest gets.
    #[must_use]
    pub fn kind(&self) -> EffectErrorKind {
        match self {
            Self::Invalid { .. } => EffectErrorKind::InvalidInput,
            Self::Conflict { .. } => EffectErrorKind::Conflict,
            Self::Cap { .. } => EffectErrorKind::PermissionDenied,
            Self::Workspace(err) => err.kind(),
            Self::Launch(err) => err.kind(),
            Self::Left { source, .. } => source.kind(),
            Self::Interrupted
            | Self::NotStarted { .. }
            | Self::Io { .. }
            | Self::OwnFile(_)
            | Self::Trust(_)
            | Self::Mux(_)
            | Self::Store(_) => EffectErrorKind::Failed,
        }
    }

    /// The next step.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Interrupted | Self::Io { .. } | Self::OwnFile(_) => None,
            Self::NotStarted { .. } => Some("see what is missing with `exomonad doctor`".to_owned()),
            Self::Left { .. } => Some("run `exomonad repair`".to_owned()),
            Self::Invalid { hint, .. } | Self::Conflict { hint, .. } => hint.clone(),
            Self::Cap { key, .. } => {
                let first =
                    if *key == DEPTH_KEY { "do it yourself" } else { "clean up agents that are done" };
                Some(format!("{first}, or let your human raise `{key}` in `.exomonad/config.local.toml`"))
            }
            Self::Workspace(err) => err.hint(),
            Self::Launch(err) => err.hint(),
            Self::Trust(err) => err.hint(),
            Self::Mux(err) => err.hint(),
            Self::Store(err) => err.hint(),
        }
    }
}
