//! Why it cannot be said how an agent's work stands.

use std::io;

use crate::git::GitError;
use crate::store::StoreError;

/// Why it cannot be said how an agent's work stands.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StandingError {
    /// Git failed.
    #[error("failed to look at the checkout")]
    Git(#[from] GitError),
    /// The database failed.
    #[error("failed to ask the database about the work")]
    Store(#[from] StoreError),
    /// The index cannot be copied.
    #[error("failed to copy git's index")]
    Index(#[source] io::Error),
    /// It is no command that the project asks for.
    #[error("`{command}` is none of the commands in `project.verify`")]
    NotAsked {
        /// The command.
        command: String,
    },
}
