//! An agent's own files: outside its workspace, where only its user and exomonad write.
//!
//! Rules: the directory bears the mark of the spawn that made it, and is removed by that mark alone; the environment is
//! read once.

use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::Builder;

use super::AgentName;

/// The directory of one agent, `.exomonad/agents/NAME`, and what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentFiles {
    /// The directory: 0700.
    pub dir: Utf8PathBuf,
}

impl AgentFiles {
    /// The agent's files in the project with this state directory.
    #[must_use]
    pub fn new(state_dir: &Utf8Path, agent: &AgentName) -> Self {
        Self { dir: Self::top(state_dir).join(agent.as_str()) }
    }

    /// The directory that holds every agent's.
    #[must_use]
    pub fn top(state_dir: &Utf8Path) -> Utf8PathBuf {
        state_dir.join("agents")
    }

    /// Its first prompt.
    #[must_use]
    pub fn prompt(&self) -> Utf8PathBuf {
        self.dir.join("prompt.md")
    }

    /// The environment for its next start: 0600, read once and deleted by the launcher.
    #[must_use]
    pub fn environment(&self) -> Utf8PathBuf {
        self.dir.join("environment.json")
    }

    /// What its terminal showed, where we keep the terminal ourselves.
    #[must_use]
    pub fn terminal_log(&self) -> Utf8PathBuf {
        self.dir.join("terminal.log")
    }

    /// Makes the directory for a spawn.
    ///
    /// # Errors
    /// It is there already, or cannot be made.
    pub fn claim(&self, mark: &str) -> io::Result<()> {
        if let Some(top) = self.dir.parent() {
            private_dir().recursive(true).create(top)?;
        }
        private_dir().create(&self.dir)?;
        write_private(&self.mark(), mark.as_bytes())
    }

    /// Removes the directory that a spawn made; tells whether it is gone. Another's is left.
    ///
    /// # Errors
    /// It is the spawn's, and cannot be removed.
    pub fn remove(&self, mark: &str) -> io::Result<bool> {
        match fs::read_to_string(self.mark()) {
            Ok(found) if found == mark => self.empty().map(|()| true),
            Ok(_) => Ok(false),
            // Between making the directory and marking it, the spawn can be killed.
            Err(_) => match fs::remove_dir(&self.dir) {
                Ok(()) => Ok(true),
                Err(err) => Ok(err.kind() == ErrorKind::NotFound),
            },
        }
    }

    /// Which spawn made the directory; absent when none did.
    #[must_use]
    pub fn claimed_by(&self) -> Option<String> {
        fs::read_to_string(self.mark()).ok()
    }

    /// Keeps the first prompt.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write_prompt(&self, prompt: &str) -> io::Result<()> {
        write_private(&self.prompt(), prompt.as_bytes())
    }

    /// Keeps the environment for the next start: names and values.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write_environment(&self, variables: &[(String, String)]) -> io::Result<()> {
        write_private(&self.environment(), &serde_json::to_vec(variables)?)
    }

    /// The environment for this start, which is deleted; absent when none was kept.
    ///
    /// # Errors
    /// It cannot be read or deleted.
    pub fn take_environment(&self) -> io::Result<Option<Vec<(String, String)>>> {
        let path = self.environment();
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(err) if err.kind() == ErrorKind::NotFound => return Ok(None),
            Err(err) => return Err(err),
        };
        fs::remove_file(&path)?;
        Ok(Some(serde_json::from_slice(&bytes)?))
    }

    /// The mark goes last: whoever is killed meanwhile leaves what the next one recognises.
    fn empty(&self) -> io::Result<()> {
        let mark = self.mark();
        for entry in self.dir.read_dir_utf8()? {
            let entry = entry?;
            if entry.path() == mark {
                continue;
            }
            if entry.file_type()?.is_dir() {
                fs::remove_dir_all(entry.path())?;
            } else {
                fs::remove_file(entry.path())?;
            }
        }
        fs::remove_file(&mark)?;
        fs::remove_dir(&self.dir)
    }

    fn mark(&self) -> Utf8PathBuf {
        self.dir.join("mark")
    }
}

fn private_dir() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

/// Replaces a file that only its owner may read: whatever happens, either the old or the new one is there.
///
/// # Errors
/// It cannot be written.
pub fn write_private(path: &Utf8Path, bytes: &[u8]) -> io::Result<()> {
    let dir = path.parent().unwrap_or(Utf8Path::new("/"));
    let mode = Permissions::from_mode(0o600);
    let mut temp = Builder::new().prefix(".exomonad-").permissions(mode).tempfile_in(dir)?;
    temp.write_all(bytes)?;
    temp.persist(path).map_err(|err| err.error)?;
    Ok(())
}
