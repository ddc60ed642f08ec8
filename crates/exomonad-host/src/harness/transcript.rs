//! A harness's own record of a conversation: which of its lines show what the model was given.
//!
//! Seen in Claude Code 2.1.197 and 2.1.329 and in Gemini CLI 0.61: each line is a JSON object. Claude Code also keeps there
//! what its hooks printed, which says nothing of what the model got. It writes the lines in order and up to some 100 ms late:
//! at the end of a turn, 2.1.197 may not have written the turn yet.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::Harness;

/// What a line of a record shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TranscriptLine {
    /// Something that the model was given.
    Given,
    /// What the model said, and that it did not end its turn with it.
    Said,
    /// What the model said at the end of its turn.
    Ended,
    /// Neither, or nothing we know.
    Other,
}

impl Harness {
    /// Whether it keeps a record that we can read.
    #[must_use]
    pub fn keeps_transcript(self) -> bool {
        match self {
            Self::Claude | Self::Gemini => true,
            Self::Codex => false,
        }
    }

    /// What a line of this harness's record shows.
    #[must_use]
    pub fn read_transcript(self, line: &str) -> TranscriptLine {
        match self {
            Self::Claude => parse(line).map_or(TranscriptLine::Other, |line: Claude<'_>| line.shows()),
            Self::Gemini => parse(line).map_or(TranscriptLine::Other, |line: Gemini<'_>| line.shows()),
            // What its record looks like was not seen.
            Self::Codex => TranscriptLine::Other,
        }
    }
}

fn parse<'a, T: Deserialize<'a>>(line: &'a str) -> Option<T> {
    serde_json::from_str(line).ok()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Claude<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(default)]
    is_sidechain: bool,
    #[serde(borrow)]
    attachment: Option<Attachment<'a>>,
    #[serde(borrow)]
    message: Option<Message<'a>>,
}

#[derive(Deserialize)]
struct Attachment<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    stop_reason: Option<Cow<'a, str>>,
}

impl Claude<'_> {
    fn shows(&self) -> TranscriptLine {
        if self.is_sidechain {
            return TranscriptLine::Other;
        }
        match &*self.kind {
            "user" => TranscriptLine::Given,
            "attachment" if self.attachment.as_ref().is_some_and(Attachment::is_given) => {
                TranscriptLine::Given
            }
            "assistant" => match self.message.as_ref().and_then(|message| message.stop_reason.as_deref()) {
                None | Some("tool_use" | "pause_turn") => TranscriptLine::Said,
                Some(_) => TranscriptLine::Ended,
            },
            _ => TranscriptLine::Other,
        }
    }
}

impl Attachment<'_> {
    /// All but what was printed by a hook.
    fn is_given(&self) -> bool {
        !self.kind.starts_with("hook_") || self.kind == "hook_additional_context"
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Gemini<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(default)]
    tool_calls: Vec<IgnoredAny>,
}

impl Gemini<'_> {
    fn shows(&self) -> TranscriptLine {
        match self.kind.as_deref() {
            Some("user") => TranscriptLine::Given,
            // A call is kept together with its result, which the model gets.
            Some("gemini") if !self.tool_calls.is_empty() => TranscriptLine::Given,
            Some("gemini") => TranscriptLine::Ended,
            Some(_) | None => TranscriptLine::Other,
        }
    }
}
