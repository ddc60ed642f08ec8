//! What can be wrong with a settings file, and where.

use std::fmt;

use camino::Utf8Path;

/// A place in a text, for people: both count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The character in the line.
    pub column: usize,
}

impl Position {
    /// The line of a byte offset, from 1.
    pub(crate) fn line_of(text: &str, offset: usize) -> usize {
        Self::of(text, offset).line
    }

    pub(super) fn of(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// Why a settings file cannot be edited.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct DocumentError {
    /// Where.
    pub at: Position,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong at a place in a settings file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The program that reads the file would not accept it.
    #[error("the file is not valid: {message}")]
    Syntax {
        /// What the parser says.
        message: String,
    },
    /// Another type stands where our entry has to go.
    #[error("`{keys}` is {found}, not {wanted}")]
    WrongType {
        /// The keys that lead there.
        keys: String,
        /// What stands there.
        found: &'static str,
        /// What has to stand there.
        wanted: &'static str,
    },
    /// A key on the way to our entry stands twice in one object.
    #[error("the key `{keys}` stands there twice")]
    DuplicateKey {
        /// The keys that lead there.
        keys: String,
    },
    /// The key of our entry holds a value that is not ours.
    #[error("`{keys}` already holds another value")]
    Taken {
        /// The keys that lead there.
        keys: String,
    },
    /// The edited text, read back, does not say what it should.
    #[error("the edited text does not read back as intended")]
    NotVerified,
}

impl DocumentError {
    pub(super) fn new(text: &str, offset: usize, problem: Problem) -> Self {
        Self { at: Position::of(text, offset), problem }
    }

    /// The next step for the user, who knows the file by its path.
    pub fn hint(&self, path: &Utf8Path) -> String {
        let at = self.at;
        match &self.problem {
            Problem::Syntax { .. } => format!("correct `{path}` at {at}, then run the command again"),
            Problem::WrongType { keys, wanted, .. } => {
                format!("make `{keys}` in `{path}` {wanted} or delete it, then run the command again")
            }
            Problem::DuplicateKey { keys } => {
                format!("merge the two `{keys}` in `{path}` into one, then run the command again")
            }
            Problem::Taken { keys } => {
                format!("rename or delete `{keys}` in `{path}`, then run the command again")
            }
            Problem::NotVerified => {
                format!("nothing was changed; please report this with the text of `{path}`")
            }
        }
    }
}
