//! One reaction of the guest to an event.

use std::time::Duration;

use super::Toolbox;
use super::call::guard;
use crate::contract::{Action, Event};
use crate::engine::{GuestError, Limits};
use crate::git::{Repository, RepositoryError};
use crate::store::AgentRow;

/// Why the guest did not react.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReactError {
    /// It failed.
    #[error("the guest failed")]
    Guest(#[from] GuestError),
    /// There is nowhere to react in.
    #[error("failed to find the agent's workspace `{workspace}`")]
    Workspace {
        /// Where it should be.
        workspace: camino::Utf8PathBuf,
        /// The cause.
        #[source]
        source: RepositoryError,
    },
    /// A fault of ours.
    #[error("exomonad failed: {message}")]
    Host {
        /// What it said.
        message: String,
    },
}

impl Toolbox {
    /// Tells the guest of an event about an agent, and returns what it wants done. It may use what a tool may, but not wait.
    ///
    /// # Errors
    /// The guest fails, or the agent has no workspace.
    pub(crate) fn react(&self, row: &AgentRow, event: &Event) -> Result<Vec<Action>, ReactError> {
        let limits = Limits { wait: Duration::ZERO, ..self.config.tool_limits };
        let found = Repository::find(&row.workspace);
        let repository =
            found.map_err(|source| ReactError::Workspace { workspace: row.workspace.clone(), source })?;
        let cx = self.context(row, &repository, limits);
        let services = self.services(&repository);
        let reacted = guard(|| self.guest.on_event(services, &cx, event, limits));
        Ok(reacted.map_err(|message| ReactError::Host { message })??)
    }
}
