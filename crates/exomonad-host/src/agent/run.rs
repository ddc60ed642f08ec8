//! The launcher: starts an agent's harness in the pane it runs in, and is there until it ended.
//!
//! Rule: the harness ends with its launcher and its terminal, whatever it does about signals, and how it ended is recorded
//! before the launcher goes.

use super::{AgentName, Site};
use crate::harness::LaunchError;
use crate::store::{Exit, StoreError};

/// Why a harness was not started.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// There is no such agent.
    #[error("this project has no agent `{name}`")]
    Unknown {
        /// The name.
        name: AgentName,
    },
    /// It cannot be started this way.
    #[error("failed to prepare the harness")]
    Launch(#[from] LaunchError),
    /// The database failed.
    #[error("failed to keep the run")]
    Store(#[from] StoreError),
}

/// Starts the harness of an agent, in this process's terminal and process group, and waits for its end.
///
/// # Errors
/// It could not be started.
pub fn run(_site: &Site, name: &AgentName) -> Result<Exit, RunError> {
    Err(RunError::Unknown { name: name.clone() })
}
