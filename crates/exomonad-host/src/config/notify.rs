//! `[notify]`: how a person is told that they are needed.

use serde::Deserialize;

/// How a person is told that they are needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notify {
    /// Whether notices are shown on the user's desktop.
    pub desktop: bool,
}

impl Default for Notify {
    fn default() -> Self {
        Self { desktop: true }
    }
}

/// The table as a file has it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NotifyTable {
    desktop: Option<bool>,
}

impl Notify {
    /// What a file says holds instead of what an earlier one said.
    pub(super) fn apply(&mut self, table: &NotifyTable) {
        self.desktop = table.desktop.unwrap_or(self.desktop);
    }
}
