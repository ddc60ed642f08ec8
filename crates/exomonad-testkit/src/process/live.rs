//! A program that is talked to while it runs, line by line.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use rustix::process::Pid;

use super::{End, Output, Run, kill_group, read_back, share, shown, wait};

/// A running program. It and all it started are killed when dropped.
#[derive(Debug)]
pub struct Live {
    /// Absent once it was waited for.
    child: Option<Child>,
    /// Absent once it was closed.
    stdin: Option<ChildStdin>,
    stderr: File,
    command: String,
    limit: Duration,
}

impl Run {
    /// Starts it; its standard output comes line by line until it ends.
    pub fn start(mut self) -> (Live, Receiver<String>) {
        let stderr = tempfile::tempfile().expect("make a file for stderr");
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(share(&stderr)).process_group(0);
        let command = shown(&self.command);
        let mut child =
            self.command.spawn().unwrap_or_else(|err| panic!("failed to start `{command}`: {err}"));
        let stdout = child.stdout.take().expect("its output is a pipe");
        let stdin = child.stdin.take();
        let (send, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines() {
                // Nobody listens any more: let it fill the pipe or end, as it likes.
                if line.is_err() || line.is_ok_and(|line| send.send(line).is_err()) {
                    return;
                }
            }
        });
        (Live { child: Some(child), stdin, stderr, command, limit: self.limit }, lines)
    }
}

impl Live {
    /// Writes a line to its standard input.
    ///
    /// # Errors
    /// It reads no more.
    pub fn say(&mut self, line: &str) -> io::Result<()> {
        let stdin = self.stdin.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        stdin.write_all(format!("{line}\n").as_bytes())?;
        stdin.flush()
    }

    /// Its pid.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.as_ref().map_or(0, Child::id)
    }

    /// What it wrote to its standard error so far.
    #[must_use]
    pub fn stderr(&self) -> String {
        read_back(share_file(&self.stderr))
    }

    /// Closes its standard input and waits for its end. The output was heard already, and is not kept.
    pub fn finish(mut self) -> Output {
        drop(self.stdin.take());
        let end = self.child.take().map_or(End::OutOfTime, |child| wait(child, self.limit));
        let stderr = self.stderr();
        Output { end, stdout: String::new(), stderr, command: self.command.clone() }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            kill_group(Pid::from_child(&child));
            child.wait().expect("reap a child");
        }
    }
}

fn share_file(file: &File) -> File {
    file.try_clone().expect("share an output file")
}
