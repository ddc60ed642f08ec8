//! Why there is no workspace.

use crate::contract::EffectErrorKind;
use crate::git::GitError;

/// Why there is no workspace.
#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    /// The parent has no branch checked out.
    #[error("no branch is checked out")]
    NoBranch,
    /// Git failed.
    #[error("git failed")]
    Git(#[from] GitError),
}

impl WorkspaceError {
    /// What kind of refusal the guest gets.
    #[must_use]
    pub fn kind(&self) -> EffectErrorKind {
        match self {
            Self::NoBranch => EffectErrorKind::Conflict,
            Self::Git(_) => EffectErrorKind::Failed,
        }
    }

    /// The next step.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoBranch => Some("check a branch out: `git switch -c NAME`".to_owned()),
            Self::Git(_) => None,
        }
    }
}
