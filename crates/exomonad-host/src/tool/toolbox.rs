//! Finds out who the agent is and what its role can do.

use std::sync::Arc;

use camino::Utf8Path;

use super::ToolboxError;
use crate::agent::{Facts, Seeker, Site, context, resolve};
use crate::clock::Clock;
use crate::config::Config;
use crate::contract::{Context, GuestInfo, RoleInfo};
use crate::drop_logged;
use crate::effects::Services;
use crate::engine::{Guest, GuestSource, Limits};
use crate::git::Repository;
use crate::store::{AgentRow, Store};
use crate::surroundings::Surroundings;

/// Whose tools are wanted.
#[derive(Debug)]
pub struct Request<'a> {
    /// Where the agent works: a directory of its workspace.
    pub dir: &'a Utf8Path,
    /// The name that the launcher or the command line gave.
    pub claimed: Option<&'a str>,
    /// The process that asks: its `PATH`, `HOME`, and what agents that it starts inherit.
    pub surroundings: &'a Arc<Surroundings>,
    /// The user's own configuration file.
    pub user_config: Option<&'a Utf8Path>,
    /// Tells the time.
    pub clock: Clock,
    /// Who has the tools.
    pub guest: &'a GuestSource,
    /// How often they are called.
    pub calls: Calls,
}

/// How often a process calls tools: what is worth setting up for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calls {
    /// Once.
    One,
    /// As often as a client likes.
    Many,
}

/// One agent's tools.
#[derive(Debug, Clone)]
pub struct Toolbox {
    pub(super) guest: Guest,
    info: GuestInfo,
    pub(super) row: AgentRow,
    pub(super) repository: Repository,
    pub(super) store: Arc<Store>,
    pub(super) config: Arc<Config>,
    pub(super) surroundings: Arc<Surroundings>,
    pub(super) clock: Clock,
}

impl Toolbox {
    /// Opens it: finds the project, the agent, and the guest's tools for its role.
    ///
    /// # Errors
    /// The caller is no agent of a project, or the guest fails.
    pub fn open(request: &Request<'_>) -> Result<Self, ToolboxError> {
        let repository = Repository::find(request.dir)?;
        let state_dir = repository.state_dir();
        if !state_dir.is_dir() {
            return Err(ToolboxError::NoProject { root: repository.root });
        }
        let store = Arc::new(Store::open_readable(&repository.database())?);
        let row = resolve(&store, &Seeker { claimed: request.claimed, repository: &repository })?;
        let config = Config::load(&state_dir, request.user_config)?;
        let guest = match request.calls {
            Calls::One => request.guest.load()?,
            Calls::Many => request.guest.load_for_many(config.tool_limits)?,
        };
        let info = describe(&guest, &store, config.tool_limits)?;
        require_role(&info, &row.role)?;
        Ok(Self {
            guest,
            info,
            row,
            repository,
            store,
            config: Arc::new(config),
            surroundings: Arc::clone(request.surroundings),
            clock: request.clock,
        })
    }

    /// The same agent's tools, of another guest.
    ///
    /// # Errors
    /// The guest fails, or does not know the agent's role.
    pub fn with_guest(&self, guest: Guest) -> Result<Self, ToolboxError> {
        let info = guest.describe(self.config.tool_limits)?;
        require_role(&info, &self.row.role)?;
        Ok(Self { guest, info, ..self.clone() })
    }

    /// The SHA-256 of the guest's WASM, in hex.
    #[must_use]
    pub fn guest_hash(&self) -> &str {
        self.guest.hash()
    }

    /// The agent.
    #[must_use]
    pub fn agent(&self) -> &AgentRow {
        &self.row
    }

    /// The project's database.
    #[must_use]
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// What tells it the time.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// The project, as the agent sees it.
    #[must_use]
    pub fn site(&self) -> Site {
        Site {
            store: Arc::clone(&self.store),
            repository: self.repository.clone(),
            surroundings: Arc::clone(&self.surroundings),
            config: Arc::clone(&self.config),
            clock: self.clock,
        }
    }

    /// What the guest is told of an agent.
    pub(super) fn context(&self, row: &AgentRow, repository: &Repository, limits: Limits) -> Context {
        let (harness, config, home) = (row.harness.as_str(), self.config.as_ref(), self.surroundings.home());
        context(&Facts { row, repository, harness, config, limits, home }, self.clock.now_ms())
    }

    /// What a call works with, in an agent's checkout. Nobody listens to it.
    pub(super) fn services(&self, repository: &Repository) -> Services {
        Services {
            store: Arc::clone(&self.store),
            repository: repository.clone(),
            search_path: self.surroundings.search_path().to_owned(),
            home: self.surroundings.home().map(ToOwned::to_owned),
            clock: self.clock,
            programs: self.config.programs.clone(),
            config: Arc::clone(&self.config),
            roles: self.info.roles.iter().map(|role| role.name.clone()).collect(),
            surroundings: Some(Arc::clone(&self.surroundings)),
            listener: None,
        }
    }

    /// What the guest says of itself.
    #[must_use]
    pub fn info(&self) -> &GuestInfo {
        &self.info
    }

    /// What the agent's role can do. There is one: a toolbox without it does not open.
    #[must_use]
    pub fn role(&self) -> Option<&RoleInfo> {
        self.info.roles.iter().find(|role| role.name == self.row.role)
    }
}

/// What the guest says of itself. It always says the same, so it is asked once in a project: its answer takes it a
/// millisecond.
fn describe(guest: &Guest, store: &Store, limits: Limits) -> Result<GuestInfo, ToolboxError> {
    let kept = store.description(guest.hash())?;
    if let Some(info) = kept.and_then(|text| serde_json::from_str(&text).ok()) {
        return Ok(info);
    }
    let info = guest.describe(limits)?;
    let kept = serde_json::to_string(&info).map(|text| store.set_description(guest.hash(), &text));
    match kept {
        Ok(kept) => {
            drop_logged(kept.map_err(|err| crate::explain(&err)), "keep what the guest says of itself");
        }
        Err(err) => tracing::warn!(%err, "what the guest says of itself cannot be kept"),
    }
    Ok(info)
}

fn require_role(info: &GuestInfo, role: &str) -> Result<(), ToolboxError> {
    if info.roles.iter().any(|known| known.name == role) {
        return Ok(());
    }
    let known = info.roles.iter().map(|role| role.name.clone()).collect();
    Err(ToolboxError::Role { role: role.to_owned(), known })
}
