//! Picks a harness when the user named none.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::Harness;

/// The fields by which one harness's payload differs from another's.
#[derive(Debug, Default, Deserialize)]
struct Clues<'a> {
    #[serde(borrow)]
    hook_event_name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    transcript_path: Option<Cow<'a, str>>,
    turn_id: Option<IgnoredAny>,
    model: Option<IgnoredAny>,
    timestamp: Option<IgnoredAny>,
}

/// Only Gemini has an event of its own name for the middle of a turn, and only Gemini sends a `timestamp`. Only Codex
/// sends `turn_id` with `model`, and its transcripts are named `rollout-*`. Everything else is Claude's.
pub(super) fn guess(event: &str, payload: &[u8]) -> Harness {
    let clues: Clues<'_> = serde_json::from_slice(payload).unwrap_or_default();
    let wire = clues.hook_event_name.as_deref().unwrap_or(event);
    if is_only(Harness::Gemini, wire) || clues.timestamp.is_some() {
        return Harness::Gemini;
    }
    let rollout = clues
        .transcript_path
        .as_deref()
        .is_some_and(|path| path.rsplit('/').next().is_some_and(|name| name.starts_with("rollout-")));
    if is_only(Harness::Codex, wire) || rollout || (clues.turn_id.is_some() && clues.model.is_some()) {
        return Harness::Codex;
    }
    Harness::Claude
}

/// No other harness has an event of this wire name.
fn is_only(harness: Harness, wire: &str) -> bool {
    let has = |harness: Harness| harness.events().iter().any(|spec| spec.wire == wire);
    has(harness) && Harness::ALL.into_iter().all(|other| other == harness || !has(other))
}
