//! What a harness's notification says of it.

use super::Harness;

/// What a notification says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Notice {
    /// A dialog is open.
    Asks,
    /// It waits for a prompt.
    Waits,
    /// Something else.
    Other,
}

impl Harness {
    /// What a notification of this kind says.
    pub(crate) fn notice(self, kind: &str) -> Notice {
        match (self, kind) {
            // Claude Code 2.1.197 and 2.1.329; the last comes a minute after the end of a turn, however that came.
            (Self::Claude, "permission_prompt" | "elicitation_dialog") => Notice::Asks,
            (Self::Claude, "idle_prompt") => Notice::Waits,
            // Gemini CLI 0.61.0.
            (Self::Gemini, "ToolPermission") => Notice::Asks,
            (Self::Claude | Self::Gemini | Self::Codex, _) => Notice::Other,
        }
    }

    /// Whether its hooks are told in `CLAUDE_CODE_MESSAGING_SOCKET` where it takes messages. For another harness the
    /// variable is a leftover of an agent that started it.
    pub(crate) fn tells_socket(self) -> bool {
        match self {
            Self::Claude => true,
            Self::Gemini | Self::Codex => false,
        }
    }
}
