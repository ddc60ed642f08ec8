//! Claude Code's messaging socket, from 2.1.224 on: a line of JSON begins a turn, or is a note within one.
//!
//! Seen in 2.1.329: nothing is answered; a line for another conversation than the one that is open is dropped; a line has at
//! most 1 MiB.

use std::io::{self, Write as _};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use camino::Utf8Path;
use rustix::process::geteuid;

/// How long the harness may take to read a line.
const WRITE_LIMIT: Duration = Duration::from_secs(5);

/// An open way to a conversation.
#[derive(Debug)]
pub(super) struct Socket(UnixStream);

impl Socket {
    /// Connects; nothing where nobody listens, or where another user does.
    pub(super) fn open(path: &Utf8Path) -> Option<Self> {
        let metadata = std::fs::symlink_metadata(path).ok()?;
        if !metadata.file_type().is_socket() || metadata.uid() != geteuid().as_raw() {
            return None;
        }
        let stream = UnixStream::connect(path).ok()?;
        stream.set_write_timeout(Some(WRITE_LIMIT)).ok()?;
        Some(Self(stream))
    }

    /// Hands a text over, for this conversation and no other.
    pub(super) fn say(mut self, line: &str) -> io::Result<()> {
        self.0.write_all(format!("{line}\n").as_bytes())?;
        self.0.shutdown(std::net::Shutdown::Write)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::os::unix::net::UnixListener;

    use camino::Utf8Path;

    use super::Socket;

    #[test]
    fn a_line_arrives_whole_and_a_dead_socket_is_no_way() {
        let dir = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(dir.path()).unwrap().join("s.sock");
        assert!(Socket::open(&path).is_none());
        let listener = UnixListener::bind(&path).unwrap();
        let reader = std::thread::spawn(move || {
            let mut text = String::new();
            listener.accept().unwrap().0.read_to_string(&mut text).unwrap();
            text
        });
        let long = "x".repeat(300_000);
        Socket::open(&path).unwrap().say(&long).unwrap();
        assert_eq!(reader.join().unwrap(), format!("{long}\n"));
        assert!(Socket::open(&path).is_none(), "nobody listens any more");
        std::fs::remove_file(&path).unwrap();
        drop(std::fs::File::create(&path).unwrap());
        assert!(Socket::open(&path).is_none(), "it is a file");
    }
}
