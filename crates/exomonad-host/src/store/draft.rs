//! A message that may be sent.

use crate::agent::AgentName;

/// The most bytes of a message's body.
pub const MESSAGE_BYTES: u64 = 1 << 20;

/// The most bytes of a kind.
const KIND_BYTES: usize = 100;

/// Who sends a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender<'a> {
    /// An agent.
    Agent(&'a AgentName),
    /// A person at a terminal, whom no agent started.
    Human,
    /// The host itself, on the word of the guest's policy.
    Host,
}

impl Sender<'_> {
    /// The name that a recipient is told.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Agent(name) => name.as_str(),
            Self::Human => "human",
            Self::Host => "exomonad",
        }
    }

    /// Whether it is a person.
    #[must_use]
    pub fn is_human(&self) -> bool {
        *self == Self::Human
    }
}

/// A message, checked and not yet sent.
#[derive(Debug, Clone)]
pub struct Draft<'a> {
    pub(super) from: Sender<'a>,
    pub(super) to: &'a AgentName,
    pub(super) kind: &'a str,
    pub(super) body: &'a str,
    pub(super) reply_to: Option<&'a str>,
    pub(super) receipt: Option<&'a str>,
}

/// Why a message cannot be sent.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// The sender is the recipient.
    #[error("`{name}` cannot send a message to itself")]
    ToItself {
        /// The sender.
        name: AgentName,
    },
    /// The kind is not one.
    #[error("a message's kind is 1 to {KIND_BYTES} of `a-z`, `0-9`, `.`, `-`, `_`")]
    Kind,
    /// The body is empty or too long.
    #[error("a message's body has 1 to {MESSAGE_BYTES} bytes, not {bytes}")]
    Body {
        /// How many it has.
        bytes: usize,
    },
}

impl<'a> Draft<'a> {
    /// Checks a message. Whether `reply_to` is a message of the sender is found out when it is sent.
    ///
    /// # Errors
    /// It is not one that can be sent.
    pub fn new(
        from: Sender<'a>,
        to: &'a AgentName,
        kind: &'a str,
        body: &'a str,
        reply_to: Option<&'a str>,
    ) -> Result<Self, DraftError> {
        if from == Sender::Agent(to) {
            return Err(DraftError::ToItself { name: to.clone() });
        }
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_');
        if kind.is_empty() || kind.len() > KIND_BYTES || !kind.chars().all(legal) {
            return Err(DraftError::Kind);
        }
        let bytes = body.len();
        if bytes == 0 || u64::try_from(bytes).is_ok_and(|bytes| bytes > MESSAGE_BYTES) {
            return Err(DraftError::Body { bytes });
        }
        Ok(Self { from, to, kind, body, reply_to, receipt: None })
    }

    /// The same message with what the host knows of its sender's work.
    #[must_use]
    pub fn with_receipt(self, receipt: &'a str) -> Self {
        Self { receipt: Some(receipt), ..self }
    }
}
