//! The project's configuration: what the files say, merged.
//!
//! A broken file is an error, never a default. A key that nobody knows is a warning that names the nearest known one.

mod agents;
mod events;
mod forge;
mod notify;
mod work;

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;

pub use self::agents::{Agents, Command, RoleConfig};
use self::agents::{AgentsTable, HarnessTable, RoleTable, Tables};
pub use self::events::Events;
use self::events::EventsTable;
use self::forge::ForgeTable;
pub use self::forge::{ForgeChoice, ForgeConfig};
pub use self::notify::Notify;
use self::notify::NotifyTable;
use self::work::ProjectTable;
pub use self::work::Work;
use crate::contract::{Rule, RuleDecision};
use crate::engine::Limits;

/// What is configured.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Declarative policy, in the order it is tried.
    pub rules: Vec<Rule>,
    /// What one hook may use.
    pub limits: Limits,
    /// What one call of a tool may use.
    pub tool_limits: Limits,
    /// The programs that the guest may run, by name.
    pub programs: Vec<String>,
    /// How agents are spawned.
    pub agents: Agents,
    /// Where events go.
    pub events: Events,
    /// When work counts as done.
    pub work: Work,
    /// Where pull requests live.
    pub forge: ForgeConfig,
    /// How a person is told that they are needed.
    pub notify: Notify,
    /// What was read and not used, and why.
    pub warnings: Vec<String>,
}

impl Default for Config {
    /// What holds without any file.
    fn default() -> Self {
        Self {
            rules: Vec::new(),
            limits: Limits::default(),
            tool_limits: Limits::of_tools(),
            programs: Vec::new(),
            agents: Agents::default(),
            events: Events::default(),
            work: Work::default(),
            forge: ForgeConfig::default(),
            notify: Notify::default(),
            warnings: Vec::new(),
        }
    }
}

/// Who wrote a file, and so what it may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Author {
    /// The user.
    User,
    /// Whoever committed to the repository.
    Repository,
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file is there and cannot be read.
    #[error("failed to read `{path}`")]
    Read {
        /// The file.
        path: Utf8PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// A file is not what it should be.
    #[error("`{path}` is not a valid configuration: {message}")]
    Parse {
        /// The file.
        path: Utf8PathBuf,
        /// What is wrong, with line and column.
        message: String,
    },
}

impl ConfigError {
    /// The next step.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Read { path, .. } => format!("make `{path}` readable for your user"),
            Self::Parse { path, .. } => format!("correct `{path}`; docs/configuration.md lists every key"),
        }
    }
}

