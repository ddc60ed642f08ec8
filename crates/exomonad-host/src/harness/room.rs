//! How much text for the model the answer to a hook may carry.

use super::Harness;
use crate::contract::HookKind;

/// Claude Code (2.1.197, 2.1.329) replaces a context of more than 10,000 characters by its first 2,000 and the name of a file.
const CLAUDE_CONTEXT: usize = 9_500;

/// A reason for going on, in Claude Code (2.1.197, 2.1.329), and any text in Gemini CLI 0.61 arrived whole with 60,000
/// characters; more was not tried, and is more than a model should be given unasked.
const WHOLE: usize = 50_000;

impl Harness {
    /// The bytes of text that arrive whole: a context, or at the end of a turn the reason for going on. A byte is at most a
    /// character in any harness's way of counting.
    #[must_use]
    pub fn room(self, kind: HookKind) -> usize {
        match (self, kind) {
            (Self::Gemini, _) | (Self::Claude, HookKind::Stop) => WHOLE,
            // Codex was not measured.
            (Self::Claude | Self::Codex, _) => CLAUDE_CONTEXT,
        }
    }
}
