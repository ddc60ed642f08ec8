//! Why a harness was not started.

use std::io;

use camino::Utf8PathBuf;

use crate::agent::{AgentName, OwnFileError};
use crate::exec::ExecError;
use crate::harness::LaunchError;
use crate::store::StoreError;

/// Why a harness was not started.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// There is no such agent.
    #[error("this project has no agent `{name}`")]
    Unknown {
        /// The name.
        name: AgentName,
    },
    /// It runs already, or may run where that cannot be seen from here.
    #[error("agent `{name}` has a launcher already: process {pid}")]
    Runs {
        /// The agent.
        name: AgentName,
        /// The other launcher.
        pid: u32,
    },
    /// Nobody knows its harness.
    #[error("nothing says how to start the harness `{name}`")]
    NoHarness {
        /// The harness.
        name: String,
    },
    /// Its command came with the repository, and the user has not looked at it.
    #[error("the command of the harness `{name}` came with the repository and is not approved: {command}")]
    Unapproved {
        /// The harness.
        name: String,
        /// The command.
        command: String,
    },
    /// Its command is not one.
    #[error("the command of the harness `{name}` cannot be filled in: {why}")]
    Template {
        /// The harness.
        name: String,
        /// What is wrong.
        why: String,
    },
    /// Its command names no program.
    #[error("the harness's command names no program")]
    Empty,
    /// Its workspace is not there.
    #[error("there is no directory `{dir}` for the harness to start in")]
    NoDirectory {
        /// Where it was to start.
        dir: Utf8PathBuf,
    },
    /// It cannot be started this way.
    #[error("failed to prepare the harness")]
    Launch(#[from] LaunchError),
    /// Its files cannot be written.
    #[error("failed to write the harness's settings")]
    OwnFile(#[from] OwnFileError),
    /// Its program is missing or does not start.
    #[error("failed to start the harness")]
    Start(#[from] ExecError),
    /// A file, a signal or a process could not be handled.
    #[error("failed to {act}")]
    Io {
        /// What was wanted.
        act: String,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The database failed.
    #[error("failed to keep the run")]
    Store(#[from] StoreError),
}

impl RunError {
    /// The next step.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unknown { .. } => Some("see who is there with `exomonad ps`".to_owned()),
            Self::Runs { name, .. } => Some(format!("stop it first: `exomonad stop {name}`")),
            Self::NoHarness { name } => {
                Some(format!("say how in `.exomonad/config.local.toml`: `harness.{name}.command`"))
            }
            Self::Unapproved { .. } => Some("look at it and approve it with `exomonad approve`".to_owned()),
            Self::Template { name, .. } => Some(format!(
                "correct `harness.{name}.command`; docs/configuration.md lists the placeholders"
            )),
            Self::Empty => Some("docs/configuration.md tells how to configure a harness".to_owned()),
            Self::NoDirectory { .. } => Some("see what can be mended with `exomonad repair`".to_owned()),
            Self::Launch(source) => source.hint(),
            Self::Start(ExecError::Missing { program }) => {
                Some(format!("install `{program}`, or put it where PATH finds it"))
            }
            Self::Store(source) => source.hint(),
            Self::Start(_) | Self::OwnFile(_) | Self::Io { .. } => None,
        }
    }
}
