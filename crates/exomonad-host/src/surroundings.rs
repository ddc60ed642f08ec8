//! What a process was started with, for whoever starts other programs on its behalf.

use camino::{Utf8Path, Utf8PathBuf};

/// The environment that the binary read at its start, and where the binary is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// Our own binary: absolute.
    pub exe: Utf8PathBuf,
    /// Every variable that is text, by name.
    pub variables: Vec<(String, String)>,
}

impl Surroundings {
    /// The value of a variable that is set and not empty.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&str> {
        let found = self.variables.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// Where programs are looked up: a `PATH` value, empty when there is none.
    #[must_use]
    pub fn search_path(&self) -> &str {
        self.variable("PATH").unwrap_or_default()
    }

    /// The user's home directory.
    #[must_use]
    pub fn home(&self) -> Option<&Utf8Path> {
        self.variable("HOME").map(Utf8Path::new).filter(|home| home.is_absolute())
    }
}
