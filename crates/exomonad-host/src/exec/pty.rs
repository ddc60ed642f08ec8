//! A program in a terminal of its own that we keep.

use std::io::{self, Read, Write};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process_group};

use super::{Cmd, ExecError};

/// How large a terminal is, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// How many lines.
    pub rows: u16,
    /// How many characters a line.
    pub columns: u16,
}

/// A terminal, and the program that is its session's leader.
pub struct Pty {
    master: Box<dyn MasterPty + Send>,
    child: Option<Box<dyn Child + Send + Sync>>,
    pid: Option<Pid>,
}

impl std::fmt::Debug for Pty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pty").field("pid", &self.pid).finish_non_exhaustive()
    }
}

impl Cmd {
    /// Starts it in a terminal of its own.
    ///
    /// # Errors
    /// There is no terminal to be had, or it cannot be started.
    pub fn in_pty(&self, size: Size) -> Result<Pty, ExecError> {
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| ExecError::Start {
            program: self.program.clone(),
            source: io::Error::other(source),
        };
        let pair = native_pty_system().openpty(size.into()).map_err(|err| failed(err.into()))?;
        let mut builder = CommandBuilder::new(&self.program);
        builder.args(&self.args);
        builder.cwd(self.dir.as_std_path());
        builder.env_clear();
        for (name, value) in &self.env {
            builder.env(name, value);
        }
        let child = pair.slave.spawn_command(builder).map_err(|err| failed(err.into()))?;
        let pid = child.process_id().and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw);
        Ok(Pty { master: pair.master, child: Some(child), pid })
    }
}

impl Pty {
    /// Its program's pid.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.pid.map(|pid| pid.as_raw_pid().unsigned_abs())
    }

    /// Waits for the program's end, on another thread than whoever uses the terminal. There is one to be taken.
    pub fn take_wait(&mut self) -> Option<impl FnOnce() -> io::Result<()> + Send + use<>> {
        let mut child = self.child.take()?;
        Some(move || child.wait().map(drop))
    }

    /// What the program shows.
    ///
    /// # Errors
    /// The system has no descriptor left.
    pub fn reader(&self) -> io::Result<Box<dyn Read + Send>> {
        self.master.try_clone_reader().map_err(io::Error::other)
    }

    /// What the program reads. There is one to be taken. Dropping it would type an end of input.
    ///
    /// # Errors
    /// It was taken, or the system has no descriptor left.
    pub fn writer(&self) -> io::Result<Box<dyn Write + Send>> {
        self.master.take_writer().map_err(io::Error::other)
    }

    /// Gives the terminal another size, and tells its programs.
    ///
    /// # Errors
    /// The system refuses.
    pub fn resize(&self, size: Size) -> io::Result<()> {
        self.master.resize(size.into()).map_err(io::Error::other)
    }

    /// Tells the programs in the foreground, and the leader, that the terminal goes. It stays until this is dropped.
    pub fn hang_up(&self) {
        let foreground = self.master.process_group_leader().and_then(Pid::from_raw);
        let groups = [self.pid, foreground.filter(|group| Some(*group) != self.pid)];
        for group in groups.into_iter().flatten() {
            for signal in [Signal::HUP, Signal::CONT] {
                match kill_process_group(group, signal) {
                    Ok(()) | Err(Errno::SRCH) => {}
                    Err(err) => tracing::warn!(%err, "failed to hang up a terminal"),
                }
            }
        }
    }
}

impl From<Size> for PtySize {
    fn from(size: Size) -> Self {
        Self { rows: size.rows, cols: size.columns, pixel_width: 0, pixel_height: 0 }
    }
}