/// A file as it stands.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct File {
    rules: Vec<RuleEntry>,
    limits: LimitsTable,
    process: ProcessTable,
    project: ProjectTable,
    forge: ForgeTable,
    notify: NotifyTable,
    agents: AgentsTable,
    events: EventsTable,
    roles: BTreeMap<String, RoleTable>,
    harness: BTreeMap<String, HarnessTable>,
    mux: Option<String>,
    #[serde(alias = "zellij_session")]
    session: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ProcessTable {
    allow: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleEntry {
    event: String,
    tool: Option<String>,
    matches: Option<String>,
    decision: DecisionWord,
    reason: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum DecisionWord {
    Allow,
    Ask,
    Deny,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct LimitsTable {
    guest_ms: Option<u64>,
    guest_memory_mib: Option<usize>,
    guest_effects: Option<u32>,
    tool_ms: Option<u64>,
    wait_ms: Option<u64>,
}

impl LimitsTable {
    /// A limit of nothing would refuse every tool.
    fn require_something(&self, path: &Utf8Path) -> Result<(), ConfigError> {
        let zero = [
            ("guest_ms", self.guest_ms == Some(0)),
            ("guest_memory_mib", self.guest_memory_mib == Some(0)),
            ("guest_effects", self.guest_effects == Some(0)),
            ("tool_ms", self.tool_ms == Some(0)),
        ];
        match zero.iter().find(|(_, is_zero)| *is_zero) {
            None => Ok(()),
            Some((key, _)) => Err(ConfigError::Parse {
                path: path.to_owned(),
                message: format!("`limits.{key}` must be at least 1"),
            }),
        }
    }
}

/// Every key, as `table.key`; `*` is a name of the user's.
const KEYS: &[&str] = &[
    "rules",
    "limits",
    "limits.guest_ms",
    "limits.guest_memory_mib",
    "limits.guest_effects",
    "limits.tool_ms",
    "limits.wait_ms",
    "process",
    "process.allow",
    "project",
    "project.verify",
    "project.protected",
    "project.clean_up_merged",
    "forge",
    "forge.kind",
    "forge.remote",
    "forge.repository",
    "forge.api_url",
    "forge.poll_s",
    "notify",
    "notify.desktop",
    "agents",
    "agents.max_depth",
    "agents.max_children",
    "agents.max_agents",
    "agents.stuck_minutes",
    "agents.permission_mode",
    "agents.skip_permissions",
    "agents.setup",
    "roles",
    "roles.*",
    "roles.*.harness",
    "roles.*.model",
    "events",
    "events.zellij_pipe",
    "harness",
    "harness.*",
    "harness.*.command",
    "mux",
    "session",
    "zellij_session",
];

/// The hooks that a rule can be about, as the contract spells them.
const RULE_EVENTS: &[&str] = &["pre-tool", "permission-requested", "prompt-submitted"];

impl Config {
    /// Reads the user's `config.local.toml` for this repository, the user's own file, and the repository's
    /// `config.toml`, none of which need be there. An earlier one wins: its values hold, and its rules are tried first,
    /// so that nothing committed can soften what the user decided.
    ///
    /// # Errors
    /// A file cannot be read or is not valid.
    pub fn load(state_dir: &Utf8Path, user_file: Option<&Utf8Path>) -> Result<Self, ConfigError> {
        let sources = [
            (Some(state_dir.join("config.local.toml")), Author::User),
            (user_file.map(Utf8Path::to_owned), Author::User),
            (Some(state_dir.join("config.toml")), Author::Repository),
        ];
        let mut config = Self::default();
        let mut files = Vec::new();
        for (path, author) in sources {
            let Some(path) = path else { continue };
            let Some(file) = load_file(&path, &mut config.warnings)? else { continue };
            files.push((path, author, file));
        }
        // The last to be applied wins.
        for (path, author, file) in files.into_iter().rev() {
            config.apply(&path, author, file)?;
        }
        Ok(config)
    }

    fn apply(&mut self, path: &Utf8Path, author: Author, file: File) -> Result<(), ConfigError> {
        let mut rules = Vec::new();
        for rule in file.rules {
            if !RULE_EVENTS.contains(&rule.event.as_str()) {
                let message =
                    format!("a rule is about event `{}`; known are {}", rule.event, RULE_EVENTS.join(", "));
                return Err(ConfigError::Parse { path: path.to_owned(), message });
            }
            if author == Author::Repository && rule.decision == DecisionWord::Allow {
                self.warnings.push(format!(
                    "`{path}`: an `allow` rule is ignored: whoever can commit could switch your permission prompts off; put it in `config.local.toml`"
                ));
                continue;
            }
            rules.push(Rule {
                event: rule.event,
                tool: rule.tool,
                matches: rule.matches,
                decision: match rule.decision {
                    DecisionWord::Allow => RuleDecision::Allow,
                    DecisionWord::Ask => RuleDecision::Ask,
                    DecisionWord::Deny => RuleDecision::Deny,
                },
                reason: rule.reason,
            });
        }
        rules.append(&mut self.rules);
        self.rules = rules;
        file.limits.require_something(path)?;
        if let Some(ms) = file.limits.guest_ms {
            self.limits.wall = Duration::from_millis(ms);
        }
        if let Some(mib) = file.limits.guest_memory_mib {
            self.limits.memory = mib.saturating_mul(1 << 20);
            self.tool_limits.memory = self.limits.memory;
        }
        if let Some(effects) = file.limits.guest_effects {
            self.limits.effects = effects;
            self.tool_limits.effects = effects;
        }
        if let Some(ms) = file.limits.tool_ms {
            self.tool_limits.wall = Duration::from_millis(ms);
        }
        if let Some(ms) = file.limits.wait_ms {
            self.tool_limits.wait = Duration::from_millis(ms);
        }
        self.work.apply(path, file.project)?;
        self.forge.apply(path, author, file.forge, &mut self.warnings)?;
        self.events.apply(path, file.events)?;
        self.notify.apply(&file.notify);
        let File { agents, roles, harness, mux, session, .. } = file;
        let tables = Tables { agents, roles, harness, mux, session };
        self.agents.apply(path, author, tables, &mut self.warnings)?;
        self.allow_programs(path, author, file.process.allow)
    }

    fn allow_programs(
        &mut self,
        path: &Utf8Path,
        author: Author,
        programs: Vec<String>,
    ) -> Result<(), ConfigError> {
        if let Some(program) = programs.iter().find(|program| program.is_empty() || program.contains('/')) {
            let message = format!("`process.allow` holds names of programs without `/`, not `{program}`");
            return Err(ConfigError::Parse { path: path.to_owned(), message });
        }
        if author == Author::Repository && !programs.is_empty() {
            self.warnings.push(format!(
                "`{path}`: `process.allow` is ignored: whoever can commit could have programs run in your name; put it in `config.local.toml`"
            ));
            return Ok(());
        }
        for program in programs {
            if !self.programs.contains(&program) {
                self.programs.push(program);
            }
        }
        Ok(())
    }
}

fn load_file(path: &Utf8Path, warnings: &mut Vec<String>) -> Result<Option<File>, ConfigError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(err) if err.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(ConfigError::Read { path: path.to_owned(), source }),
    };
    let invalid = |err: &toml::de::Error| {
        let line =
            err.span().map(|span| text.bytes().take(span.start).filter(|byte| *byte == b'\n').count() + 1);
        let place = line.map(|line| format!("line {line}: ")).unwrap_or_default();
        ConfigError::Parse { path: path.to_owned(), message: format!("{place}{}", err.message()) }
    };
    let table: toml::Table = toml::from_str(&text).map_err(|err| invalid(&err))?;
    warn_unknown(path, "", &table, warnings);
    // A table has lost its line numbers; the text is read once more only to tell where it is wrong.
    match table.try_into() {
        Ok(file) => Ok(Some(file)),
        Err(_) => toml::from_str(&text).map(Some).map_err(|err| invalid(&err)),
    }
}

fn warn_unknown(path: &Utf8Path, prefix: &str, table: &toml::Table, warnings: &mut Vec<String>) {
    for (key, value) in table {
        let any = format!("{prefix}*");
        let name = if KEYS.contains(&any.as_str()) { any } else { format!("{prefix}{key}") };
        if !KEYS.contains(&name.as_str()) {
            let alike = |known: &&&str| strsim::jaro_winkler(known, &name);
            let nearest = KEYS.iter().max_by(|a, b| alike(a).total_cmp(&alike(b)));
            let nearest = match nearest.filter(|known| alike(known) > 0.8) {
                Some(known) => format!("; did you mean `{known}`?"),
                None => "; docs/configuration.md lists every key".to_owned(),
            };
            warnings.push(format!("`{path}`: nothing knows the key `{name}`{nearest}"));
        } else if let toml::Value::Table(inner) = value {
            warn_unknown(path, &format!("{name}."), inner, warnings);
        }
    }
}
