//! Ends an agent's harness and everything it started.

use super::{AgentName, Site};
use crate::store::{Exit, StoreError};

/// Why an agent was not stopped.
#[derive(Debug, thiserror::Error)]
pub enum StopError {
    /// Its processes are on another machine, or in another container.
    #[error("agent `{name}` runs where its processes cannot be seen from here")]
    Elsewhere {
        /// The agent.
        name: AgentName,
    },
    /// They are still there.
    #[error("the processes of agent `{name}` did not end")]
    StillThere {
        /// The agent.
        name: AgentName,
    },
    /// The database failed.
    #[error("failed to look the agent up")]
    Store(#[from] StoreError),
}

/// Ends the harness and everything it started: asked first, killed after five seconds. Closes its pane. An agent that does not
/// run is no error. Returns how its last run ended, when it ever ran.
///
/// # Errors
/// Its processes cannot be ended from here.
pub fn stop(_site: &Site, name: &AgentName) -> Result<Option<Exit>, StopError> {
    Err(StopError::StillThere { name: name.clone() })
}
