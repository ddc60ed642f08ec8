//! What we print for a harness.

use super::asked::Asked;
use super::downgrade::Downgrade;
use super::event::{EventSpec, FailureClass};
use super::Harness;
use crate::contract::Decision;

/// What goes back to the harness.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// Exactly one JSON object without a newline, or nothing.
    pub stdout: Option<String>,
    /// Text for people, and for the model where the exit status refuses.
    pub stderr: Option<String>,
    /// The exit status.
    pub exit: u8,
    /// What the decision wanted and the harness did not get.
    pub downgrades: Vec<Downgrade>,
}

pub(super) fn encode(_harness: Harness, _asked: &Asked, _decision: &Decision) -> Answer {
    Answer::default()
}

pub(super) fn refuse(_harness: Harness, event: Option<&EventSpec>, reason: &str) -> Answer {
    let exit = match event.map(|spec| spec.class) {
        Some(FailureClass::Guard) => 2,
        Some(FailureClass::Nudge) | None => 0,
    };
    Answer { stderr: Some(reason.to_owned()), exit, ..Answer::default() }
}
