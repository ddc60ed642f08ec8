//! Where an agent's own files are: outside its workspace, where only its user and exomonad write.

use camino::{Utf8Path, Utf8PathBuf};

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
        Self { dir: state_dir.join("agents").join(agent.as_str()) }
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
}
