//! The coding-agent programs. The only place that knows their wire.
//!
//! Rules this module keeps: it reads bytes and returns values, and does nothing else. A harness gets its own JSON or
//! nothing at all, never a shape another harness would understand. What a harness cannot express is decided in
//! `downgrade.rs` and reported, never lost.

mod answer;
mod asked;
mod claude;
mod codex;
mod decode;
mod downgrade;
mod ended;
mod event;
mod gemini;
mod guess;
mod launch;
mod line;
mod mode;
mod notice;
mod payload;
mod room;
mod screen;
mod session;
mod settings;
mod tool;
mod transcript;
mod trust;
mod usage;

use std::fmt;
use std::str::FromStr;

pub use answer::Answer;
pub use asked::Asked;
pub use claude::{StandIn, StandInAnswer, StandInStep, ToolUse, TranscriptEntry};
pub use downgrade::{Downgrade, Express, Fallback, VerdictKind, express};
pub(crate) use ended::worker_exit;
pub use event::{EventSpec, FailureClass};
pub use launch::{LaunchError, LaunchFacts, LaunchLine, OwnFile};
pub(crate) use notice::Notice;
pub use payload::{DecodeError, MAX_PAYLOAD_BYTES};
pub(crate) use screen::Prompt;
use serde_json::{Map, Value, json};
pub use session::is_session_variable;
pub use settings::SettingsFacts;
pub use transcript::TranscriptLine;
pub use trust::{Trust, TrustError};
pub use usage::Usage;

use crate::contract::Decision;
use crate::install::Artefact;

/// A coding-agent program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Harness {
    /// Claude Code.
    Claude,
    /// Gemini CLI.
    Gemini,
    /// Codex CLI.
    Codex,
}

impl Harness {
    /// Every harness, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Claude, Self::Gemini, Self::Codex];

    /// The name used on the command line, in the configuration and in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::Claude => "claude",
            Self::Gemini => "gemini",
            Self::Codex => "codex",
        }
    }

    /// Every event this harness has, and `worker-exit`, which is our own.
    pub fn events(self) -> &'static [EventSpec] {
        match self {
            Self::Claude => claude::EVENTS,
            Self::Gemini => gemini::EVENTS,
            Self::Codex => codex::EVENTS,
        }
    }

    /// The event with this command-line name, alias or wire name.
    pub fn event(self, name: &str) -> Option<&'static EventSpec> {
        event::find(self.events(), name)
    }

    /// The harness that most likely sent this payload. `event` is the command line's event.
    pub fn guess(event: &str, payload: &[u8]) -> Self {
        guess::guess(event, payload)
    }

    /// Reads a hook's payload. `event` is the command line's event; the payload's own wins where they differ.
    ///
    /// An event this harness does not have is not an error: it becomes `HookEvent::Other`.
    pub fn decode(self, event: &str, payload: &[u8]) -> Result<Asked, DecodeError> {
        decode::decode(self, event, payload)
    }

    /// Says a decision in the harness's own words. What it cannot say is downgraded and reported.
    pub fn encode(self, asked: &Asked, decision: &Decision) -> Answer {
        answer::encode(self, asked, decision)
    }

    /// The answer when deciding failed: closed for a guard, open for a nudge and for an event we do not know.
    ///
    /// Every harness reads exit status 2 with an empty stdout as a refusal, so this needs no payload.
    pub fn refuse(self, event: Option<&EventSpec>, reason: &str) -> Answer {
        answer::refuse(event, reason)
    }

    /// Whether its hooks are told in `CLAUDE_PROJECT_DIR` where the agent was started. For another harness the variable
    /// is a leftover of an agent that started it.
    pub fn tells_project_dir(self) -> bool {
        match self {
            Self::Claude | Self::Gemini => true,
            Self::Codex => false,
        }
    }

    /// The product's name.
    pub fn product(self) -> &'static str {
        match self {
            Self::Claude => "Claude Code",
            Self::Gemini => "Gemini CLI",
            Self::Codex => "Codex",
        }
    }

    /// The harness's settings files, and what `init` adds to each.
    pub fn settings(self, facts: &SettingsFacts) -> Vec<Artefact> {
        match self {
            Self::Claude => claude::settings(facts),
            Self::Gemini => gemini::settings(facts),
            Self::Codex => codex::settings(facts),
        }
    }

    /// The command with which the user registers our MCP server, where `init` cannot: in a file that is not JSON.
    pub fn registration(self, facts: &SettingsFacts) -> Option<String> {
        match self {
            Self::Claude | Self::Gemini => None,
            Self::Codex => Some(codex::registration(facts)),
        }
    }
}

impl fmt::Display for Harness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How our spans name the use of a tool by a harness: as Claude Code does.
pub(crate) const TOOL_USE_ATTRIBUTE: &str = "tool_use_id";

/// What each of our tools tells the harnesses beyond MCP. Claude Code (2.1.329) keeps MCP tools out of the model's
/// request, to be searched for, unless they ask to be in it; the others take no notice.
#[must_use]
pub fn tool_meta() -> Map<String, Value> {
    Map::from_iter([("anthropic/alwaysLoad".to_owned(), json!(true))])
}

/// A harness name that we do not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown harness `{name}`, expected one of: claude, gemini, codex")]
pub struct UnknownHarness {
    /// What was given.
    pub name: String,
}

impl FromStr for Harness {
    type Err = UnknownHarness;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|harness| harness.name() == name)
            .ok_or_else(|| UnknownHarness { name: name.to_owned() })
    }
}
