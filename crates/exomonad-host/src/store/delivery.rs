//! What an attempt to hand a message over is: on which way, for how much, on what evidence it ended.

use camino::Utf8PathBuf;

use crate::agent::{AgentName, ProcessIdentity};
use crate::contract::messages::Message;

/// The bytes that a message's header and what is around it take at most, with what a name and a line break add.
const AROUND: usize = 170;

/// Names a delivery; never given twice in a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryId(pub(super) i64);

/// The way a message takes into its recipient's context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// The answer to the hook of a submitted prompt.
    Prompt,
    /// The answer to the hook after a tool.
    PostTool,
    /// The answer to the hook of a turn's end, which then goes on.
    Stop,
    /// The result of a tool that reads the inbox.
    Inbox,
    /// Claude Code's messaging socket.
    Socket,
    /// Claude Code's mailbox of a teammate.
    Teammate,
    /// Text typed into the agent's pane.
    Pane,
}

impl Transport {
    pub(super) const ALL: [Self; 7] =
        [Self::Prompt, Self::PostTool, Self::Stop, Self::Inbox, Self::Socket, Self::Teammate, Self::Pane];

    /// The name in the database, on the command line and in the documentation.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::PostTool => "post-tool",
            Self::Stop => "stop",
            Self::Inbox => "tool",
            Self::Socket => "socket",
            Self::Teammate => "teammate",
            Self::Pane => "pane",
        }
    }

    /// Whether it is the answer to a hook.
    #[must_use]
    pub fn is_hook(self) -> bool {
        match self {
            Self::Prompt | Self::PostTool | Self::Stop => true,
            Self::Inbox | Self::Socket | Self::Teammate | Self::Pane => false,
        }
    }
}

/// Why a message counts as seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// The harness's own record of the conversation has it.
    Transcript,
    /// A prompt that the harness took has it.
    Prompt,
    /// The result of a tool has it.
    ToolResult,
    /// There is no record to look into: the harness got the whole answer, and its session went on.
    Written,
}

impl Evidence {
    const ALL: [Self; 4] = [Self::Transcript, Self::Prompt, Self::ToolResult, Self::Written];

    /// The name in the database, in events and in the documentation.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Transcript => "transcript",
            Self::Prompt => "prompt",
            Self::ToolResult => "tool-result",
            Self::Written => "written",
        }
    }
}

/// How a delivery ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The message was seen.
    Seen(Evidence),
    /// The recipient acknowledged the message.
    Acked,
    /// It did not arrive, for this reason, and is handed over again.
    GivenBack(String),
}

pub(super) const ACKED: &str = "acked";
const SEEN: &str = "seen: ";
const GIVEN_BACK: &str = "given back: ";

impl Outcome {
    pub(super) fn to_row(&self) -> String {
        match self {
            Self::Seen(evidence) => format!("{SEEN}{}", evidence.name()),
            Self::Acked => ACKED.to_owned(),
            Self::GivenBack(why) => format!("{GIVEN_BACK}{why}"),
        }
    }

    pub(super) fn from_row(text: &str) -> Option<Self> {
        if let Some(why) = text.strip_prefix(GIVEN_BACK) {
            return Some(Self::GivenBack(why.to_owned()));
        }
        if let Some(word) = text.strip_prefix(SEEN) {
            return Evidence::ALL.into_iter().find(|known| known.name() == word).map(Self::Seen);
        }
        (text == ACKED).then_some(Self::Acked)
    }
}

/// A file in which a harness keeps a conversation, and how long it was when something was handed over.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TranscriptMark {
    /// The file.
    pub path: Utf8PathBuf,
    /// Its bytes; 0 when there was none.
    pub bytes: u64,
}

/// One attempt to hand a message over, as the database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRow {
    /// Its id.
    pub id: DeliveryId,
    /// The message's id.
    pub message: String,
    /// Whose message it is.
    pub recipient: String,
    /// The way it takes.
    pub transport: Transport,
    /// The harness's conversation; empty where it is not known.
    pub session: String,
    /// The process that hands it over.
    pub holder: ProcessIdentity,
    /// When it was claimed, in milliseconds since 1970.
    pub handed_ms: u64,
    /// When the harness had got all of it, in milliseconds since 1970.
    pub written_ms: Option<u64>,
    /// The conversation's file at that time.
    pub transcript: Option<TranscriptMark>,
    /// How it ended and when, in milliseconds since 1970; absent while it is open.
    pub ended: Option<(Outcome, u64)>,
}

/// How much is handed over at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimLimits {
    /// So many messages.
    pub messages: usize,
    /// So many bytes together.
    pub bytes: usize,
    /// The bytes of its body with which a message is handed over that alone has more than `bytes`.
    pub beginning: usize,
}

impl ClaimLimits {
    /// Whether a message is handed over by its beginning.
    #[must_use]
    pub fn is_too_long(&self, message: &Message) -> bool {
        whole(message) > self.bytes
    }

    pub(super) fn cost(&self, message: &Message) -> usize {
        if self.is_too_long(message) { self.beginning + 2 * AROUND } else { whole(message) }
    }
}

/// The bytes of a message as it is shown. A line may be moved in by two bytes, and every byte may be a line.
fn whole(message: &Message) -> usize {
    let quoted = message.body.lines().filter(|line| line.trim_start().starts_with('[')).count() * 2;
    message.body.len()
        + quoted
        + message.receipt.as_ref().map_or(0, String::len)
        + message.from.len()
        + AROUND
}

/// Who wants messages, and on which way.
#[derive(Debug, Clone)]
pub struct Claim<'a> {
    /// The recipient.
    pub agent: &'a AgentName,
    /// The way.
    pub transport: Transport,
    /// The harness's conversation; empty where it is not known.
    pub session: &'a str,
    /// The process that hands them over.
    pub holder: &'a ProcessIdentity,
    /// How much.
    pub limits: ClaimLimits,
    /// Where evidence will be found.
    pub transcript: Option<TranscriptMark>,
}

/// A message that was claimed.
#[derive(Debug, Clone, PartialEq)]
pub struct Handed {
    /// Its delivery, which is open.
    pub delivery: DeliveryId,
    /// The message.
    pub message: Message,
}

/// What waits for an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// A message is queued.
    pub queued: bool,
    /// A delivery is open.
    pub open: bool,
}
