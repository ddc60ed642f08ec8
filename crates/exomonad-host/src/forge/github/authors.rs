//! Whose a pull request is: the agent's whose branch is its head, whatever account filed it.

use std::collections::HashMap;

use super::{shape, wire};
use crate::agent::{AgentName, Site};
use crate::store::StoreError;

/// The agents that have branches.
#[derive(Debug)]
pub(super) struct Authors<'a> {
    site: &'a Site,
    /// Host, owner and name.
    key: String,
    by_branch: HashMap<String, AgentName>,
}

impl<'a> Authors<'a> {
    pub(super) fn of(site: &'a Site, key: String) -> Result<Self, StoreError> {
        let spawns = site.store.spawns()?.into_iter();
        let by_branch = spawns.filter_map(|spawn| Some((spawn.branch?, spawn.agent))).collect();
        Ok(Self { site, key, by_branch })
    }

    /// The agent that filed it or has its head; nothing for anybody else's.
    pub(super) fn agent(&self, pull: &wire::Pull, is_here: bool) -> Result<Option<AgentName>, StoreError> {
        if let Some(known) = self.site.store.remote_pull(&self.key, pull.number)? {
            return Ok(Some(known.author));
        }
        Ok(self.by_branch.get(&pull.head.branch).filter(|_| is_here).cloned())
    }
}

/// The name of its author: an agent's, or an account's.
pub(super) fn name(agent: Option<&AgentName>, pull: &wire::Pull) -> String {
    agent.map_or_else(|| shape::account(pull.user.as_ref()).0, AgentName::to_string)
}
