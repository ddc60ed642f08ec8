//! The one door for processes: an explicit directory, an explicit environment, an argv, a time limit.
//!
//! Never a shell string, never an inherited environment, never a child without an end: one that is given the terminal is
//! ended by whoever gave it, and one that replaces this process is none.

mod child;
mod converse;
mod foreground;
mod lookup;
mod marked;
pub(crate) mod proc;
mod pty;
mod signals;

use std::io::{BufRead as _, Write as _};
use std::os::unix::process::{CommandExt, ExitStatusExt as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use rustix::io::Errno;

use self::child::Running;
pub use self::converse::Conversation;
pub use self::foreground::{End, Foreground, adopt_orphans};
pub use self::marked::end_marked;
pub use self::pty::{Pty, Size};
pub use self::signals::{Notice, Signals, Wake};

/// The most that is kept of each output, in bytes, unless it is said otherwise.
const OUTPUT_CAP: usize = 8 << 20;

/// A program to run.
#[derive(Debug, Clone)]
pub struct Cmd {
    program: String,
    args: Vec<String>,
    dir: Utf8PathBuf,
    env: Vec<(String, String)>,
    limit: Duration,
    cap: usize,
    input: Option<Vec<u8>>,
    unlogged: bool,
}

/// How a program ended, and what it wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Its exit code; absent when a signal ended it.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// The beginning of its standard output.
    pub stdout: Vec<u8>,
    /// The beginning of its standard error.
    pub stderr: Vec<u8>,
    /// One of them was longer.
    pub truncated: bool,
}

/// What becomes of the processes that a program leaves behind when it ends in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    /// They go on, such as git's own housekeeping.
    Left,
    /// They are killed.
    Killed,
}

