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

    /// Reads what somebody gave as lists of texts, in the notation of [`ToolPattern::parse`].
    ///
    /// # Errors
    /// The first pattern that cannot be read.
    pub fn parse(allow: &[String], ask: &[String], deny: &[String]) -> Result<Self, PatternError> {
        let patterns =
            |texts: &[String]| texts.iter().map(|text| ToolPattern::parse(text)).collect::<Result<_, _>>();
        let parsed = Self {
            allow: patterns(allow)?,
            ask: patterns(ask)?,
            deny: patterns(deny)?,
            directories: Vec::new(),
        };
        Ok(Self::default().merge(parsed))
    }

    /// As the host gets them to start an agent with: in each harness's own notation.
    #[must_use]
    pub fn to_plan(&self) -> agents::Permissions {
        if *self == Self::default() {
            let (claude, gemini) = (String::new(), String::new());
            return agents::Permissions { claude, gemini, gemini_lost: Vec::new(), directories: Vec::new() };
        }
        let policy = self.to_gemini();
        let lost = policy.unrepresentable.iter();
        agents::Permissions {
            claude: self.to_claude().to_string(),
            gemini: policy.toml,
            gemini_lost: lost.map(|lost| format!("`{}`: {}", lost.pattern, lost.loss)).collect(),
            directories: self.directories.clone(),
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
