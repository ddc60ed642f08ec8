//! Which tools an agent may use, said once and rendered to each harness.
//!
//! ```
//! use exomonad_sdk::permissions::{Permissions, ToolPattern};
//!
//! # fn main() -> Result<(), exomonad_sdk::permissions::PatternError> {
//! let permissions = Permissions::default()
//!     .allow(ToolPattern::bash("cargo test:*")?)
//!     .deny(ToolPattern::write(".env")?);
//! assert_eq!(
//!     permissions.to_claude().to_string(),
//!     r#"{"allow":["Bash(cargo test:*)"],"deny":["Edit(.env)"]}"#
//! );
//! # Ok(())
//! # }
//! ```

mod claude;
mod error;
mod gemini;
mod path;
mod pattern;

pub use error::PatternError;
pub use gemini::GeminiPolicy;
pub use pattern::ToolPattern;

use crate::agents;

/// What an agent may use: deny wins over ask, ask over allow. What no pattern matches is the harness's own decision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Permissions {
    allow: Vec<ToolPattern>,
    ask: Vec<ToolPattern>,
    deny: Vec<ToolPattern>,
    directories: Vec<String>,
}

impl Permissions {
    /// Lets `pattern` run without asking the user.
    #[must_use]
    pub fn allow(mut self, pattern: ToolPattern) -> Self {
        push_new(&mut self.allow, pattern);
        self
    }

    /// Asks the user before `pattern` runs.
    #[must_use]
    pub fn ask(mut self, pattern: ToolPattern) -> Self {
        push_new(&mut self.ask, pattern);
        self
    }

    /// Never lets `pattern` run.
    #[must_use]
    pub fn deny(mut self, pattern: ToolPattern) -> Self {
        push_new(&mut self.deny, pattern);
        self
    }

    /// Adds a directory beside the workspace that the agent may work in.
    ///
    /// # Errors
    /// `directory` is empty or has a control character in it.
    pub fn directory(mut self, directory: impl Into<String>) -> Result<Self, PatternError> {
        push_new(&mut self.directories, path::require_directory(directory.into())?);
        Ok(self)
    }

    /// Everything that either of the two says, in order and once.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        for (own, new) in
            [(&mut self.allow, other.allow), (&mut self.ask, other.ask), (&mut self.deny, other.deny)]
        {
            new.into_iter().for_each(|pattern| push_new(own, pattern));
        }
        other.directories.into_iter().for_each(|directory| push_new(&mut self.directories, directory));
        self
    }

    /// Reads what an agent was given as lists of texts, in the notation of [`ToolPattern::parse`].
    ///
    /// # Errors
    /// The first pattern or directory that cannot be read.
    pub fn parse(plan: &agents::Permissions) -> Result<Self, PatternError> {
        let patterns =
            |texts: &[String]| texts.iter().map(|text| ToolPattern::parse(text)).collect::<Result<_, _>>();
        let directories = plan.directories.iter().cloned().map(path::require_directory);
        let parsed = Self {
            allow: patterns(&plan.allow)?,
            ask: patterns(&plan.ask)?,
            deny: patterns(&plan.deny)?,
            directories: directories.collect::<Result<_, _>>()?,
        };
        Ok(Self::default().merge(parsed))
    }
}

impl From<&Permissions> for agents::Permissions {
    fn from(permissions: &Permissions) -> Self {
        let texts = |patterns: &[ToolPattern]| patterns.iter().map(ToolPattern::to_string).collect();
        Self {
            allow: texts(&permissions.allow),
            ask: texts(&permissions.ask),
            deny: texts(&permissions.deny),
            directories: permissions.directories.clone(),
        }
    }
}

/// What is done with a tool that a pattern matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Runs without asking.
    Allow,
    /// Asks the user.
    Ask,
    /// Never runs.
    Deny,
}

/// A part of some [`Permissions`] that a harness cannot be told, or not fully.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unrepresentable {
    /// What was to be done.
    pub access: Access,
    /// The pattern.
    pub pattern: ToolPattern,
    /// What is lost.
    pub loss: &'static str,
}

fn push_new<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

#[cfg(test)]
mod tests;
