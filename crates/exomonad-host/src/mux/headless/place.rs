//! Where the sockets are. Their paths are short, as the system wants them, and only the user can come near them.

use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};

use camino::{Utf8Path, Utf8PathBuf};
use rustix::process::geteuid;
use sha2::{Digest as _, Sha256};

use crate::surroundings::Surroundings;

/// The longest path of a socket. Linux takes 107 bytes, macOS 103.
pub(super) const PATH_BYTES: usize = 99;

const SUFFIX: &str = ".sock";

/// The letters of a pane's id and of a session's directory.
const NAME_CHARS: usize = 12;

/// The session's directory, from anywhere with the same user and the same `XDG_RUNTIME_DIR`.
pub(super) fn session_dir(session: &str, surroundings: &Surroundings) -> Utf8PathBuf {
    let name: String = format!("{:x}", Sha256::digest(session)).chars().take(NAME_CHARS).collect();
    let runtime = surroundings.variable("XDG_RUNTIME_DIR").map(Utf8Path::new);
    let runtime = runtime.filter(|dir| dir.is_absolute() && dir.is_dir());
    let fits = |dir: &Utf8PathBuf| socket(dir, &"x".repeat(NAME_CHARS)).as_str().len() <= PATH_BYTES;
    let dir = runtime.map(|dir| dir.join("exomonad").join(&name)).filter(fits);
    dir.unwrap_or_else(|| Utf8PathBuf::from(format!("/tmp/exomonad-{}", geteuid().as_raw())).join(name))
}

/// Names a pane; never given twice.
pub(super) fn new_id() -> String {
    uuid::Uuid::new_v4().simple().to_string().chars().take(NAME_CHARS).collect()
}

pub(super) fn is_id(text: &str) -> bool {
    text.len() == NAME_CHARS && text.chars().all(|c| c.is_ascii_hexdigit())
}

pub(super) fn socket(dir: &Utf8Path, id: &str) -> Utf8PathBuf {
    dir.join(format!("{id}{SUFFIX}"))
}

/// The panes that have a socket.
pub(super) fn ids(dir: &Utf8Path) -> io::Result<Vec<String>> {
    match fs::symlink_metadata(dir) {
        Err(err) if err.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(err) => return Err(err),
        Ok(_) => require_private(dir)?,
    }
    let mut ids = Vec::new();
    for entry in dir.read_dir_utf8()? {
        let entry = entry?;
        let id = entry.file_name().strip_suffix(SUFFIX).filter(|id| is_id(id));
        ids.extend(id.map(str::to_owned));
    }
    ids.sort_unstable();
    Ok(ids)
}

/// Makes the directory and the one above it, both for the user alone. What stands there already must be so.
pub(super) fn prepare(dir: &Utf8Path) -> io::Result<()> {
    let above = dir.parent().unwrap_or(Utf8Path::new("/"));
    for dir in [above, dir] {
        match DirBuilder::new().mode(0o700).create(dir) {
            Ok(()) => {}
            Err(err) if err.kind() == ErrorKind::AlreadyExists => {}
            Err(err) => return Err(err),
        }
    }
    require_private(dir)
}

/// Another user's directory, or one that others may enter, could have another's sockets in it.
fn require_private(dir: &Utf8Path) -> io::Result<()> {
    let metadata = fs::symlink_metadata(dir)?;
    if metadata.is_dir() && metadata.uid() == geteuid().as_raw() && metadata.mode() & 0o077 == 0 {
        return Ok(());
    }
    let why = format!(
        "`{dir}` is not a directory that only your user may enter; remove it, or set XDG_RUNTIME_DIR"
    );
    Err(io::Error::new(ErrorKind::PermissionDenied, why))
}

/// Removes a socket, if it is there.
pub(super) fn remove(socket: &Utf8Path) -> io::Result<()> {
    match fs::remove_file(socket) {
        Err(err) if err.kind() != ErrorKind::NotFound => Err(err),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Removes the session's directory, if it is there and empty.
pub(super) fn forget(dir: &Utf8Path) -> io::Result<()> {
    match fs::remove_dir(dir) {
        Err(err) if !matches!(err.kind(), ErrorKind::NotFound | ErrorKind::DirectoryNotEmpty) => Err(err),
        Ok(()) | Err(_) => Ok(()),
    }
}
