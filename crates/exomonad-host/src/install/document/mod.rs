//! A settings file as text: adds entries to it and removes them, and leaves every other byte alone.
//!
//! Edits are splices into the user's text at the places the parser names, never a document printed anew.

mod add;
mod edit;
mod problem;
mod remove;
mod style;
mod tree;
mod trivia;

use serde_json::Value;

pub use self::add::add;
pub(crate) use self::add::value_at;
pub(super) use self::add::{Held, held, is_blank, missing, outline};
pub use self::problem::{DocumentError, Position, Problem};
pub use self::remove::remove;
use super::entry::{Entry, Place};

/// What the program that reads the file accepts beside JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Nothing: Claude Code's and Codex's files.
    Strict,
    /// Comments: Gemini CLI's files.
    Comments,
}

/// One thing an edit did.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// An entry that was not there.
    Added(Entry),
    /// An older entry of ours gave way to a wanted one.
    Replaced {
        /// The object keys that lead to it.
        path: Vec<String>,
        /// What stood there.
        old: Value,
        /// What stands there now.
        new: Value,
    },
    /// An entry of ours was taken out.
    Removed(Entry),
}

/// What is known of earlier installs into the same file.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// The entries that we added.
    pub entries: Vec<Entry>,
    /// The arrays and objects that we added.
    pub containers: Containers,
}

/// Which arrays and objects go once they hold nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Containers {
    /// Those at these paths: we created them.
    Created(Vec<Vec<String>>),
    /// Those that our removal emptied: nobody knows who created them.
    Emptied,
}

impl Known {
    /// Nothing is known: only what [`super::is_ours`] recognises counts as ours.
    pub fn nothing() -> Self {
        Self { entries: Vec::new(), containers: Containers::Emptied }
    }
}

/// Reads the text the way its program does.
pub(super) fn check(text: &str, dialect: Dialect) -> Result<(), DocumentError> {
    tree::parse(text.strip_prefix(add::BOM).unwrap_or(text), dialect).map(drop)
}

fn element(path: &[String], value: Value) -> Entry {
    Entry { path: path.to_vec(), place: Place::Element, value }
}

#[cfg(test)]
mod tests;
