//! What a process was started with, for whoever starts other programs on its behalf.

use std::os::unix::fs::MetadataExt as _;

use camino::{Utf8Path, Utf8PathBuf};

use crate::harness::is_session_variable;

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

    /// The program of that name: an executable file in an absolute directory of the search path.
    #[must_use]
    pub fn find_program(&self, name: &str) -> Option<Utf8PathBuf> {
        let is_executable = |path: &Utf8PathBuf| {
            path.metadata().is_ok_and(|found| found.is_file() && found.mode() & 0o111 != 0)
        };
        let dirs = self.search_path().split(':').filter(|dir| dir.starts_with('/'));
        dirs.map(|dir| Utf8Path::new(dir).join(name)).find(is_executable)
    }

    /// What an agent may inherit: every variable but those that tell of the session that set them.
    #[must_use]
    pub fn inheritable(&self) -> Vec<(String, String)> {
        self.variables.iter().filter(|(name, _)| !is_session_variable(name)).cloned().collect()
    }

    /// The user's home directory.
    #[must_use]
    pub fn home(&self) -> Option<&Utf8Path> {
        self.variable("HOME").map(Utf8Path::new).filter(|home| home.is_absolute())
    }
}
