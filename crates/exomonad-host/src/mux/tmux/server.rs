//! The tmux server that has the session: its socket, and what it answers.

use std::fs::DirBuilder;
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::os::unix::net::UnixStream;

use camino::{Utf8Path, Utf8PathBuf};

use super::script::Script;
use crate::exec::Output;
use crate::mux::program::{Oldest, Program, complaint, text};
use crate::mux::{MuxError, MuxKind, SOCKET_BYTES, user};
use crate::surroundings::Surroundings;

const OLDEST: Oldest = Oldest { numbers: (3, 3), text: "3.3" };

/// A server, which may not run.
#[derive(Debug)]
pub(super) struct Server {
    program: Program,
    socket: Utf8PathBuf,
    /// The socket is the user's own, where tmux would look for it without being told.
    is_default: bool,
}

/// What a server answered.
#[derive(Debug)]
pub(super) enum Answer {
    /// It did all of it, and wrote this.
    Done(String),
    /// It did not do all of it, for this reason, but may have written something before that.
    Failed { stdout: String, complaint: String },
    /// There is no server.
    Absent,
}

impl Server {
    /// The server at `socket`; else the one that we are inside of; else the user's own.
    pub(super) fn new(socket: Option<&Utf8Path>, surroundings: &Surroundings) -> Self {
        let program = Program::new(MuxKind::Tmux, OLDEST, surroundings);
        match socket.map(Utf8Path::to_owned).or_else(|| inside(surroundings)) {
            Some(socket) => Self { program, socket, is_default: false },
            None => Self { program, socket: default_socket(surroundings), is_default: true },
        }
    }

    /// Where it listens.
    pub(super) fn socket(&self) -> &Utf8Path {
        &self.socket
    }

    /// Where files go that are gone soon.
    pub(super) fn temporary_dir(&self) -> &Utf8Path {
        self.program.variable("TMPDIR").map_or(Utf8Path::new("/tmp"), Utf8Path::new)
    }

    /// Makes the directory of the socket, as tmux itself does for its own.
    pub(super) fn make_dir(&self) -> Result<(), MuxError> {
        let bytes = self.socket.as_str().len();
        if bytes > SOCKET_BYTES {
            let act = format!("make a server at `{}`", self.socket);
            let complaint =
                format!("a socket's path may have {SOCKET_BYTES} bytes, and this one has {bytes}");
            return Err(MuxError::Refused { mux: MuxKind::Tmux, act, complaint });
        }
        let Some(dir) = self.socket.parent() else { return Ok(()) };
        let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
        made.map_err(|source| MuxError::Io { act: format!("make `{dir}`"), source })?;
        self.require_own_dir()
    }

    /// Runs a script.
    pub(super) fn ask(&self, script: &Script) -> Result<Answer, MuxError> {
        self.require_own_dir()?;
        self.answer(&self.program.run(&self.arguments(script))?)
    }

    /// Runs a script that ends when a person has done something. tmux takes it ill when whoever asked ends before.
    pub(super) fn ask_for_long(&self, script: &Script) -> Result<Answer, MuxError> {
        self.require_own_dir()?;
        self.answer(&self.program.run_for_long(&self.arguments(script))?)
    }

    fn arguments<'a>(&'a self, script: &'a Script) -> Vec<&'a str> {
        ["-u", "-S", self.socket.as_str()].into_iter().chain(script.arguments()).collect()
    }

    fn answer(&self, output: &Output) -> Result<Answer, MuxError> {
        let stdout = text(&output.stdout);
        if output.code == Some(0) {
            return Ok(Answer::Done(stdout));
        }
        if stdout.is_empty() && !self.runs() {
            return Ok(Answer::Absent);
        }
        Ok(Answer::Failed { stdout, complaint: complaint(output) })
    }

    /// Somebody listens at the socket.
    pub(super) fn runs(&self) -> bool {
        UnixStream::connect(&self.socket).is_ok()
    }

    /// Refuses a directory of sockets in which others could have put theirs: tmux looks only when it is not told the socket.
    fn require_own_dir(&self) -> Result<(), MuxError> {
        let Some(dir) = self.socket.parent().filter(|_| self.is_default) else { return Ok(()) };
        let found = match std::fs::symlink_metadata(dir) {
            Ok(found) => found,
            Err(err) if err.kind() == ErrorKind::NotFound => return Ok(()),
            Err(source) => return Err(MuxError::Io { act: format!("look at `{dir}`"), source }),
        };
        if found.is_dir() && found.uid() == user() && found.mode() & 0o007 == 0 {
            return Ok(());
        }
        let complaint = "others may write there, or it belongs to another user".to_owned();
        Err(MuxError::Refused { mux: MuxKind::Tmux, act: format!("use `{dir}`"), complaint })
    }
}

/// The server of the pane that we are in.
pub(super) fn inside(surroundings: &Surroundings) -> Option<Utf8PathBuf> {
    // `PATH,PID,SESSION`: the path may have commas, the others have none.
    let socket = surroundings.variable("TMUX")?.rsplitn(3, ',').nth(2)?;
    Some(Utf8PathBuf::from(socket)).filter(|socket| socket.is_absolute())
}

fn default_socket(surroundings: &Surroundings) -> Utf8PathBuf {
    let named = surroundings.variable("TMUX_TMPDIR").map(Utf8Path::new).filter(|dir| dir.is_dir());
    let dir = named.unwrap_or(Utf8Path::new("/tmp"));
    let dir = dir.canonicalize_utf8().unwrap_or_else(|_unresolved| dir.to_owned());
    dir.join(format!("tmux-{}/default", user()))
}
