//! The one door for processes: an explicit directory, an explicit environment, an argv, a time limit.
//!
//! Never a shell string, never an inherited environment, never a child without an end.

use std::io::Read;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use rustix::process::{Pid, Signal, kill_process_group};

/// The most that is kept of each output, in bytes.
const OUTPUT_CAP: u64 = 8 << 20;

/// A program to run.
#[derive(Debug, Clone)]
pub struct Cmd {
    program: String,
    args: Vec<String>,
    dir: Utf8PathBuf,
    env: Vec<(String, String)>,
    limit: Duration,
}

/// How it ended. Bytes that are not UTF-8 are replaced.
struct Output {
    code: Option<i32>,
    signal: Option<i32>,
    stdout: String,
    stderr: String,
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

fn describe(code: Option<i32>, signal: Option<i32>) -> String {
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

    /// Sets the time limit; 10 s unless set.
    #[must_use]
    pub fn limit(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }

    /// Runs it to its end and returns what it wrote.
    ///
    /// # Errors
    /// It is missing, cannot be started, does not end in time, or its exit code is not 0.
    pub fn text(&self) -> Result<String, ExecError> {
        let output = self.finish()?;
        if output.code == Some(0) {
            return Ok(output.stdout);
        }
        Err(ExecError::Failed {
            command: format!("{} {}", self.program, self.args.join(" ")),
            code: output.code,
            signal: output.signal,
            stderr: output.stderr.lines().last().unwrap_or_default().trim().to_owned(),
        })
    }

    /// Starts it in a process group of its own, with no input and no output, and does not wait.
    ///
    /// # Errors
    /// It is missing or cannot be started.
    pub fn detach(&self) -> Result<(), ExecError> {
        let mut command = self.command();
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().map(drop).map_err(|err| self.start_error(err))
    }

    fn finish(&self) -> Result<Output, ExecError> {
        let span = tracing::debug_span!("exec", program = %self.program, args = ?self.args);
        let _entered = span.enter();
        let mut command = self.command();
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|err| self.start_error(err))?;
        let (sender, receiver) = mpsc::channel();
        let stdout = read_all(child.stdout.take(), sender.clone());
        let stderr = read_all(child.stderr.take(), sender);
        for _ in 0..2 {
            if receiver.recv_timeout(self.limit).is_err() {
                kill_group(&mut child);
                return Err(ExecError::Timeout { program: self.program.clone(), limit: self.limit });
            }
        }
        let status = child.wait().map_err(|err| self.start_error(err))?;
        let text = |reader: std::thread::JoinHandle<Vec<u8>>| {
            String::from_utf8_lossy(&reader.join().unwrap_or_default()).into_owned()
        };
        Ok(Output {
            code: status.code(),
            signal: status.signal(),
            stdout: text(stdout),
            stderr: text(stderr),
        })
    }

    #[expect(clippy::disallowed_methods, reason = "this module is the door the ban points at")]
    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.args).current_dir(&self.dir).env_clear().envs(self.env.iter().cloned());
        command.stdin(Stdio::null()).process_group(0);
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

fn read_all<R: Read + Send + 'static>(
    source: Option<R>,
    done: mpsc::Sender<()>,
) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut source) = source {
            let kept = source.by_ref().take(OUTPUT_CAP).read_to_end(&mut bytes);
            let rest = kept.and_then(|_| std::io::copy(&mut source, &mut std::io::sink()));
            if let Err(err) = rest {
                tracing::warn!(%err, "a child's output was cut short");
            }
        }
        crate::drop_logged(done.send(()), "tell that a child's output ended");
        bytes
    })
}

fn kill_group(child: &mut Child) {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    if let Some(pid) = pid {
        crate::drop_logged(kill_process_group(pid, Signal::KILL), "kill a child that took too long");
    }
    crate::drop_logged(child.wait(), "reap a child that took too long");
}
