//! Runs one program under a time limit and keeps what it printed.
//!
//! Rule: a run never outlives its limit, and nothing of its process group outlives the run.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;
use std::{fmt, thread};

pub use live::Live;
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

const DEFAULT_LIMIT: Duration = Duration::from_secs(60);

/// A program about to run.
#[derive(Debug)]
pub struct Run {
    command: Command,
    input: Vec<u8>,
    limit: Duration,
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It exited with this code.
    Code(i32),
    /// This signal ended it.
    Signal(i32),
    /// It was killed because its time was up.
    OutOfTime,
}

/// What a program left behind.
#[must_use]
#[derive(Debug, Clone)]
pub struct Output {
    /// How it ended.
    pub end: End,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
    /// The command line, for messages.
    pub command: String,
}

impl Run {
    /// Prepares a command. Its standard input is empty and its limit one minute.
    #[must_use]
    pub fn new(command: Command) -> Self {
        Self { command, input: Vec::new(), limit: DEFAULT_LIMIT }
    }

    /// Adds one argument.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<str>) -> Self {
        self.command.arg(argument.as_ref());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: AsRef<str>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        for argument in arguments {
            self.command.arg(argument.as_ref());
        }
        self
    }

    /// Sets one environment variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<str>) -> Self {
        self.command.env(name, value.as_ref());
        self
    }

    /// Sets the directory it runs in.
    #[must_use]
    pub fn dir(mut self, dir: impl AsRef<camino::Utf8Path>) -> Self {
        self.command.current_dir(dir.as_ref().as_std_path());
        self
    }

    /// Gives it something to read.
    #[must_use]
    pub fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = bytes.into();
        self
    }

    /// Sets how long it may take.
    #[must_use]
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Runs it to its end.
    pub fn output(mut self) -> Output {
        // Files, not pipes: a forgotten grandchild that keeps a pipe open cannot hold us up.
        let mut stdin = tempfile::tempfile().expect("make a file for stdin");
        stdin.write_all(&self.input).expect("write stdin");
        stdin.seek(SeekFrom::Start(0)).expect("rewind stdin");
        let stdout = tempfile::tempfile().expect("make a file for stdout");
        let stderr = tempfile::tempfile().expect("make a file for stderr");
        self.command.stdin(Stdio::from(stdin)).stdout(share(&stdout)).stderr(share(&stderr)).process_group(0);
        let command = shown(&self.command);
        let child = self.command.spawn().unwrap_or_else(|err| panic!("failed to start `{command}`: {err}"));
        let end = wait(child, self.limit);
        Output { end, stdout: read_back(stdout), stderr: read_back(stderr), command }
    }
}

impl Output {
    /// Returns the output of a run that exited with 0, and panics with everything it printed otherwise.
    pub fn require_success(self) -> Self {
        assert!(self.end == End::Code(0), "{self}");
        self
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "$ {}", self.command)?;
        match self.end {
            End::Code(code) => writeln!(f, "exited with {code}")?,
            End::Signal(signal) => writeln!(f, "ended by signal {signal}")?,
            End::OutOfTime => writeln!(f, "killed: out of time")?,
        }
        writeln!(f, "--- stdout\n{}", self.stdout)?;
        write!(f, "--- stderr\n{}", self.stderr)
    }
}

fn share(file: &File) -> Stdio {
    Stdio::from(file.try_clone().expect("share an output file"))
}

fn read_back(mut file: File) -> String {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0)).expect("rewind an output file");
    file.read_to_end(&mut bytes).expect("read an output file");
    String::from_utf8_lossy(&bytes).into_owned()
}

fn shown(command: &Command) -> String {
    let words: Vec<_> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|w| w.to_string_lossy())
        .collect();
    words.join(" ")
}

fn wait(mut child: Child, limit: Duration) -> End {
    let group = Pid::from_child(&child);
    let (ended, end) = mpsc::channel::<()>();
    let watchdog = thread::spawn(move || {
        let late = matches!(end.recv_timeout(limit), Err(RecvTimeoutError::Timeout));
        if late {
            kill_group(group);
        }
        late
    });
    wait_unreaped(group);
    drop(ended);
    let late = watchdog.join().expect("join the watchdog");
    // The child is not reaped yet, so its id still names its own group and no other.
    kill_group(group);
    let status = child.wait().expect("reap a child");
    if late { End::OutOfTime } else { end_of(status) }
}

fn wait_unreaped(pid: Pid) {
    loop {
        match waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT) {
            Err(Errno::INTR) => {}
            Ok(_) => return,
            Err(err) => panic!("failed to wait for a child: {err}"),
        }
    }
}

fn kill_group(group: Pid) {
    match kill_process_group(group, Signal::KILL) {
        Ok(()) | Err(Errno::SRCH | Errno::PERM) => {}
        Err(err) => panic!("failed to kill a process group: {err}"),
    }
}

fn end_of(status: ExitStatus) -> End {
    match (status.code(), status.signal()) {
        (Some(code), _) => End::Code(code),
        (None, Some(signal)) => End::Signal(signal),
        (None, None) => panic!("a child ended with neither code nor signal"),
    }
}

mod live;
#[cfg(test)]
mod tests;
