//! What can stop an install or an uninstall.

use std::io;

use camino::Utf8PathBuf;

use super::document::{DocumentError, Position};

/// Why settings files were left as they were.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// A file could not be read.
    #[error("failed to read `{path}`")]
    Read {
        /// The file.
        path: Utf8PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A file or directory could not be made, replaced or deleted.
    #[error("failed to write `{path}`")]
    Write {
        /// The file or directory.
        path: Utf8PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A file holds bytes that are not UTF-8.
    #[error("`{path}` is not UTF-8 text")]
    NotText {
        /// The file.
        path: Utf8PathBuf,
    },
    /// A settings file has a form our entries cannot be added to or taken out of.
    #[error("cannot edit `{path}:{at}`")]
    Document {
        /// The file.
        path: Utf8PathBuf,
        /// Where in the file.
        at: Position,
        /// What is wrong there.
        #[source]
        source: DocumentError,
    },
    /// The marked block of the exclude file has one end only.
    #[error("the exomonad block in `{path}:{line}` has no matching marker")]
    BrokenBlock {
        /// The exclude file.
        path: Utf8PathBuf,
        /// The line of the marker, from 1.
        line: usize,
    },
    /// The user took away the right to write a file.
    #[error("`{path}` is read-only")]
    ReadOnly {
        /// The file.
        path: Utf8PathBuf,
    },
    /// Something else wrote a file after the plan was made.
    #[error("`{path}` changed since the plan was made")]
    ChangedMeanwhile {
        /// The file.
        path: Utf8PathBuf,
    },
    /// Two artefacts lead to one file.
    #[error("the settings of {first} and {second} are the same file `{path}`")]
    SameFile {
        /// The label of the first artefact.
        first: String,
        /// The label of the second artefact.
        second: String,
        /// The file both lead to.
        path: Utf8PathBuf,
    },
    /// An artefact's path is absolute or leads up.
    #[error("the settings path `{path}` leads out of the project")]
    OutsideProject {
        /// The path.
        path: Utf8PathBuf,
    },
    /// The record has a version this program does not know.
    #[error("the install record `{path}` has version {version}, newer than this exomonad knows")]
    NewerRecord {
        /// The record.
        path: Utf8PathBuf,
        /// Its version.
        version: u64,
    },
    /// A write failed, and what was written before it could not all be put back.
    #[error("failed to put `{path}` back after a failed write")]
    RollBack {
        /// The first file that could not be put back.
        path: Utf8PathBuf,
        /// The failed write that made us put files back.
        #[source]
        source: Box<Self>,
    },
}

impl InstallError {
    /// The next step for the user.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Read { path, .. } => Some(format!("make `{path}` readable, then run the command again")),
            Self::Write { path, .. } => {
                Some(format!("check the permissions and free space of `{path}`; nothing was changed"))
            }
            Self::NotText { path } => Some(format!("save `{path}` as UTF-8, then run the command again")),
            Self::Document { path, source, .. } => Some(source.hint(path)),
            Self::BrokenBlock { path, line } => Some(format!(
                "delete the exomonad lines near line {line} of `{path}`, then run the command again"
            )),
            Self::ReadOnly { path } => Some(format!("chmod u+w '{path}'")),
            Self::ChangedMeanwhile { .. } => Some("run the command again; nothing was changed".to_owned()),
            Self::SameFile { path, .. } => {
                Some(format!("replace the link that leads to `{path}` by a file of its own"))
            }
            Self::OutsideProject { .. } => Some("give a path below the project root".to_owned()),
            Self::NewerRecord { .. } => Some("use the newer exomonad, or update this one".to_owned()),
            Self::RollBack { .. } => {
                Some("fix the cause, then run `exomonad uninstall`; the record was kept".to_owned())
            }
        }
    }
}
