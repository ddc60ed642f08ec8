//! Messages that are too long to be given to a model unasked: a file in the recipient's workspace has all of one.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;

use camino::{Utf8Path, Utf8PathBuf};

use super::render;
use crate::contract::messages::Message;
use crate::install::{Audience, InstallError, replace};

/// Where they lie in a workspace.
const DIR: &str = ".exomonad/inbox";

/// Why the file was not written.
#[derive(Debug, thiserror::Error)]
pub enum LongError {
    /// There is no place for it.
    #[error("failed to make `{path}`")]
    Directory {
        /// The directory.
        path: Utf8PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// It cannot be written.
    #[error("failed to keep a long message")]
    Write(#[from] InstallError),
}

/// Writes the whole message into a file that only the user can read and git does not see, and says where it is.
pub(super) fn keep(workspace: &Utf8Path, message: &Message) -> Result<Utf8PathBuf, LongError> {
    let dir = workspace.join(DIR);
    let failed = |source| LongError::Directory { path: dir.clone(), source };
    if !dir.is_dir() {
        DirBuilder::new().recursive(true).mode(0o700).create(&dir).map_err(failed)?;
    }
    let ignore = dir.join(".gitignore");
    if !ignore.is_file() {
        replace(&ignore, b"*\n", Audience::Owner)?;
    }
    let path = file(workspace, &message.id);
    replace(&path, format!("{}\n", render(message)).as_bytes(), Audience::Owner)?;
    Ok(path)
}

/// Removes the files of messages that were dealt with.
pub(crate) fn forget(workspace: &Utf8Path, ids: &[String]) {
    for id in ids {
        match std::fs::remove_file(file(workspace, id)) {
            Err(err) if err.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%err, "failed to remove the file of a long message");
            }
            Ok(()) | Err(_) => {}
        }
    }
}

pub(super) fn file(workspace: &Utf8Path, id: &str) -> Utf8PathBuf {
    workspace.join(DIR).join(format!("{id}.md"))
}
