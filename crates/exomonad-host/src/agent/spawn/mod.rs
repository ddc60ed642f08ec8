//! Spawns an agent: a saga. Each step is journaled before it is done, and undone in reverse when a later one fails.
//!
//! Rules this room keeps: nothing is made before the agent's row is on the disk; what stood there before is a conflict, and
//! is never removed; what is undone is recognised by the spawn's mark, never by its name alone.

mod error;
mod step;

pub use self::error::SpawnError;
pub use self::step::Step;
use super::launch::Permissions;
use super::{AgentName, Site};
use crate::contract::WorkspaceKind;
use crate::store::AgentRow;

/// An agent to be.
#[derive(Debug, Clone, PartialEq)]
pub struct SpawnRequest {
    /// A role of the guest; whoever asks has checked that there is one.
    pub role: String,
    /// `claude`, `gemini`, `codex`, or a harness of the configuration; absent: what is configured for the role.
    pub harness: Option<String>,
    /// The harness's own name of a model; absent: what is configured for the role, else the harness's own choice.
    pub model: Option<String>,
    /// What kind of workspace it gets.
    pub workspace_kind: WorkspaceKind,
    /// Names it among its siblings.
    pub slug: String,
    /// Its first prompt.
    pub prompt: String,
    /// Tool rules.
    pub permissions: Permissions,
    /// What of the rules Gemini CLI cannot be told, in sentences.
    pub gemini_lost: Vec<String>,
    /// A permission mode, in Claude Code's words.
    pub permission_mode: Option<String>,
    /// Where in the workspace the harness starts, relative to its top.
    pub directory: Option<String>,
    /// Start from the parent's conversation.
    pub fork_session: bool,
}

/// Follows a spawn, and can end it.
pub trait Follower {
    /// The next step begins; an error undoes what was done so far.
    ///
    /// # Errors
    /// The spawn is not wanted any more.
    fn begin(&self, step: Step) -> Result<(), SpawnError>;
}

/// An agent that was spawned.
#[derive(Debug, Clone, PartialEq)]
pub struct Spawned {
    /// Its row.
    pub agent: AgentRow,
    /// What was given up, in sentences.
    pub notes: Vec<String>,
}

/// Spawns an agent below `parent`, whose checkout the site's repository is, and returns once its harness was started.
///
/// # Errors
/// The request is wrong, something is in its way, or a step failed. Nothing of it is left then, unless the error says so.
pub fn spawn(
    _site: &Site,
    _parent: &AgentName,
    _request: &SpawnRequest,
    _follower: &dyn Follower,
) -> Result<Spawned, SpawnError> {
    Err(SpawnError::Interrupted)
}
