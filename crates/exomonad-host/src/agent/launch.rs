//! How an agent's harness is started: what the launcher is told, and what stays in the journal to start it again.

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};

/// How an agent's harness is started. Holds no secret: it is kept in the database.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Launch {
    /// `claude`, `gemini`, `codex`, or a harness of the configuration.
    pub harness: String,
    /// The harness's own name of a model; absent: its own choice.
    pub model: Option<String>,
    /// A permission mode, in Claude Code's words.
    pub permission_mode: Option<String>,
    /// What its user allowed it, in each harness's own notation.
    pub permissions: Permissions,
    /// Where the harness starts: in the workspace, absolute.
    pub dir: Utf8PathBuf,
    /// Which conversation it begins with.
    pub conversation: Conversation,
}

/// Tool rules, in each harness's own notation; empty where there are none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permissions {
    /// The `permissions` object of Claude Code's settings: JSON.
    pub claude: String,
    /// A policy file of Gemini CLI: TOML.
    pub gemini: String,
    /// Directories beside the workspace that the agent may read.
    pub directories: Vec<String>,
}

/// Which conversation a harness begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Conversation {
    /// A new one with this id, where the harness lets us choose one.
    New {
        /// A UUID.
        id: String,
    },
    /// A copy of another agent's, with a new id.
    Fork {
        /// The id of the copy: a UUID.
        id: String,
        /// The file that holds the other one.
        transcript: Utf8PathBuf,
        /// The other one's id.
        of: String,
    },
    /// The one it had.
    Resume {
        /// Its id.
        id: String,
    },
}

impl Launch {
    /// As the database has it.
    #[must_use]
    pub fn to_text(&self) -> String {
        // A struct of texts always has a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What the database has; nothing when it makes no sense.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}
