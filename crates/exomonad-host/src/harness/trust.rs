//! Whether a harness trusts a directory, which it otherwise asks its user before it starts there.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Harness, claude};
use crate::install::InstallError;
use crate::surroundings::Surroundings;

/// A directory to trust.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trust<'a> {
    /// The directory: absolute, symlinks resolved. We made it.
    pub workspace: &'a Utf8Path,
    /// The main checkout whose worktree it is, if it is one: trust in that one is enough.
    pub worktree_of: Option<&'a Utf8Path>,
}

/// Why a directory's trust was left as it was.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The harness's file cannot be read, or has a form to which nothing can be added.
    #[error("failed to change which directories the harness trusts")]
    Document(#[from] InstallError),
    /// The lock cannot be taken.
    #[error("failed to take the lock `{dir}`")]
    Lock {
        /// The lock.
        dir: Utf8PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Another process holds the lock.
    #[error("another process keeps the lock `{dir}`")]
    Held {
        /// The lock.
        dir: Utf8PathBuf,
    },
    /// Another process took the lock away.
    #[error("another process took the lock of `{file}` away")]
    Lost {
        /// The file.
        file: Utf8PathBuf,
    },
}

impl TrustError {
    /// The next step.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Document(source) => source.hint(),
            Self::Lock { dir, .. } => Some(format!("check who may write beside `{dir}`")),
            Self::Held { .. } | Self::Lost { .. } => Some("try again".to_owned()),
        }
    }
}

impl Harness {
    /// Has the harness trust a directory that we made; tells whether anything had to change. Codex asks its user.
    ///
    /// # Errors
    /// The harness's file cannot be changed; then it is as it was.
    pub fn trust(self, surroundings: &Surroundings, trust: &Trust<'_>) -> Result<bool, TrustError> {
        match self {
            Self::Claude => claude::trust(surroundings, trust),
            // Its trust comes with its environment.
            Self::Gemini => Ok(false),
            Self::Codex => Ok(false),
        }
    }

    /// Has the harness forget a directory that we made; tells whether it knew it.
    ///
    /// # Errors
    /// The harness's file cannot be changed; then it is as it was.
    pub fn untrust(self, surroundings: &Surroundings, workspace: &Utf8Path) -> Result<bool, TrustError> {
        match self {
            Self::Claude => claude::untrust(surroundings, workspace),
            Self::Gemini | Self::Codex => Ok(false),
        }
    }
}
