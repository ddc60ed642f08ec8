//! Why there are no tools, or one of them gave no result.

use crate::agent::IdentityError;
use crate::config::ConfigError;
use crate::contract::ToolError;
use crate::engine::GuestError;
use crate::git::RepositoryError;
use crate::store::StoreError;

/// Why there are no tools.
#[derive(Debug, thiserror::Error)]
pub enum ToolboxError {
    /// Not in a repository.
    #[error("failed to find the repository")]
    Repository(#[from] RepositoryError),
    /// The repository is no project.
    #[error("`{root}` is not set up for exomonad")]
    NoProject {
        /// The main checkout.
        root: camino::Utf8PathBuf,
    },
    /// The database gave no answer.
    #[error("failed to open the project's database")]
    Store(#[from] StoreError),
    /// The caller is nobody.
    #[error("failed to tell which agent this is")]
    Identity(#[from] IdentityError),
    /// The configuration is broken.
    #[error("failed to read the configuration")]
    Config(#[from] ConfigError),
    /// The guest cannot say what it is.
    #[error("failed to ask the guest for its tools")]
    Guest(#[from] GuestError),
    /// The guest does not know the agent's role.
    #[error("the guest has no role `{role}`; it has {}", known.join(", "))]
    Role {
        /// The agent's role.
        role: String,
        /// The guest's roles.
        known: Vec<String>,
    },
}

impl ToolboxError {
    /// The next step.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Repository(_) => Some("start it inside the repository, or pass `--dir`".to_owned()),
            Self::NoProject { root } => Some(format!("run `exomonad init` in `{root}`")),
            Self::Store(source) => source.hint(),
            Self::Identity(source) => source.hint(),
            Self::Config(source) => Some(source.hint()),
            Self::Guest(_) | Self::Role { .. } => Some("run `exomonad doctor`".to_owned()),
        }
    }
}

/// Why a call gave no result.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The agent's role has no such tool.
    #[error("role `{role}` has no tool `{tool}`")]
    Unknown {
        /// What was asked for.
        tool: String,
        /// The agent's role.
        role: String,
        /// What its role has.
        tools: Vec<String>,
        /// The roles that have it.
        roles: Vec<String>,
    },
    /// The arguments are more than a guest is given.
    #[error("the arguments of `{tool}` have {size} bytes; the limit is {limit}")]
    TooLarge {
        /// The tool.
        tool: String,
        /// How much.
        size: usize,
        /// The limit.
        limit: usize,
    },
    /// The tool says no, in words for the model.
    #[error("{}", .0.message)]
    Refused(ToolError),
    /// The guest failed.
    #[error("`{tool}` gave no result")]
    Guest {
        /// The tool.
        tool: String,
        /// The cause.
        #[source]
        source: GuestError,
    },
    /// We failed.
    #[error("exomonad failed while it ran `{tool}`: {message}")]
    Host {
        /// The tool.
        tool: String,
        /// What it said.
        message: String,
    },
}

impl CallError {
    /// The next step, for the model.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unknown { tools, roles, .. } => Some(match (tools.is_empty(), roles.is_empty()) {
                (true, true) => "your role has no tools".to_owned(),
                (false, true) => format!("your tools are: {}", tools.join(", ")),
                (_, false) => {
                    format!("only role {} has it; your tools are: {}", roles.join(", "), tools.join(", "))
                }
            }),
            Self::TooLarge { .. } => Some("put large content into a file and pass its path".to_owned()),
            Self::Refused(error) => error.hint.clone(),
            Self::Guest { source, .. } => hint_of(source),
            Self::Host { .. } => Some(AGAIN.to_owned()),
        }
    }

    /// Its causes and its hint in one text.
    #[must_use]
    pub fn explain(&self) -> String {
        let text = crate::explain(self);
        match self.hint() {
            Some(hint) => format!("{text}\nhint: {hint}"),
            None => text,
        }
    }
}

const AGAIN: &str = "call it once more; if it fails again, go on without it and tell your human";

fn hint_of(source: &GuestError) -> Option<String> {
    match source {
        GuestError::Stopped { .. } => None,
        GuestError::Time { .. }
        | GuestError::Memory { .. }
        | GuestError::Effects { .. }
        | GuestError::Output { .. } => {
            Some("ask for less at once; if that fails, too, go on without it and tell your human".to_owned())
        }
        GuestError::Load(_) | GuestError::Clock(_) | GuestError::Trap { .. } => Some(AGAIN.to_owned()),
    }
}
