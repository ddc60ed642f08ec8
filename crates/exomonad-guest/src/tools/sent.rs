//! What is checked before a message is sent, and what its sender is told.

use exomonad_sdk::messages::Message;
use exomonad_sdk::{Context, ToolError};
use schemars::JsonSchema;
use serde::Serialize;

use super::words::MessageState;

/// The recipient that the host takes for the caller's parent.
pub(super) const PARENT: &str = "parent";

/// A message that is stored. It is the truth about what has become of it, not a hope.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Sent {
    /// The message's id.
    id: String,
    /// The agent it is for.
    to: String,
    /// What has become of it.
    state: MessageState,
    /// The same in a sentence.
    pub(super) note: String,
}

impl From<Message> for Sent {
    fn from(message: Message) -> Self {
        let Message { id, to, state, .. } = message;
        let state = MessageState::from(state);
        let became = match state {
            MessageState::Queued => format!("queued; it is delivered when `{to}` next looks"),
            MessageState::Handed => format!("handed to `{to}`, which may not have read it yet"),
            MessageState::Seen => format!("seen by `{to}`"),
            MessageState::Acked => format!("acknowledged by `{to}`"),
            MessageState::Failed => "its delivery failed; it stays in the inbox".to_owned(),
        };
        let note = format!("stored for `{to}` (message {id}): {became}");
        Self { id, to, state, note }
    }
}

/// The root of the tree has nobody above it but a person.
pub(super) fn require_parent(cx: &Context) -> Result<(), ToolError> {
    if cx.agent.parent.is_some() {
        return Ok(());
    }
    let message = format!("agent `{}` has no parent: it is the root of the tree", cx.agent.name);
    Err(ToolError::new(message).with_hint("tell your human, in your answer"))
}

pub(super) fn require_text(argument: &str, text: &str) -> Result<(), ToolError> {
    if text.trim().is_empty() {
        return Err(ToolError::new(format!("argument `{argument}` must not be empty")));
    }
    Ok(())
}

/// A message is refused whole before it is sent, never cut.
pub(super) fn require_size(cx: &Context, body: &str) -> Result<(), ToolError> {
    let limit = cx.limits.message_bytes;
    let size = body.len();
    if u64::try_from(size).is_ok_and(|size| size <= limit) {
        return Ok(());
    }
    let message = format!("the message has {size} bytes; the limit is {limit}");
    Err(ToolError::new(message).with_hint("put the details into a file, and name the file in the message"))
}
