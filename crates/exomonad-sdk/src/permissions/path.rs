//! The path of a pattern.

use std::fmt;

use super::PatternError;

/// A path with `*` and `**` in it: absolute, below the home directory (`~/`), or relative to the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PathPattern(String);

impl PathPattern {
    pub(super) fn new(what: &'static str, path: &str) -> Result<Self, PatternError> {
        let refuse = |expected| Err(PatternError::new(what, path, expected));
        if path.trim().is_empty() {
            return refuse("a path; `**` means every file");
        }
        if path.trim() != path {
            return refuse("a path without space at its ends");
        }
        if path.contains(char::is_control) {
            return refuse("a path without control characters");
        }
        if path.contains(['(', ')', '[', ']', '?', '\\']) {
            return refuse(
                "`*` in place of parentheses, brackets, `?` and `\\`, which harnesses read differently",
            );
        }
        if path.starts_with('!') {
            return refuse("a path that does not begin with `!`, which would turn it around");
        }
        if path.ends_with('/') {
            return refuse("`**` after a directory's slash");
        }
        if path.starts_with("//") {
            return refuse("an absolute path with one slash");
        }
        if path.starts_with('~') && !path.starts_with("~/") {
            return refuse("`~/` for the home directory");
        }
        Ok(Self(path.to_owned()))
    }

    /// Reads the notation of [`fmt::Display`].
    pub(super) fn parse(what: &'static str, text: &str) -> Result<Self, PatternError> {
        match text.strip_prefix("//") {
            Some(absolute) => Self::new(what, &format!("/{absolute}")),
            None if text.starts_with('/') => Err(PatternError::new(
                what,
                text,
                "`//` before an absolute path, nothing before a relative one",
            )),
            None => Self::new(what, text),
        }
    }

    /// Matches every file.
    pub(super) fn is_everything(&self) -> bool {
        matches!(self.0.as_str(), "**" | "./**")
    }

    /// Begins above the workspace.
    pub(super) fn climbs(&self) -> bool {
        self.0.split('/').any(|part| part == "..")
    }

    /// The parts between the slashes, without what says where it begins.
    pub(super) fn parts(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').filter(|part| !matches!(*part, "" | "." | "~"))
    }
}

/// In a rule, an absolute path begins with two slashes: one would mean the root of the settings file.
impl fmt::Display for PathPattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let root = if self.0.starts_with('/') { "/" } else { "" };
        write!(formatter, "{root}{}", self.0)
    }
}

pub(super) fn require_directory(path: String) -> Result<String, PatternError> {
    let is_directory = !path.trim().is_empty() && !path.contains(char::is_control);
    if is_directory { Ok(path) } else { Err(PatternError::new("directory", path, "a path")) }
}
