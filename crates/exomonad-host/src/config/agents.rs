//! What is configured about agents: how many there may be, in which harness each role runs, and where they are seen.

use std::collections::BTreeMap;

use camino::Utf8Path;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::{Author, ConfigError};
use crate::harness::Harness;
use crate::mux::MuxChoice;

/// What is configured about agents.
#[derive(Debug, Clone, PartialEq)]
pub struct Agents {
    /// How many levels there may be below the root.
    pub max_depth: u32,
    /// How many children one agent may have.
    pub max_children: u32,
    /// How many agents the project may have, the root included.
    pub max_agents: u32,
    /// After how many minutes without a step an agent with a turn counts as stuck; 0: nobody is told of stuck agents.
    pub stuck_minutes: u32,
    /// The permission mode of a spawned agent, in Claude Code's words; absent: `default`.
    pub permission_mode: Option<String>,
    /// Agents may run without permission prompts.
    pub skip_permissions: bool,
    /// What is run in a new worktree or standalone repository before its agent starts.
    pub setup: Option<Command>,
    /// What each role runs in.
    pub roles: BTreeMap<String, RoleConfig>,
    /// Harnesses beside those we know, by name.
    pub harnesses: BTreeMap<String, Command>,
    /// Where agents are seen.
    pub mux: MuxChoice,
    /// The name of the project's terminal session; absent: the project's directory.
    pub session: Option<String>,
}

/// A command line out of a configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The program and its arguments.
    pub argv: Vec<String>,
    /// It came with the repository: whoever can commit could have it run, so the user approves it first.
    pub needs_approval: bool,
}

impl Command {
    /// What an approval is kept under: the command itself, and what it is for.
    #[must_use]
    pub fn hash(&self, what: &str) -> String {
        let text = serde_json::json!([what, self.argv]).to_string();
        format!("{:x}", Sha256::digest(text.as_bytes()))
    }
}

/// What the agents of a role run in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleConfig {
    /// `claude`, `gemini`, `codex`, or a harness of the configuration; absent: our own choice.
    pub harness: Option<String>,
    /// The harness's own name of a model; absent: its own choice.
    pub model: Option<String>,
}

impl Default for Agents {
    /// 3 levels, 10 children, 30 agents, a quarter of an hour without a step, no skipping of permissions.
    fn default() -> Self {
        Self {
            max_depth: 3,
            max_children: 10,
            max_agents: 30,
            stuck_minutes: 15,
            permission_mode: None,
            skip_permissions: false,
            setup: None,
            roles: BTreeMap::new(),
            harnesses: BTreeMap::new(),
            mux: MuxChoice::Auto,
            session: None,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AgentsTable {
    max_depth: Option<u32>,
    max_children: Option<u32>,
    max_agents: Option<u32>,
    stuck_minutes: Option<u32>,
    permission_mode: Option<String>,
    skip_permissions: Option<bool>,
    setup: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RoleTable {
    harness: Option<String>,
    model: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct HarnessTable {
    command: Vec<String>,
}

/// The parts of a file that are about agents.
#[derive(Debug, Default)]
pub(super) struct Tables {
    pub(super) agents: AgentsTable,
    pub(super) roles: BTreeMap<String, RoleTable>,
    pub(super) harness: BTreeMap<String, HarnessTable>,
    pub(super) mux: Option<String>,
    pub(super) session: Option<String>,
}

impl Agents {
    pub(super) fn apply(
        &mut self,
        path: &Utf8Path,
        author: Author,
        tables: Tables,
        warnings: &mut Vec<String>,
    ) -> Result<(), ConfigError> {
        let invalid = |message: String| ConfigError::Parse { path: path.to_owned(), message };
        let needs_approval = author == Author::Repository;
        let Tables { agents, roles, harness, mux, session } = tables;
        for (key, own, new) in [
            ("max_depth", &mut self.max_depth, agents.max_depth),
            ("max_children", &mut self.max_children, agents.max_children),
            ("max_agents", &mut self.max_agents, agents.max_agents),
        ] {
            if new == Some(0) {
                return Err(invalid(format!("`agents.{key}` must be at least 1")));
            }
            *own = new.unwrap_or(*own);
        }
        self.stuck_minutes = agents.stuck_minutes.unwrap_or(self.stuck_minutes);
        match agents.skip_permissions {
            Some(true) if needs_approval => warnings.push(format!(
                "`{path}`: `agents.skip_permissions` is ignored: whoever can commit could switch your permission prompts off; put it in `config.local.toml`"
            )),
            Some(skip) => self.skip_permissions = skip,
            None => {}
        }
        if agents.permission_mode.is_some() {
            self.permission_mode = agents.permission_mode;
        }
        if let Some(argv) = agents.setup {
            self.setup = command("agents.setup", argv, needs_approval).map_err(invalid)?;
        }
        for (role, table) in roles {
            let own = self.roles.entry(role).or_default();
            own.harness = table.harness.or(own.harness.take());
            own.model = table.model.or(own.model.take());
        }
        for (name, table) in harness {
            let key = format!("harness.{name}.command");
            if name.parse::<Harness>().is_ok() {
                return Err(invalid(format!("`{key}`: exomonad knows `{name}` itself; choose another name")));
            }
            match command(&key, table.command, needs_approval).map_err(invalid)? {
                Some(command) => self.harnesses.insert(name, command),
                None => return Err(invalid(format!("`{key}` names no program"))),
            };
        }
        if let Some(mux) = mux {
            self.mux = mux.parse().map_err(|err| invalid(format!("`mux`: {err}")))?;
        }
        if session.is_some() {
            self.session = session;
        }
        Ok(())
    }
}

/// An empty list takes an earlier file's command away.
fn command(key: &str, argv: Vec<String>, needs_approval: bool) -> Result<Option<Command>, String> {
    if argv.is_empty() {
        return Ok(None);
    }
    if argv.iter().any(|argument| argument.contains('\0')) || argv.first().is_some_and(String::is_empty) {
        return Err(format!("`{key}` is a list: a program, and its arguments without a zero byte"));
    }
    Ok(Some(Command { argv, needs_approval }))
}
