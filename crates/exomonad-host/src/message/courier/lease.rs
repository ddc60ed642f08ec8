//! Who of an agent's sidecars is its courier: whoever holds the lock on a file, for as long as its process lives.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};

use camino::Utf8Path;

use crate::agent::AgentName;

/// The lock of one agent's courier. Dropped, it is another's to take.
#[derive(Debug)]
pub(super) struct Lease {
    _file: File,
}

impl Lease {
    /// Takes the lease; nothing while another sidecar has it.
    pub(super) fn take(state_dir: &Utf8Path, agent: &AgentName) -> io::Result<Option<Self>> {
        let dir = state_dir.join("couriers");
        DirBuilder::new().recursive(true).mode(0o700).create(&dir)?;
        // Nothing is ever written into it, and it stays: a file that is removed and made anew has two locks.
        let path = dir.join(format!("{agent}.lock"));
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
    use crate::agent::AgentName;

    #[test]
    fn of_all_sidecars_of_an_agent_one_is_its_courier() {
        let dir = tempfile::tempdir().unwrap();
        let state_dir = camino::Utf8Path::from_path(dir.path()).unwrap();
        let take = |name: &str| Lease::take(state_dir, &AgentName::parse(name).unwrap()).unwrap();
        let first = take("api");
        assert!(first.is_some());
        assert!(take("api").is_none());
        assert!(take("web").is_some(), "each agent has one of its own");
        drop(first);
        assert!(take("api").is_some());
    }
}
