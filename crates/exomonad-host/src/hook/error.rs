//! Why a hook could not be decided.

use camino::Utf8PathBuf;

use crate::agent::IdentityError;
use crate::config::ConfigError;
use crate::engine::GuestError;
use crate::git::RepositoryError;
use crate::harness::DecodeError;
use crate::store::StoreError;

/// Why a hook could not be decided.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// The harness sent something else than its documentation says.
    #[error("failed to read the harness's question")]
    Decode(#[from] DecodeError),
    /// There is no repository.
    #[error("failed to find the repository")]
    Repository(#[from] RepositoryError),
    /// The repository is not a project.
    #[error("`{root}` has no exomonad project")]
    NoProject {
        /// The main checkout.
        root: Utf8PathBuf,
    },
    /// The configuration is broken.
    #[error("failed to load the configuration")]
    Config(#[from] ConfigError),
    /// The database gave no answer.
    #[error("failed to open the project's database")]
    Store(#[from] StoreError),
    /// The caller is nobody.
    #[error("failed to tell which agent is asking")]
    Identity(#[from] IdentityError),
    /// The guest gave no answer.
    #[error("failed to ask the guest")]
    Guest(#[from] GuestError),
    /// The agent has a role that the guest does not.
    #[error("the guest has no role `{role}`")]
    Role {
        /// The role.
        role: String,
    },
    /// The guest's answer cannot be used.
    #[error("the guest rewrote the tool's input to something that is not a JSON object")]
    Rewrite(#[source] serde_json::Error),
    /// The guest describes itself in a way this host cannot keep.
    #[error("failed to keep what the guest says of itself")]
    Describe(#[source] serde_json::Error),
    /// It took too long.
    #[error("the hook was not decided within its deadline")]
    Late,
}

impl HookError {
    /// The next step.
    #[must_use]
    pub fn hint(&self) -> String {
        let doctor = || "run `exomonad doctor`".to_owned();
        match self {
            Self::Decode(_) => {
                "check with `exomonad doctor` that this exomonad knows your coding agent's version".to_owned()
            }
            Self::Repository(_) => {
                "start the agent inside its repository, or take the hooks out with `exomonad uninstall`"
                    .to_owned()
            }
            Self::NoProject { .. } => {
                "run `exomonad init`, or take the hooks out with `exomonad uninstall`".to_owned()
            }
            Self::Config(source) => source.hint(),
            Self::Store(source) => source.hint().unwrap_or_else(doctor),
            Self::Identity(source) => source.hint().unwrap_or_else(doctor),
            Self::Guest(_) | Self::Role { .. } | Self::Rewrite(_) | Self::Describe(_) | Self::Late => {
                doctor()
            }
        }
    }

    /// The error and its causes in one line, then the next step.
    #[must_use]
    pub fn explain(&self) -> String {
        format!("{}; {}", crate::explain(self), self.hint())
    }
}