/// Why a program gave no result.
#[derive(Debug, thiserror::Error)]
pub enum ExecError {
    /// It is not there.
    #[error("`{program}` is not installed")]
    Missing {
        /// The program.
        program: String,
    },
    /// It could not be started.
    #[error("failed to start `{program}`")]
    Start {
        /// The program.
        program: String,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// It did not end in time and was killed with its children.
    #[error("`{program}` did not end within {} ms", limit.as_millis())]
    Timeout {
        /// The program.
        program: String,
        /// The limit.
        limit: Duration,
    },
    /// Its caller did not want it any more, and it was killed with its children.
    #[error("`{program}` was stopped")]
    Stopped {
        /// The program.
        program: String,
    },
    /// Its end could not be waited for; it was killed with its children.
    #[error("failed to wait for `{program}`")]
    Wait {
        /// The program.
        program: String,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// It ended with an error.
    #[error("`{command}` failed with {}: {stderr}", describe(*code, *signal))]
    Failed {
        /// The command line.
        command: String,
        /// Its exit code.
        code: Option<i32>,
        /// The signal that ended it.
        signal: Option<i32>,
        /// The last line of its complaint.
        stderr: String,
    },
}

/// How a program ended, in words.
pub(crate) fn describe(code: Option<i32>, signal: Option<i32>) -> String {
    match (code, signal) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "no status".to_owned(),
    }
}

impl Cmd {
    /// A program, looked up in `path` (a `PATH` value), run in `dir`.
    #[must_use]
    pub fn new(program: &str, dir: &Utf8Path, path: &str) -> Self {
        Self {
            program: program.to_owned(),
            args: Vec::new(),
            dir: dir.to_owned(),
            env: vec![("PATH".to_owned(), path.to_owned())],
            limit: Duration::from_secs(10),
            cap: OUTPUT_CAP,
            input: None,
            unlogged: false,
        }
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<S: AsRef<str>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.args.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    /// Sets a variable of the child's environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets variables of the child's environment.
    #[must_use]
    pub fn envs(mut self, variables: &[(String, String)]) -> Self {
        self.env.extend_from_slice(variables);
        self
    }

    /// Sets the time limit; 10 s unless set.
    #[must_use]
    pub fn limit(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }

    /// Sets how many bytes are kept of each output; 8 MiB unless set.
    #[must_use]
    pub fn cap(self, cap: usize) -> Self {
        Self { cap, ..self }
    }

    /// Gives it something to read, for a run to its end; it has no input unless set.
    #[must_use]
    pub fn input(self, bytes: impl Into<Vec<u8>>) -> Self {
        Self { input: Some(bytes.into()), ..self }
    }

    /// Keeps its arguments out of the log.
    #[must_use]
    pub fn unlogged(self) -> Self {
        Self { unlogged: true, ..self }
    }

    /// Runs it to its end and returns what it wrote, with bytes that are not UTF-8 replaced.
    ///
    /// # Errors
    /// It is missing, cannot be started, does not end in time, or its exit code is not 0.
    pub fn text(&self) -> Result<String, ExecError> {
        let output = self.run()?;
        if output.truncated {
            tracing::warn!(program = %self.program, "only the first {} bytes of its output are used", self.cap);
        }
        if output.code == Some(0) {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(ExecError::Failed {
            command: format!("{} {}", self.program, self.args.join(" ")),
            code: output.code,
            signal: output.signal,
            stderr: String::from_utf8_lossy(&output.stderr)
                .lines()
                .last()
                .unwrap_or_default()
                .trim()
                .to_owned(),
        })
    }

    /// Runs it to its end. What it leaves running goes on.
    ///
    /// # Errors
    /// It is missing, cannot be started, or does not end in time. An exit code is no error.
    pub fn run(&self) -> Result<Output, ExecError> {
        self.finish(&|| false, Rest::Left)
    }

    /// Runs it to its end, or until `stop` says that nobody wants it any more. None of its process group outlives this.
    ///
    /// # Errors
    /// It is missing, cannot be started, does not end in time, or was stopped. An exit code is no error.
    pub fn output(&self, stop: &dyn Fn() -> bool) -> Result<Output, ExecError> {
        self.finish(stop, Rest::Killed)
    }

    /// Starts it in a process group of its own, with no input and no output, and does not wait.
    ///
    /// # Errors
    /// It is missing or cannot be started.
    pub fn detach(&self) -> Result<(), ExecError> {
        let aside = |command: &mut Command| {
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        };
        self.spawn(aside).map(drop)
    }

    /// Starts it in this process's own terminal and process group, with nothing between it and them.
    ///
    /// # Errors
    /// It is missing or cannot be started.
    pub fn foreground(&self) -> Result<Foreground, ExecError> {
        let child = self.spawn(|_| {})?;
        Ok(Foreground::new(&child))
    }

    /// Starts it and returns the first line that it says, with which it tells that it goes on without us. It shares our
    /// standard error until then, and leaves our process group itself.
    ///
    /// # Errors
    /// It is missing, cannot be started, or ended without a word.
    pub fn first_line(&self) -> Result<String, ExecError> {
        let heard = |command: &mut Command| {
            command.stdin(Stdio::null()).stdout(Stdio::piped());
        };
        let mut child = self.spawn(heard)?;
        let mut line = String::new();
        let failed = |source| ExecError::Wait { program: self.program.clone(), source };
        if let Some(stdout) = child.stdout.take() {
            std::io::BufReader::new(stdout).read_line(&mut line).map_err(failed)?;
        }
        if line.ends_with('\n') {
            return Ok(line.trim_end().to_owned());
        }
        let status = child.wait().map_err(failed)?;
        Err(ExecError::Failed {
            command: self.program.clone(),
            code: status.code(),
            signal: status.signal(),
            stderr: "it ended without a word".to_owned(),
        })
    }

    /// Becomes it: this process goes on as that program. Returns only when that fails, and says why.
    #[must_use]
    pub fn replace(&self) -> ExecError {
        let err = self.bare(&self.program).exec();
        self.start_error(err)
    }

    fn finish(&self, stop: &dyn Fn() -> bool, rest: Rest) -> Result<Output, ExecError> {
        let args = if self.unlogged { &[] } else { self.args.as_slice() };
        let span = tracing::debug_span!("exec", program = %self.program, ?args);
        let _entered = span.enter();
        let now = Instant::now();
        let deadline = now.checked_add(self.limit).unwrap_or(now);
        let piped = |command: &mut Command| {
            command.stdin(if self.input.is_some() { Stdio::piped() } else { Stdio::null() });
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        };
        let mut child = self.spawn(piped)?;
        self.feed(&mut child);
        let program = || self.program.clone();
        let failed = |source| ExecError::Wait { program: program(), source };
        let mut running = Running::new(child, self.cap).map_err(failed)?;
        match running.wait(deadline, stop).map_err(failed)? {
            child::Wake::Exit => {
                if rest == Rest::Killed {
                    running.kill_rest();
                }
                running.output().map_err(failed)
            }
            child::Wake::Deadline => {
                running.end().map_err(failed)?;
                Err(ExecError::Timeout { program: program(), limit: self.limit })
            }
            child::Wake::Stop => {
                running.end().map_err(failed)?;
                Err(ExecError::Stopped { program: program() })
            }
        }
    }

    /// Writes the input on a thread of its own: a program that writes before it has read everything is no reason to wait.
    fn feed(&self, child: &mut Child) {
        let (Some(input), Some(mut stdin)) = (self.input.clone(), child.stdin.take()) else { return };
        // A program that does not want all of it has its reasons, and its exit code tells.
        std::thread::spawn(move || drop(stdin.write_all(&input)));
    }

    /// Starts it. The program is looked up here: the standard library would copy this whole process to have a child do that,
    /// which costs more than most programs take.
    fn spawn(&self, prepare: impl Fn(&mut Command)) -> Result<Child, ExecError> {
        let program = lookup::find(&self.program, &self.env);
        let mut command = self.bare(&program);
        prepare(&mut command);
        let started = match command.spawn() {
            // As `execvp` has it: a script that does not say who runs it is the shell's.
            Err(err) if err.raw_os_error() == Some(Errno::NOEXEC.raw_os_error()) => {
                let mut shell = self.bare_with("/bin/sh", &[&program]);
                prepare(&mut shell);
                shell.spawn()
            }
            started => started,
        };
        started.map_err(|err| self.start_error(err))
    }

    fn bare(&self, program: &str) -> Command {
        let mut command = self.bare_with(program, &[]);
        command.arg0(&self.program);
        command
    }

    #[expect(clippy::disallowed_methods, reason = "this module is the door the ban points at")]
    fn bare_with(&self, program: &str, before: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(before)
            .args(&self.args)
            .current_dir(&self.dir)
            .env_clear()
            .envs(self.env.iter().cloned());
        command
    }

    fn start_error(&self, source: std::io::Error) -> ExecError {
        let program = self.program.clone();
        if source.kind() == std::io::ErrorKind::NotFound && self.dir.is_dir() {
            return ExecError::Missing { program };
        }
        ExecError::Start { program, source }
    }
}

#[cfg(test)]
mod tests;
