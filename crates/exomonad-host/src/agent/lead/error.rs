//! Why there is no session with the lead in it.

use std::io;

use camino::Utf8PathBuf;

use crate::agent::StopError;
use crate::mux::{Address, MuxError};
use crate::store::StoreError;

/// Why there is no session with the lead in it.
#[derive(Debug, thiserror::Error)]
pub enum LeadError {
    /// A live session has the name, and nothing in it is this project's.
    #[error(
        "the {} session `{}` runs, and nothing shows that it is this project's",
        address.mux.name(),
        address.session
    )]
    Foreign {
        /// The session.
        address: Address,
    },
    /// The project's agents are in another session.
    #[error("this project's session is `{}` of {}, and it runs", address.session, address.mux.name())]
    Another {
        /// The session.
        address: Address,
    },
    /// Whoever wants the session ended is in it.
    #[error("this terminal is in the {} session `{}`, and would end with it", address.mux.name(), address.session)]
    Inside {
        /// The session.
        address: Address,
    },
    /// The lead's own files.
    #[error("failed to keep the lead's environment in `{dir}`")]
    Files {
        /// Their directory.
        dir: Utf8PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// An agent that was to be ended goes on.
    #[error("failed to end an agent of the session")]
    Stop(#[from] StopError),
    /// The terminal.
    #[error("failed to open a terminal for the lead")]
    Mux(#[from] MuxError),
    /// The database.
    #[error("failed to look up the project's session")]
    Store(#[from] StoreError),
}

impl LeadError {
    /// The next step.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Foreign { .. } => Some("choose another name with `exomonad init --session NAME`".to_owned()),
            Self::Another { .. } => Some(
                "attach to it with `exomonad attach`, or end it with its agents: the same command with `--recreate`"
                    .to_owned(),
            ),
            Self::Inside { .. } => Some("run it in a terminal outside of the session".to_owned()),
            Self::Files { .. } => Some("make `.exomonad/` writable for your user".to_owned()),
            Self::Stop(_) => Some("see who runs with `exomonad ps`, then run it again".to_owned()),
            Self::Mux(err) => err.hint(),
            Self::Store(err) => err.hint(),
        }
    }
}
