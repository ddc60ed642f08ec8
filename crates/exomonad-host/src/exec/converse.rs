//! A program that is talked to line by line, for as long as somebody talks to it.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::time::{Duration, Instant};

use super::{Cmd, ExecError};
use crate::drop_logged;

/// How long it may take to end once nobody talks to it any more.
const FAREWELL: Duration = Duration::from_secs(2);

/// How often it is looked whether it ended.
const LOOK: Duration = Duration::from_millis(5);

/// A program whose input and output are ours. Dropped, its input ends, and it is killed when it does not end, too.
#[derive(Debug)]
pub struct Conversation {
    child: Child,
    /// Absent once it was closed.
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
}

impl Cmd {
    /// Starts it in this process's group, with its input and its output in our hands; it shares our standard error.
    ///
    /// # Errors
    /// It is missing or cannot be started.
    pub fn converse(&self) -> Result<Conversation, ExecError> {
        let mut child = self.spawn(|command| {
            command.stdin(Stdio::piped()).stdout(Stdio::piped());
        })?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(self.start_error(io::ErrorKind::BrokenPipe.into()));
        };
        Ok(Conversation { child, stdin: Some(stdin), stdout: BufReader::new(stdout) })
    }
}

impl Conversation {
    /// Says a line, which has no line end of its own.
    ///
    /// # Errors
    /// It does not listen any more.
    pub fn say(&mut self, line: &str) -> io::Result<()> {
        let stdin = self.stdin.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        stdin.write_all(line.as_bytes())?;
        stdin.write_all(b"\n")?;
        stdin.flush()
    }

    /// Waits for its next line; absent once it has said everything.
    ///
    /// # Errors
    /// What it says is not text, or cannot be read.
    pub fn hear(&mut self) -> io::Result<Option<String>> {
        let mut line = String::new();
        let read = self.stdout.read_line(&mut line)?;
        Ok((read > 0).then(|| line.trim_end().to_owned()))
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        drop(self.stdin.take());
        let begun = Instant::now();
        while begun.elapsed() < FAREWELL {
            match self.child.try_wait() {
                Ok(None) => std::thread::park_timeout(LOOK),
                Ok(Some(_)) | Err(_) => return,
            }
        }
        drop_logged(self.child.kill().and_then(|()| self.child.wait()), "end a program that nobody talks to");
    }
}
