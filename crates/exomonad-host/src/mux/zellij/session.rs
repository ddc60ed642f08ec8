//! A zellij session: where its socket is, what runs in it, and who may change it now.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt};
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};

use super::listing::{self, Listed};
use crate::exec::{Output, Pty, Size};
use crate::mux::program::{Oldest, Program, complaint, text};
use crate::mux::wait::{PATIENCE, until};
use crate::mux::{MuxError, MuxKind, SOCKET_BYTES, SessionState, user};
use crate::surroundings::Surroundings;

const OLDEST: Oldest = Oldest { numbers: (0, 45), text: "0.45" };

/// Where zellij keeps its sockets, below the directory that the address has: with the version of what is spoken there.
const CONTRACT: &str = "contract_version_";

/// How long others may take for their changes: several tabs are opened one after the other.
const TURN: Duration = Duration::from_secs(60);

/// A session, which may not run.
#[derive(Debug)]
pub(super) struct Session {
    program: Program,
    name: String,
    sockets: Utf8PathBuf,
}

/// What an action wrote.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) stdout: String,
    pub(super) complaint: String,
}

impl Written {
    fn of(output: &Output) -> Self {
        Self { stdout: text(&output.stdout), complaint: complaint(output) }
    }
}

/// The right to change a session, until it is dropped. A process that looks whether anybody is attached must not see the
/// terminal that another one attached for a moment.
#[derive(Debug)]
pub(super) struct Turn {
    _lock: File,
}

impl Session {
    pub(super) fn new(name: &str, sockets: Option<&Utf8Path>, surroundings: &Surroundings) -> Self {
        let mut program = Program::new(MuxKind::Zellij, OLDEST, surroundings);
        let sockets = sockets.map_or_else(|| default_sockets(surroundings), Utf8Path::to_owned);
        program.set("ZELLIJ_SOCKET_DIR", sockets.as_str());
        Self { program, name: name.to_owned(), sockets }
    }

    /// The directory of zellij's sockets.
    pub(super) fn sockets(&self) -> &Utf8Path {
        &self.sockets
    }

    /// Says why the name is none.
    pub(super) fn fault(&self) -> Option<String> {
        let bytes = self.sockets.join(format!("{CONTRACT}1")).join(&self.name).as_str().len();
        if self.name.trim().is_empty() {
            Some("it is empty".to_owned())
        } else if self.name.contains('/') || self.name == "." || self.name == ".." {
            Some("zellij makes a file of this name".to_owned())
        } else if self.name.starts_with('-') {
            Some("zellij takes it for an option".to_owned())
        } else if self.name.contains(char::is_control) {
            Some("it has control characters".to_owned())
        } else if bytes > SOCKET_BYTES {
            Some(format!(
                "the path of its socket would have {bytes} bytes, and {SOCKET_BYTES} are the most; \
                 set `ZELLIJ_SOCKET_DIR` to a short one, or take a shorter name"
            ))
        } else {
            None
        }
    }

