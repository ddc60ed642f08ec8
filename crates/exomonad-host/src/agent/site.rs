//! The project, as whoever starts, watches and ends agents in it sees it.

use std::sync::Arc;

use super::AgentName;
use crate::clock::Clock;
use crate::config::Config;
use crate::git::{Git, Repository};
use crate::store::Store;
use crate::surroundings::Surroundings;

/// What it takes to start, watch and end agents.
#[derive(Debug, Clone)]
pub struct Site {
    /// The project's database.
    pub store: Arc<Store>,
    /// The project's repository, seen from the checkout of whoever acts: an agent, or a person.
    pub repository: Repository,
    /// The process that acts.
    pub surroundings: Arc<Surroundings>,
    /// What is configured.
    pub config: Arc<Config>,
    /// Tells the time.
    pub clock: Clock,
}

impl Site {
    /// The command line that every pane of an agent runs.
    #[must_use]
    pub(super) fn launcher(&self, agent: &AgentName) -> Vec<String> {
        let (exe, root) = (self.surroundings.exe.as_str(), self.repository.root.as_str());
        [exe, "agent-run", "--agent", agent.as_str(), "--dir", root].map(str::to_owned).into()
    }

    /// Git in a checkout.
    #[must_use]
    pub fn git(&self, repository: Repository) -> Git {
        Git::new(repository, self.surroundings.search_path(), self.surroundings.home())
    }
}
