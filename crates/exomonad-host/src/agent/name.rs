//! An agent's name.

use std::fmt;

/// How many names [`nearest`] returns.
const NEAREST: usize = 5;

/// A name, unique in the project: 1 to 100 of `a-z A-Z 0-9 . _ -`, beginning with a letter or digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AgentName(String);

/// A text that is not a name.
#[derive(Debug, thiserror::Error)]
#[error(
    "`{text}` is not an agent's name: expected 1 to 100 of letters, digits, `.`, `_`, `-`, a letter or digit first"
)]
pub struct NameError {
    text: String,
}

impl AgentName {
    /// The lead that `init` starts.
    #[must_use]
    pub fn root() -> Self {
        Self("root".to_owned())
    }

    /// Reads a name.
    ///
    /// # Errors
    /// It is not one.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let first = text.chars().next().is_some_and(|c| c.is_ascii_alphanumeric());
        if first && text.len() <= 100 && text.chars().all(legal) {
            return Ok(Self(text.to_owned()));
        }
        Err(NameError { text: text.escape_debug().take(100).collect() })
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AgentName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The few of `names` that are most alike to `text`, the most alike first.
#[must_use]
pub fn nearest(text: &str, mut names: Vec<String>) -> Vec<String> {
    let alike = |known: &String| strsim::jaro_winkler(known, text);
    names.sort_by(|a, b| alike(b).total_cmp(&alike(a)));
    names.truncate(NEAREST);
    names
}
