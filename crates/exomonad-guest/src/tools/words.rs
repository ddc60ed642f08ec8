//! The words that results use for the contract's closed sets.

use exomonad_sdk::{WorkspaceKind, agents, messages};
use schemars::JsonSchema;
use serde::Serialize;

/// Declares a set of words, and how the contract's set becomes it.
macro_rules! words {
    ($(#[doc = $doc:literal])* $name:ident from $contract:ty { $($(#[doc = $meaning:literal])* $word:ident,)* }) => {
        $(#[doc = $doc])*
        #[derive(Serialize, JsonSchema, Clone, Copy, PartialEq, Eq, Debug)]
        #[serde(rename_all = "lowercase")]
        pub(crate) enum $name {
            $($(#[doc = $meaning])* $word,)*
        }

        impl From<$contract> for $name {
            fn from(contract: $contract) -> Self {
                match contract {
                    $(<$contract>::$word => Self::$word,)*
                }
            }
        }
    };
}

words! {
    /// What has become of a message.
    MessageState from messages::MessageState {
        /// Stored; the recipient has not got it yet.
        Queued,
        /// Given to the recipient.
        Handed,
        /// In the recipient's conversation.
        Seen,
        /// The recipient has dealt with it.
        Acked,
        /// It could not be delivered.
        Failed,
    }
}

words! {
    /// What an agent does.
    AgentState from agents::AgentState {
        Starting,
        Running,
        Waiting,
        Stopped,
        Failed,
    }
}

words! {
    /// Where an agent works.
    Workspace from WorkspaceKind {
        /// The repository's main checkout.
        Main,
        /// A git worktree of its own.
        Worktree,
        /// A repository of its own.
        Standalone,
        /// The parent's directory.
        Shared,
    }
}

impl AgentState {
    /// As it reads in a sentence.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
        }
    }
}

impl Workspace {
    /// As it reads in a sentence.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Main => "main checkout",
            Self::Worktree => "worktree",
            Self::Standalone => "standalone repository",
            Self::Shared => "parent's directory, shared",
        }
    }
}
