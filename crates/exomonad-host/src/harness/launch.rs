//! How a harness is started for an agent: its own settings files, its arguments, its environment.

use camino::{Utf8Path, Utf8PathBuf};

use super::{Harness, SettingsFacts, claude, codex, gemini};
use crate::agent::Launch;
use crate::contract::EffectErrorKind;
use crate::install::InstallError;
use crate::surroundings::Surroundings;

/// Bytes up to which a prompt is an argument. Linux takes 128 KiB in one.
const PROMPT_ARGUMENT: usize = 100_000;

/// What a harness's start depends on.
#[derive(Debug, Clone, PartialEq)]
pub struct LaunchFacts<'a> {
    /// The agent's name.
    pub agent: &'a str,
    /// How it is to be started.
    pub launch: &'a Launch,
    /// Its workspace: absolute, symlinks resolved.
    pub workspace: &'a Utf8Path,
    /// Our binary, the harness's version as far as it is known, and the project.
    pub settings: &'a SettingsFacts,
    /// The environment it will start in, before [`LaunchLine::env`].
    pub surroundings: &'a Surroundings,
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
    /// It lies in the workspace, where git must not see what we wrote: a tracked file is marked `skip-worktree`, another
    /// one is excluded.
    pub in_workspace: bool,
}

impl OwnFile {
    /// A file in the agent's own directory.
    pub(super) fn new(facts: &LaunchFacts<'_>, name: &str, text: String) -> Self {
        Self { path: facts.files.join(name), text, in_workspace: false }
    }
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
    /// The user did not allow it.
    #[error("{message}")]
    Refused {
        /// What, in one sentence.
        message: String,
        /// The next step.
        hint: String,
    },
    /// A settings file that is there already cannot be read, or leaves no room for us.
    #[error("failed to prepare the harness's settings")]
    Settings(#[from] InstallError),
}

impl LaunchError {
    /// What kind of refusal the guest gets.
    #[must_use]
    pub fn kind(&self) -> EffectErrorKind {
        match self {
            Self::Unsupported { .. } => EffectErrorKind::InvalidInput,
            Self::Refused { .. } => EffectErrorKind::PermissionDenied,
            Self::Settings(_) => EffectErrorKind::Failed,
        }
    }

    /// The next step.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unsupported { hint, .. } | Self::Refused { hint, .. } => Some(hint.clone()),
            Self::Settings(source) => source.hint(),
        }
    }
}

impl Harness {
    /// The files to write before the harness starts. A file that is there already is one that keeps what the user has in it.
    ///
    /// # Errors
    /// A part of the request has no meaning to the harness, or its settings in the workspace cannot be added to.
    pub fn launch_files(self, facts: &LaunchFacts<'_>) -> Result<Vec<OwnFile>, LaunchError> {
        match self {
            Self::Claude => claude::launch_files(facts),
            Self::Gemini => gemini::launch_files(facts),
            Self::Codex => codex::launch_files(facts),
        }
    }

    /// The command that starts it.
    ///
    /// # Errors
    /// A part of the request has no meaning to the harness, or the user did not allow it.
    pub fn launch_line(self, facts: &LaunchFacts<'_>) -> Result<LaunchLine, LaunchError> {
        match self {
            Self::Claude => claude::launch_line(facts),
            Self::Gemini => gemini::launch_line(facts),
            Self::Codex => codex::launch_line(facts),
        }
    }

    /// Whether it can begin with a copy of another agent's conversation.
    #[must_use]
    pub fn can_fork(self) -> bool {
        self == Self::Claude
    }
}

/// The prompt as the harness gets it, if it gets one.
pub(super) fn spoken_prompt(facts: &LaunchFacts<'_>) -> Option<String> {
    let prompt = facts.prompt?;
    if is_long(prompt) {
        return Some(format!(
            "Your task is in the file `{}`. Before you do anything else, read all of it: it is long, so read it in parts.",
            facts.prompt_file
        ));
    }
    // Every harness takes a text that begins with a slash for a command of its own, and some `!` for a shell's.
    let is_command = prompt.trim_start().starts_with(['/', '!']);
    Some(if is_command { format!("Your task:\n\n{prompt}") } else { prompt.to_owned() })
}

/// Whether the prompt goes by its file.
pub(super) fn is_long(prompt: &str) -> bool {
    prompt.len() > PROMPT_ARGUMENT
}

#[cfg(test)]
mod tests;
