//! Short ways to say a decision.

use crate::{Decision, Verdict};

impl Decision {
    /// No opinion.
    #[must_use]
    pub fn pass() -> Self {
        Self::from(Verdict::Pass)
    }

    /// Goes ahead without asking the user. Skips the user's own permission prompts, so say it rarely.
    #[must_use]
    pub fn allow() -> Self {
        Self::from(Verdict::Allow)
    }

    /// Does not run the tool, or drops the prompt; `reason` goes to the agent.
    #[must_use]
    pub fn deny(reason: impl Into<String>) -> Self {
        Self::from(Verdict::Deny(reason.into()))
    }

    /// Asks the user.
    #[must_use]
    pub fn ask(reason: impl Into<String>) -> Self {
        Self::from(Verdict::Ask(reason.into()))
    }

    /// Runs the tool with `input`, a JSON object, instead.
    #[must_use]
    pub fn rewrite(input: impl Into<String>) -> Self {
        Self::from(Verdict::Rewrite(input.into()))
    }

    /// Keeps the agent from stopping; `reason` tells it what to do.
    #[must_use]
    pub fn block(reason: impl Into<String>) -> Self {
        Self::from(Verdict::Block(reason.into()))
    }

    /// Ends the agent's turn; `reason` is shown to the user.
    #[must_use]
    pub fn halt(reason: impl Into<String>) -> Self {
        Self::from(Verdict::Halt(reason.into()))
    }

    /// No opinion, but `text` is added to what the model reads.
    #[must_use]
    pub fn context(text: impl Into<String>) -> Self {
        Self::pass().with_context(text)
    }

    /// Adds `text` to what the model reads.
    #[must_use]
    pub fn with_context(self, text: impl Into<String>) -> Self {
        Self { context: Some(text.into()), ..self }
    }

    /// Shows `text` to the user.
    #[must_use]
    pub fn with_message(self, text: impl Into<String>) -> Self {
        Self { message: Some(text.into()), ..self }
    }
}

impl From<Verdict> for Decision {
    fn from(verdict: Verdict) -> Self {
        Self { verdict, message: None, context: None }
    }
}
