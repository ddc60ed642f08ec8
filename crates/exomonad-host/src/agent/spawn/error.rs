//! Why an agent was not spawned.

use crate::agent::workspace::WorkspaceError;
use crate::contract::EffectErrorKind;
use crate::harness::LaunchError;
use crate::mux::MuxError;
use crate::store::StoreError;

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
    /// The workspace.
    #[error("failed to make the workspace")]
    Workspace(#[from] WorkspaceError),
    /// The harness cannot be started this way.
    #[error("failed to prepare the harness")]
    Launch(#[from] LaunchError),
    /// The terminal.
    #[error("failed to open a terminal for the agent")]
    Mux(#[from] MuxError),
    /// The database.
    #[error("failed to keep the journal")]
    Store(#[from] StoreError),
}

impl SpawnError {
    /// What kind of refusal the guest gets.
    #[must_use]
    pub fn kind(&self) -> EffectErrorKind {
        match self {
            Self::Invalid { .. } => EffectErrorKind::InvalidInput,
            Self::Conflict { .. } => EffectErrorKind::Conflict,
            Self::Cap { .. } => EffectErrorKind::PermissionDenied,
            Self::Workspace(err) => err.kind(),
            Self::Launch(err) => err.kind(),
            Self::Interrupted | Self::Mux(_) | Self::Store(_) => EffectErrorKind::Failed,
        }
    }

    /// The next step.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Interrupted => None,
            Self::Invalid { hint, .. } | Self::Conflict { hint, .. } => hint.clone(),
            Self::Cap { key, .. } => Some(format!(
                "clean up agents that are done, or let your human raise `{key}` in `.exomonad/config.local.toml`"
            )),
            Self::Workspace(err) => err.hint(),
            Self::Launch(err) => err.hint(),
            Self::Mux(err) => err.hint(),
            Self::Store(err) => err.hint(),
        }
    }
}
