//! Who of several processes does a thing: whoever holds the lock on a file, for as long as it lives.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};

use camino::Utf8Path;

/// The lock of one thing to do. Dropped, it is another's to take.
#[derive(Debug)]
pub(crate) struct Lease {
    _file: File,
}

impl Lease {
    /// Takes the lease of that name in a directory, which need not be there; nothing while another process has it.
    ///
    /// # Errors
    /// The file cannot be made or locked.
    pub(crate) fn take(dir: &Utf8Path, name: &str) -> io::Result<Option<Self>> {
        DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
        // Nothing is ever written into it, and it stays: a file that is removed and made anew has two locks.
        let path = dir.join(format!("{name}.lock"));
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(err)) => Err(err),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Lease;

    #[test]
    fn one_holds_the_lease_of_a_name() {
        let dir = tempfile::tempdir().unwrap();
        let dir = camino::Utf8Path::from_path(dir.path()).unwrap().join("leases");
        let take = |name: &str| Lease::take(&dir, name).unwrap();
        let first = take("api");
        assert!(first.is_some());
        assert!(take("api").is_none());
        assert!(take("web").is_some(), "each name has one of its own");
        drop(first);
        assert!(take("api").is_some());
    }
}
