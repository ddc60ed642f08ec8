//! Prompts made of sections.
//!
//! Prompts add up: `a + b` says what `a` says and then what `b` says, section by section. [`Prompt::default`] says
//! nothing. The order of the sections is fixed, whatever the order in which they were added; an empty one vanishes.
//!
//! ```
//! use exomonad_sdk::prompt::{Profile, Prompt};
//!
//! let common = Prompt::default().verify(["cargo test"]).profile(Profile::Rust);
//! let prompt = Prompt::default().task("Fix the parser.").steps(["Add a failing test", "Fix it"]) + common;
//! assert!(prompt.to_string().starts_with(
//!     "## TASK\nFix the parser.\n\n## STEPS\n1. Add a failing test\n2. Fix it\n\n## VERIFY\n- `cargo test`\n\n## RUST"
//! ));
//! ```

mod markdown;
mod profile;

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Add;

use markdown::{bullets, code_span, command, fenced, numbered};
pub use profile::Profile;

/// What an agent is told at its start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prompt {
    task: Vec<String>,
    boundary: Vec<String>,
    read_first: Vec<String>,
    steps: Vec<String>,
    context: Vec<String>,
    context_files: Vec<ContextFile>,
    verify: Vec<String>,
    done_criteria: Vec<String>,
    raw: Vec<String>,
    profiles: BTreeSet<Profile>,
}

/// A file whose content is part of the prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ContextFile {
    path: String,
    content: String,
}

impl Prompt {
    /// What to do.
    #[must_use]
    pub fn task(mut self, text: impl AsRef<str>) -> Self {
        add(&mut self.task, [text]);
        self
    }

    /// What not to do, and what to leave alone.
    #[must_use]
    pub fn boundary(mut self, items: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        add(&mut self.boundary, items);
        self
    }

    /// What to read before anything else.
    #[must_use]
    pub fn read_first(mut self, items: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        add(&mut self.read_first, items);
        self
    }

    /// What to do, in order.
    #[must_use]
    pub fn steps(mut self, items: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        add(&mut self.steps, items);
        self
    }

    /// What to know.
    #[must_use]
    pub fn context(mut self, text: impl AsRef<str>) -> Self {
        add(&mut self.context, [text]);
        self
    }

    /// A file's content, quoted so that nothing in it can end the quotation.
    #[must_use]
    pub fn context_file(mut self, path: impl Into<String>, content: impl Into<String>) -> Self {
        let file = ContextFile { path: path.into(), content: content.into() };
        if !file.content.trim().is_empty() {
            self.context_files.push(file);
        }
        self
    }

    /// The commands that must succeed.
    #[must_use]
    pub fn verify(mut self, commands: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        add(&mut self.verify, commands);
        self
    }

    /// What must be true at the end.
    #[must_use]
    pub fn done_criteria(mut self, items: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        add(&mut self.done_criteria, items);
        self
    }

    /// A text without a heading of ours.
    #[must_use]
    pub fn raw(mut self, text: impl AsRef<str>) -> Self {
        add(&mut self.raw, [text]);
        self
    }

    /// Standing instructions. The same ones are said once.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profiles.insert(profile);
        self
    }
}

fn add(section: &mut Vec<String>, items: impl IntoIterator<Item = impl AsRef<str>>) {
    let items = items.into_iter().map(|item| item.as_ref().trim().to_owned());
    section.extend(items.filter(|item| !item.is_empty()));
}

impl Add for Prompt {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self.task.extend(other.task);
        self.boundary.extend(other.boundary);
        self.read_first.extend(other.read_first);
        self.steps.extend(other.steps);
        self.context.extend(other.context);
        self.context_files.extend(other.context_files);
        self.verify.extend(other.verify);
        self.done_criteria.extend(other.done_criteria);
        self.raw.extend(other.raw);
        self.profiles.extend(other.profiles);
        self
    }
}

impl fmt::Display for Prompt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let under =
            |heading: &str, body: String| Some(format!("## {heading}\n{body}")).filter(|_| !body.is_empty());
        let files = self
            .context_files
            .iter()
            .map(|file| format!("## CONTEXT: File {}\n{}", code_span(&file.path), fenced(&file.content)));
        let commands: Vec<String> = self.verify.iter().map(|text| command(text)).collect();
        let mut sections: Vec<String> = Vec::new();
        sections.extend(under("TASK", self.task.join("\n\n")));
        sections.extend(under("BOUNDARY", bullets(&self.boundary)));
        sections.extend(under("READ FIRST", bullets(&self.read_first)));
        sections.extend(under("STEPS", numbered(&self.steps)));
        sections.extend(under("CONTEXT", self.context.join("\n\n")));
        sections.extend(files);
        sections.extend(under("VERIFY", bullets(&commands)));
        sections.extend(under("DONE CRITERIA", bullets(&self.done_criteria)));
        sections.extend(self.raw.iter().cloned());
        sections.extend(self.profiles.iter().map(|profile| profile.text().to_owned()));
        formatter.write_str(&sections.join("\n\n"))
    }
}

#[cfg(test)]
mod tests;
