//! Keeps what a terminal shows, byte by byte, in a file that does not grow without end.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;

use camino::{Utf8Path, Utf8PathBuf};

/// How long a file may become. The one before it is kept beside it.
const MAX_BYTES: u64 = 16 << 20;

/// The file. A disk that takes no more does not end the terminal.
#[derive(Debug)]
pub(super) struct Log {
    path: Utf8PathBuf,
    file: File,
    length: u64,
    max: u64,
}

impl Log {
    pub(super) fn open(path: &Utf8Path) -> io::Result<Self> {
        Self::with_max(path, MAX_BYTES)
    }

    fn with_max(path: &Utf8Path, max: u64) -> io::Result<Self> {
        let file = append(path)?;
        let length = file.metadata()?.len();
        Ok(Self { path: path.to_owned(), file, length, max })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) {
        let written = self.rotate().and_then(|()| self.file.write_all(bytes));
        self.length = self.length.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        crate::drop_logged(written, "keep what a terminal shows");
    }

    fn rotate(&mut self) -> io::Result<()> {
        if self.length < self.max {
            return Ok(());
        }
        fs::rename(&self.path, format!("{}.1", self.path))?;
        self.file = append(&self.path)?;
        self.length = 0;
        Ok(())
    }
}

fn append(path: &Utf8Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).mode(0o600).open(path)
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use super::Log;

    #[test]
    fn a_log_keeps_the_last_two_files() {
        let dir = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(dir.path()).unwrap().join("terminal.log");
        let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();
        let mut log = Log::with_max(&path, 4).unwrap();
        log.write(b"one ");
        assert_eq!(read("terminal.log"), "one ");
        log.write(b"two");
        log.write(b"three");
        log.write(b"four");
        assert_eq!((read("terminal.log.1").as_str(), read("terminal.log").as_str()), ("twothree", "four"));
        drop(log);
        Log::with_max(&path, 4).unwrap().write(b"five");
        assert_eq!((read("terminal.log.1").as_str(), read("terminal.log").as_str()), ("four", "five"));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2);
    }
}
