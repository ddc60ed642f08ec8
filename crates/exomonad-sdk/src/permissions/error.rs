//! Why a pattern was refused.

use std::fmt;

use crate::ToolError;

/// A pattern that cannot be, with what was expected in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternError {
    what: &'static str,
    pattern: String,
    expected: &'static str,
}

impl PatternError {
    pub(super) fn new(what: &'static str, pattern: impl Into<String>, expected: &'static str) -> Self {
        Self { what, pattern: pattern.into(), expected }
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "invalid {} `{}`: expected {}",
            self.what,
            self.pattern.escape_debug(),
            self.expected
        )
    }
}

impl std::error::Error for PatternError {}

impl From<PatternError> for ToolError {
    fn from(error: PatternError) -> Self {
        Self::new(error.to_string())
    }
}
