//! Reads and replaces whole files. A file is never seen half-written, and a link is followed, not replaced.

use std::fs::{self, File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;

use camino::{Utf8Path, Utf8PathBuf};
use sha2::{Digest as _, Sha256};
use tempfile::Builder;

use super::error::InstallError;

/// As many links as Linux follows.
const MAX_LINKS: usize = 40;

/// Who may read a new file. One that exists keeps its mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    Owner,
    /// Whoever the umask lets.
    Everyone,
}

impl Audience {
    fn mode(self) -> u32 {
        match self {
            Self::Owner => 0o600,
            Self::Everyone => 0o666,
        }
    }
}

/// The bytes of the file, or nothing when there is none.
pub(super) fn load(path: &Utf8Path) -> Result<Option<Vec<u8>>, InstallError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(err) if err.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(InstallError::Read { path: path.to_owned(), source }),
    }
}

/// The text of the bytes.
pub(super) fn text(path: &Utf8Path, bytes: &[u8]) -> Result<String, InstallError> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(_) => Err(InstallError::NotText { path: path.to_owned() }),
    }
}

/// The text of the file, or nothing when there is none.
pub(crate) fn load_text(path: &Utf8Path) -> Result<Option<String>, InstallError> {
    load(path)?.map(|bytes| text(path, &bytes)).transpose()
}

/// The file that the path leads to, which need not exist.
pub(crate) fn follow_links(path: &Utf8Path) -> Result<Utf8PathBuf, InstallError> {
    let read = |source| InstallError::Read { path: path.to_owned(), source };
    let mut target = path.to_owned();
    for _ in 0..MAX_LINKS {
        match target.read_link_utf8() {
            Ok(next) => target = target.parent().unwrap_or(Utf8Path::new("/")).join(next),
            // Not a link, or nothing at all.
            Err(err) if matches!(err.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::NotFound) => {
                return Ok(target);
            }
            Err(source) => return Err(read(source)),
        }
    }
    Err(read(io::Error::other("too many links lead on from it")))
}

/// Refuses a file that the user made read-only: a rename would go through all the same.
pub(super) fn require_writable(path: &Utf8Path) -> Result<(), InstallError> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.permissions().mode() & 0o222 == 0 => {
            Err(InstallError::ReadOnly { path: path.to_owned() })
        }
        Ok(_) => Ok(()),
        Err(err) if err.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(InstallError::Read { path: path.to_owned(), source }),
    }
}

/// Replaces the file's bytes at once: whatever happens, either the old or the new ones are there.
pub(crate) fn replace(path: &Utf8Path, bytes: &[u8], audience: Audience) -> Result<(), InstallError> {
    write_beside(path, bytes, audience)
        .map_err(|source| InstallError::Write { path: path.to_owned(), source })
}

fn write_beside(path: &Utf8Path, bytes: &[u8], audience: Audience) -> io::Result<()> {
    let dir = path.parent().unwrap_or(Utf8Path::new("/"));
    let mode = Permissions::from_mode(audience.mode());
    let mut temp = Builder::new().prefix(".exomonad-").permissions(mode).tempfile_in(dir)?;
    temp.write_all(bytes)?;
    if let Ok(metadata) = fs::metadata(path) {
        temp.as_file().set_permissions(metadata.permissions())?;
    }
    temp.as_file().sync_all()?;
    temp.persist(path).map_err(|err| err.error)?;
    File::open(dir)?.sync_all()
}

/// Deletes the file, if it is there.
pub(super) fn delete(path: &Utf8Path) -> Result<(), InstallError> {
    match fs::remove_file(path) {
        Err(err) if err.kind() != io::ErrorKind::NotFound => {
            Err(InstallError::Write { path: path.to_owned(), source: err })
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Makes one directory, if it is not there.
pub(super) fn make_dir(path: &Utf8Path) -> Result<(), InstallError> {
    match fs::create_dir(path) {
        Err(err) if err.kind() != io::ErrorKind::AlreadyExists => {
            Err(InstallError::Write { path: path.to_owned(), source: err })
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Removes the directory, if it is there and holds nothing.
pub(super) fn remove_empty_dir(path: &Utf8Path) -> Result<(), InstallError> {
    match fs::remove_dir(path) {
        Err(err)
            if !matches!(
                err.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::NotADirectory
            ) =>
        {
            Err(InstallError::Write { path: path.to_owned(), source: err })
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// The directories above the path that do not exist, outermost first.
pub(super) fn missing_dirs(path: &Utf8Path) -> Vec<Utf8PathBuf> {
    let above = path.ancestors().skip(1);
    let mut missing: Vec<_> = above.take_while(|dir| !dir.exists()).map(Utf8Path::to_owned).collect();
    missing.reverse();
    missing
}

/// The SHA-256 of the bytes in hexadecimal.
pub(super) fn digest(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}
