//! Why a guest gave no answer.

use std::fmt;
use std::time::Duration;

/// An export of the guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Export {
    /// `describe`
    Describe,
    /// `call-tool`
    CallTool,
    /// `on-hook`
    OnHook,
    /// `on-event`
    OnEvent,
}

impl fmt::Display for Export {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Describe => "describe",
            Self::CallTool => "call-tool",
            Self::OnHook => "on-hook",
            Self::OnEvent => "on-event",
        })
    }
}

/// Why a guest gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum GuestError {
    /// It is not a guest for this host.
    #[error("failed to load the guest")]
    Load(#[source] wasmtime::Error),
    /// The system refused a thread.
    #[error("failed to start the guest's clock")]
    Clock(#[source] std::io::Error),
    /// It crashed.
    #[error("the guest crashed in `{export}`")]
    Trap {
        /// Where.
        export: Export,
        /// The cause.
        #[source]
        source: wasmtime::Error,
    },
    /// Whoever asked does not want the answer any more.
    #[error("the call of `{export}` was cancelled")]
    Stopped {
        /// Where.
        export: Export,
    },
    /// It took too long.
    #[error("the guest ran for more than {} ms in `{export}`", limit.as_millis())]
    Time {
        /// Where.
        export: Export,
        /// The limit.
        limit: Duration,
    },
    /// It wanted too much memory.
    #[error("the guest wanted more than {limit} bytes of memory in `{export}`")]
    Memory {
        /// Where.
        export: Export,
        /// The limit.
        limit: usize,
    },
    /// It asked for too many effects.
    #[error("the guest asked for more than {limit} effects in `{export}`")]
    Effects {
        /// Where.
        export: Export,
        /// The limit.
        limit: u32,
    },
    /// It answered too much.
    #[error("the guest answered with {size} bytes in `{export}`; the limit is {limit}")]
    Output {
        /// Where.
        export: Export,
        /// How much.
        size: usize,
        /// The limit.
        limit: usize,
    },
}
