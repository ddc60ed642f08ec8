//! What a multiplexer cannot do.

use super::MuxKind;
use crate::exec::ExecError;

/// Why a multiplexer did not do it.
#[derive(Debug, thiserror::Error)]
pub enum MuxError {
    /// It is not installed.
    #[error("`{}` is not installed", mux.name())]
    Missing {
        /// Which.
        mux: MuxKind,
    },
    /// It is older than what we know how to drive.
    #[error("`{}` {found} is too old: {wanted} or newer is needed", mux.name())]
    TooOld {
        /// Which.
        mux: MuxKind,
        /// What is there.
        found: String,
        /// What is needed.
        wanted: &'static str,
    },
    /// The session is there already.
    #[error("there is a {} session `{session}` already", mux.name())]
    SessionExists {
        /// Which.
        mux: MuxKind,
        /// Its name.
        session: String,
    },
    /// The session is not there.
    #[error("there is no {} session `{session}`", mux.name())]
    NoSession {
        /// Which.
        mux: MuxKind,
        /// Its name.
        session: String,
    },
    /// The session's name cannot be one.
    #[error("`{session}` cannot be the name of a {} session: {why}", mux.name())]
    Name {
        /// Which.
        mux: MuxKind,
        /// The name.
        session: String,
        /// What is wrong.
        why: String,
    },
    /// The pane is not there.
    #[error("{} has no pane `{pane}` in session `{session}` any more", mux.name())]
    NoPane {
        /// Which.
        mux: MuxKind,
        /// The session.
        session: String,
        /// The pane.
        pane: String,
    },
    /// It said it did something, and did not.
    #[error("{} did not {act}: {complaint}", mux.name())]
    Refused {
        /// Which.
        mux: MuxKind,
        /// What was wanted.
        act: String,
        /// What it said, or what was found instead.
        complaint: String,
    },
    /// Its program failed.
    #[error("{} failed", mux.name())]
    Exec {
        /// Which.
        mux: MuxKind,
        /// The cause.
        #[source]
        source: ExecError,
    },
    /// A file or socket of ours failed.
    #[error("failed to {act}")]
    Io {
        /// What was wanted.
        act: String,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
}

impl MuxError {
    /// The next step.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Missing { mux } | Self::TooOld { mux, .. } => Some(format!(
                "install a newer `{}`, or choose another: `exomonad init --mux headless`",
                mux.name()
            )),
            Self::SessionExists { .. } => Some(
                "attach to it with `exomonad attach`, or start anew with `exomonad init --recreate`"
                    .to_owned(),
            ),
            Self::NoSession { .. } => Some("make it with `exomonad init`".to_owned()),
            Self::Name { .. } => Some("choose another with `--session NAME`".to_owned()),
            Self::NoPane { .. } => Some("see who is there with `exomonad ps`".to_owned()),
            Self::Refused { .. } | Self::Exec { .. } | Self::Io { .. } => None,
        }
    }
}
