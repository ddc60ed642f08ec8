//! How a harness is started for an agent: its own settings files, its arguments, its environment.

use camino::{Utf8Path, Utf8PathBuf};

use super::{Harness, SettingsFacts};
use crate::agent::Launch;
use crate::contract::EffectErrorKind;

/// What a harness's start depends on.
#[derive(Debug, Clone, PartialEq)]
pub struct LaunchFacts<'a> {
    /// The agent's name.
    pub agent: &'a str,
    /// How it is to be started.
    pub launch: &'a Launch,
    /// Its workspace: absolute.
    pub workspace: &'a Utf8Path,
    /// Our binary, the harness's version as far as it is known, and the project.
    pub settings: &'a SettingsFacts,
    /// The directory for the agent's own files.
    pub files: &'a Utf8Path,
    /// Its first prompt; absent when it resumes.
    pub prompt: Option<&'a str>,
    /// The file that holds the prompt, for one that is too long for an argument.
    pub prompt_file: &'a Utf8Path,
    /// The workspace has the settings of `init`: it is the main checkout.
    pub has_settings: bool,
    /// The project's user lets agents skip permission prompts.
    pub may_skip_permissions: bool,
}

/// A file that a harness reads at its start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnFile {
    /// Where: absolute.
    pub path: Utf8PathBuf,
    /// What is in it.
    pub text: String,
}

/// The command that starts a harness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaunchLine {
    /// The program, by name, and its arguments.
    pub argv: Vec<String>,
    /// Variables to set, beside the user's own.
    pub env: Vec<(String, String)>,
}

/// Why a harness cannot be started this way.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// A part of the request has no meaning to the harness.
    #[error("{message}")]
    Unsupported {
        /// What, in one sentence.
        message: String,
        /// The next step.
        hint: String,
    },
}

impl LaunchError {
    /// What kind of refusal the guest gets.
    #[must_use]
    pub fn kind(&self) -> EffectErrorKind {
        match self {
            Self::Unsupported { .. } => EffectErrorKind::InvalidInput,
        }
    }

    /// The next step.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unsupported { hint, .. } => Some(hint.clone()),
        }
    }
}

impl Harness {
    /// The files to write before the harness starts.
    ///
    /// # Errors
    /// A part of the request has no meaning to the harness.
    pub fn launch_files(self, _: &LaunchFacts<'_>) -> Result<Vec<OwnFile>, LaunchError> {
        Ok(Vec::new())
    }

    /// The command that starts it.
    ///
    /// # Errors
    /// A part of the request has no meaning to the harness.
    pub fn launch_line(self, _: &LaunchFacts<'_>) -> Result<LaunchLine, LaunchError> {
        Ok(LaunchLine { argv: vec![self.name().to_owned()], env: Vec::new() })
    }
}

/// Whether a variable tells of the session that set it, and would mislead a harness that inherits it.
#[must_use]
pub fn is_session_variable(_name: &str) -> bool {
    false
}
