//! `[events]`: where events go beside the project's own log.

use camino::Utf8Path;
use serde::Deserialize;

use super::ConfigError;

/// The most characters of a pipe's name.
const NAME_CHARS: usize = 100;

/// Where events go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Events {
    /// The pipe of the project's zellij session that gets each event as a line of JSON.
    pub zellij_pipe: Option<String>,
}

/// The table as a file has it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EventsTable {
    zellij_pipe: Option<String>,
}

impl Events {
    /// What a file says holds instead of what an earlier one said. An empty name takes an earlier one away.
    pub(super) fn apply(&mut self, path: &Utf8Path, table: EventsTable) -> Result<(), ConfigError> {
        let Some(name) = table.zellij_pipe else { return Ok(()) };
        let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ':');
        let begins = name.chars().next().is_none_or(|c| c.is_ascii_alphanumeric());
        if !begins || name.chars().count() > NAME_CHARS || !name.chars().all(legal) {
            let message = format!(
                "`events.zellij_pipe` has at most {NAME_CHARS} of `a-z A-Z 0-9 . _ - :`, a letter or digit first"
            );
            return Err(ConfigError::Parse { path: path.to_owned(), message });
        }
        self.zellij_pipe = Some(name).filter(|name| !name.is_empty());
        Ok(())
    }
}
