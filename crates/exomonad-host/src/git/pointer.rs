//! The file that ties a standalone repository to its project. It lies beside the repository, not in it: whoever works in the
//! repository does not get at it.

use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// What a standalone repository is called in its agent's directory.
const REPOSITORY: &str = "repo";
/// What the pointer is called there.
const POINTER: &str = "project";

/// What ties a standalone repository to its project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pointer {
    /// The project's root.
    pub project: Utf8PathBuf,
    /// Whose repository it is.
    pub agent: String,
    /// What marks it as one spawn's.
    pub mark: String,
}

impl Pointer {
    /// Where the standalone repositories of a project are, below the user's state directory.
    #[must_use]
    pub fn places(state_home: &Utf8Path, project: &Utf8Path) -> Utf8PathBuf {
        state_home.join("exomonad").join(digest(project))
    }

    /// The repository in an agent's directory.
    #[must_use]
    pub fn repository(dir: &Utf8Path) -> Utf8PathBuf {
        dir.join(REPOSITORY)
    }

    /// Writes it into an agent's new directory.
    ///
    /// # Errors
    /// It is there, or the disk takes no writes.
    pub fn write(&self, dir: &Utf8Path) -> io::Result<()> {
        let mut file =
            std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(dir.join(POINTER))?;
        file.write_all(serde_json::to_string(self)?.as_bytes())?;
        file.sync_all()
    }

    /// Reads the pointer in an agent's directory; nothing when there is none or it is none of ours.
    #[must_use]
    pub fn read(dir: &Utf8Path) -> Option<Self> {
        let path = dir.join(POINTER);
        if !path.symlink_metadata().ok()?.is_file() {
            return None;
        }
        serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()
    }

    /// The pointer of a repository, when it stands where the standalone repositories of that project do.
    #[must_use]
    pub(super) fn of(main: &Utf8Path) -> Option<Self> {
        if main.file_name() != Some(REPOSITORY) {
            return None;
        }
        let dir = main.parent()?;
        let places = dir.parent()?;
        let pointer = Self::read(dir)?;
        (places.file_name() == Some(digest(&pointer.project).as_str())).then_some(pointer)
    }
}

fn digest(project: &Utf8Path) -> String {
    format!("{:x}", Sha256::digest(project.as_str().as_bytes())).chars().take(16).collect()
}