    /// Waits until nobody else changes the session.
    pub(super) fn take_turn(&self) -> Result<Turn, MuxError> {
        let failed = |source| MuxError::Io { act: format!("lock a session in `{}`", self.sockets), source };
        DirBuilder::new().recursive(true).mode(0o700).create(&self.sockets).map_err(failed)?;
        let path = self.sockets.join(format!("exomonad-{}.lock", self.name));
        let lock = OpenOptions::new().create(true).append(true).mode(0o600).open(path).map_err(failed)?;
        let taken = until(TURN, || match lock.try_lock() {
            Ok(()) => Ok(Some(())),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(err)) => Err(failed(err)),
        })?;
        match taken {
            Some(()) => Ok(Turn { _lock: lock }),
            None => Err(self.refused("let us change the session", "another process keeps it locked")),
        }
    }

    /// Whether it is there.
    pub(super) fn state(&self) -> Result<SessionState, MuxError> {
        // Its exit code is 1 when there is no session at all.
        let output = self.program.run(&["list-sessions", "--no-formatting"])?;
        match listing::state(&text(&output.stdout), &self.name) {
            SessionState::Alive { .. } => Ok(SessionState::Alive { clients: self.clients()?.unwrap_or(0) }),
            absent @ (SessionState::Missing | SessionState::Exited) => Ok(absent),
        }
    }

    /// How many terminals are attached; nothing when the session does not say.
    pub(super) fn clients(&self) -> Result<Option<u32>, MuxError> {
        Ok(listing::clients(&self.act(&["list-clients"])?.stdout))
    }

    /// The ids of the terminals that are attached. Some come and go as [`Turn`]s are taken.
    pub(super) fn client_ids(&self, _: &Turn) -> Result<Vec<String>, MuxError> {
        Ok(listing::client_ids(&self.act(&["list-clients"])?.stdout))
    }

    /// Its panes; nothing when there is no such session.
    pub(super) fn panes(&self) -> Result<Option<Vec<Listed>>, MuxError> {
        // A session that is just starting or ending may not answer; one that is not listed never will.
        let listed = until(PATIENCE, || {
            if let Some(panes) = listing::panes(&self.act(&["list-panes", "--all", "--json"])?.stdout) {
                return Ok(Some(Some(panes)));
            }
            match self.state()? {
                SessionState::Alive { .. } => Ok(None),
                // Now and then it is not listed for a moment (seen in 0.45.1); the socket of one that is gone goes with a listing.
                SessionState::Missing | SessionState::Exited => Ok(self.epoch()?.is_none().then_some(None)),
            }
        })?;
        listed.ok_or_else(|| self.refused("list its panes", "it does not answer"))
    }

    /// Does an action in the session. What it says of its success means nothing.
    pub(super) fn act<S: AsRef<str>>(&self, action: &[S]) -> Result<Written, MuxError> {
        self.run(&self.args(action))
    }

    /// Does an action whose arguments nobody else is to read.
    pub(super) fn act_unlogged<S: AsRef<str>>(&self, action: &[S]) -> Result<(), MuxError> {
        self.program.run_unlogged(&self.args(action)).map(drop)
    }

    fn args<'a, S: AsRef<str>>(&'a self, action: &'a [S]) -> Vec<&'a str> {
        let begin = ["--session", &self.name, "action"];
        begin.into_iter().chain(action.iter().map(AsRef::as_ref)).collect()
    }

    /// Gives each line to the plugins that listen to a pipe. That nobody does is no error; one that keeps the pipe is.
    pub(super) fn pipe(&self, pipe: &str, lines: &str, limit: Duration) -> Result<(), MuxError> {
        let args = ["--session", &self.name, "pipe", "--name", pipe];
        let output = self.program.run_with(&args, lines, limit)?;
        match output.code {
            Some(0) => Ok(()),
            Some(_) | None => Err(self.refused("take events", &complaint(&output))),
        }
    }

    /// Runs zellij.
    pub(super) fn run<S: AsRef<str>>(&self, args: &[S]) -> Result<Written, MuxError> {
        Ok(Written::of(&self.program.run(args)?))
    }

    /// Runs zellij in a directory, which the first pane of a session starts in.
    pub(super) fn run_in<S: AsRef<str>>(&self, dir: &Utf8Path, args: &[S]) -> Result<Written, MuxError> {
        Ok(Written::of(&self.program.run_in(dir, args)?))
    }

    /// Attaches in a terminal of ours.
    pub(super) fn attach(&self, size: Size) -> Result<Pty, MuxError> {
        self.program.in_pty(&["attach", &self.name], size)
    }

    /// Tells the session's server from an earlier one: by the socket, which is its own.
    pub(super) fn epoch(&self) -> Result<Option<String>, MuxError> {
        let failed =
            |source| MuxError::Io { act: format!("look at the sockets in `{}`", self.sockets), source };
        let dirs = match self.sockets.read_dir_utf8() {
            Ok(dirs) => dirs,
            Err(err) if err.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(err) => return Err(failed(err)),
        };
        let mut newest = None;
        for dir in dirs {
            let dir = dir.map_err(failed)?;
            if !dir.file_name().starts_with(CONTRACT) {
                continue;
            }
            let found = dir.path().join(&self.name).symlink_metadata();
            let socket = found.ok().filter(|socket| socket.file_type().is_socket());
            newest = newest.max(socket.map(|socket| (socket.mtime(), socket.mtime_nsec(), socket.ino())));
        }
        Ok(newest.map(|(seconds, nanoseconds, inode)| format!("{inode} {seconds}.{nanoseconds:09}")))
    }

    pub(super) fn refused(&self, act: &str, complaint: &str) -> MuxError {
        MuxError::Refused { mux: MuxKind::Zellij, act: act.to_owned(), complaint: complaint.to_owned() }
    }
}

/// Where zellij looks for its sockets when it is not told.
fn default_sockets(surroundings: &Surroundings) -> Utf8PathBuf {
    let absolute = |name| surroundings.variable(name).map(Utf8PathBuf::from).filter(|dir| dir.is_absolute());
    let runtime =
        absolute("XDG_RUNTIME_DIR").filter(|_| cfg!(target_os = "linux")).map(|dir| dir.join("zellij"));
    let temporary = || absolute("TMPDIR").unwrap_or_else(|| "/tmp".into()).join(format!("zellij-{}", user()));
    absolute("ZELLIJ_SOCKET_DIR").or(runtime).unwrap_or_else(temporary)
}
