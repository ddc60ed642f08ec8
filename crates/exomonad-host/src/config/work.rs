//! `[project]`: when work counts as done, and what becomes of it.

use camino::Utf8Path;
use serde::Deserialize;

use super::ConfigError;

/// The most commands that can be asked for, and the most bytes of one.
const COMMANDS: usize = 20;
const COMMAND_BYTES: usize = 1000;

/// When work counts as done, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// Shell commands that must have passed on the files as they are before work is reported as done or filed.
    pub verify: Vec<String>,
    /// Branches on which no agent is kept from stopping, and into which nobody but the root merges.
    pub protected: Vec<String>,
    /// Whether an agent is cleaned up when its pull request was merged.
    pub clean_up_merged: bool,
}

impl Default for Work {
    fn default() -> Self {
        let protected = ["main", "master"].map(str::to_owned).into();
        Self { verify: Vec::new(), protected, clean_up_merged: true }
    }
}

/// The table as a file has it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ProjectTable {
    verify: Option<Vec<String>>,
    protected: Option<Vec<String>>,
    clean_up_merged: Option<bool>,
}

impl Work {
    /// What a file says holds instead of what an earlier one said.
    pub(super) fn apply(&mut self, path: &Utf8Path, table: ProjectTable) -> Result<(), ConfigError> {
        if let Some(verify) = table.verify {
            let is_bad = |command: &&String| command.trim().is_empty() || command.len() > COMMAND_BYTES;
            let message = match verify.iter().find(is_bad) {
                Some(command) => Some(format!(
                    "`project.verify` holds commands of 1 to {COMMAND_BYTES} bytes, not one of {}",
                    command.len()
                )),
                None if verify.len() > COMMANDS => {
                    Some(format!("`project.verify` holds at most {COMMANDS} commands"))
                }
                None => None,
            };
            if let Some(message) = message {
                return Err(ConfigError::Parse { path: path.to_owned(), message });
            }
            self.verify = verify;
        }
        self.protected = table.protected.unwrap_or_else(|| std::mem::take(&mut self.protected));
        self.clean_up_merged = table.clean_up_merged.unwrap_or(self.clean_up_merged);
        Ok(())
    }
}
