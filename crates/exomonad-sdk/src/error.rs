//! How the contract's errors read, and how they become one another.

use crate::{EffectError, ToolError};

impl ToolError {
    /// A failure that the model can act on.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    /// Adds the next step.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

impl From<EffectError> for ToolError {
    fn from(error: EffectError) -> Self {
        Self { message: error.message, hint: error.hint }
    }
}
