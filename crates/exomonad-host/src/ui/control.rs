//! The control socket: answers from programs, one JSON object a line, one line in reply.
//!
//! Rules: only the user can come near it, and no process of an agent is heard. There is one for the project, held by
//! whichever process waits for an answer and came first; the next takes over when that one ends.

use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::os::unix::fs::{DirBuilderExt as _, FileTypeExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::thread::JoinHandle;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{FORM_BYTES, Given, ReplyError, Values, reply};
use crate::agent::{AgentName, Site, SpeakerError, agent_of};
use crate::drop_logged;

/// The variable that names another place for the socket.
pub const CONTROL_SOCKET_VARIABLE: &str = "EXOMONAD_CONTROL_SOCKET";

/// How often is looked whether the socket is free, or still needed.
const LOOK: Duration = Duration::from_millis(500);

/// How long one client may take.
const CLIENT_LIMIT: Duration = Duration::from_secs(5);

/// The most bytes of a line.
const LINE_BYTES: u64 = 8 * FORM_BYTES as u64;

/// Keeps the socket, on a thread of its own, until this is dropped. Whoever was heard by then is answered first.
#[derive(Debug)]
pub(super) struct Keeper {
    /// Its end ends the thread.
    line: Option<UnixStream>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.line.take());
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the control socket's thread broke off");
        }
    }
}

pub(super) fn keep(site: &Site) -> Keeper {
    let begun = begin(site);
    begun.unwrap_or_else(|err| {
        tracing::warn!(%err, "failed to start the control socket's thread");
        Keeper { line: None, thread: None }
    })
}

fn begin(site: &Site) -> io::Result<Keeper> {
    let (line, over) = UnixStream::pair()?;
    let site = site.clone();
    let thread = std::thread::Builder::new().name("control".to_owned()).spawn(move || {
        let socket = socket(&site);
        let act = format!("serve the control socket `{socket}`");
        drop_logged(run(&site, &socket, &over), &act);
    })?;
    Ok(Keeper { line: Some(line), thread: Some(thread) })
}

/// Where the project's socket is.
fn socket(site: &Site) -> Utf8PathBuf {
    let named = site.surroundings.variable(CONTROL_SOCKET_VARIABLE).map(Utf8PathBuf::from);
    let own = || site.repository.state_dir().join("sockets/control.sock");
    named.filter(|path| path.is_absolute()).unwrap_or_else(own)
}

fn run(site: &Site, socket: &Utf8Path, over: &UnixStream) -> io::Result<()> {
    let dir = socket.parent().unwrap_or(Utf8Path::new("/"));
    DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    let lock = OpenOptions::new().create(true).append(true).mode(0o600).open(format!("{socket}.lock"))?;
    loop {
        match lock.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(err)) => return Err(err),
        }
        if wait(None, over, LOOK)? == Wake::Over {
            return Ok(());
        }
    }
    let bound = Bound::new(socket, lock)?;
    loop {
        match wait(Some(bound.listener.as_fd()), over, LOOK)? {
            Wake::Over => return Ok(()),
            Wake::Nothing => {}
            Wake::Readable => {
                if let Some(client) = bound.next()? {
                    drop_logged(serve(site, &client, over), "answer a client of the control socket");
                }
            }
        }
    }
}

/// What was waited for.
#[derive(Debug, PartialEq, Eq)]
enum Wake {
    /// Nobody needs the socket any more.
    Over,
    Readable,
    Nothing,
}

/// Waits until there is something to read, until it is over, or until the time is up.
fn wait(source: Option<BorrowedFd<'_>>, over: &UnixStream, limit: Duration) -> io::Result<Wake> {
    let limit = Timespec::try_from(limit).map_err(io::Error::other)?;
    let mut watched = vec![PollFd::new(over, PollFlags::IN)];
    watched.extend(source.map(|source| PollFd::from_borrowed_fd(source, PollFlags::IN)));
    match poll(&mut watched, Some(&limit)) {
        Ok(_) | Err(rustix::io::Errno::INTR) => {}
        Err(err) => return Err(err.into()),
    }
    let mut ready = watched.iter().map(|watched| !watched.revents().is_empty());
    Ok(match (ready.next(), ready.next()) {
        (Some(true), _) => Wake::Over,
        (_, Some(true)) => Wake::Readable,
        (_, _) => Wake::Nothing,
    })
}

/// The socket; gone when dropped, before anybody else may have it.
struct Bound {
    listener: UnixListener,
    socket: Utf8PathBuf,
    _lock: File,
}

impl Bound {
    fn new(socket: &Utf8Path, lock: File) -> io::Result<Self> {
        remove_stale(socket)?;
        let listener = UnixListener::bind(socket)?;
        let bound = Self { listener, socket: socket.to_owned(), _lock: lock };
        std::fs::set_permissions(socket, Permissions::from_mode(0o600))?;
        bound.listener.set_nonblocking(true)?;
        Ok(bound)
    }

    /// The next client, if it is still there.
    fn next(&self) -> io::Result<Option<UnixStream>> {
        match self.listener.accept() {
            Ok((client, _)) => Ok(Some(client)),
            Err(err) if matches!(err.kind(), ErrorKind::WouldBlock | ErrorKind::ConnectionAborted) => {
                Ok(None)
            }
            Err(err) => Err(err),
        }
    }
}

impl Drop for Bound {
    fn drop(&mut self) {
        drop_logged(std::fs::remove_file(&self.socket), "remove the control socket");
    }
}

/// Removes what a process that was killed left. Another program's file, or its socket, stays.
fn remove_stale(socket: &Utf8Path) -> io::Result<()> {
    match socket.symlink_metadata() {
        Err(err) if err.kind() == ErrorKind::NotFound => return Ok(()),
        Err(err) => return Err(err),
        Ok(found) if !found.file_type().is_socket() => {
            return Err(io::Error::new(ErrorKind::AlreadyExists, "what is there is no socket"));
        }
        Ok(_) => {}
    }
    match UnixStream::connect(socket) {
        Ok(_) => Err(io::Error::new(ErrorKind::AddrInUse, "another program listens there")),
        Err(err) if err.kind() == ErrorKind::ConnectionRefused => std::fs::remove_file(socket),
        Err(err) => Err(err),
    }
}

/// What a client says.
#[derive(Debug, Deserialize)]
struct Message {
    #[serde(rename = "type")]
    kind: String,
    request_id: String,
    payload: Option<Values>,
    #[serde(default)]
    cancel: bool,
}

/// Why a client is refused.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("the line is no `UserInteraction`: {0}")]
    Message(String),
    #[error("a line has at most {LINE_BYTES} bytes and ends with a newline")]
    Line,
    #[error("say either `payload`, an object, or `\"cancel\": true`")]
    Either,
    #[error("this is a process of agent `{0}`, and an agent does not answer for a person")]
    Agent(AgentName),
    #[error("it cannot be told whose process this is; answer with `exomonad reply`")]
    Unknown,
    #[error("failed to find out whose process this is")]
    Speaker(#[from] SpeakerError),
    #[error(transparent)]
    Reply(#[from] ReplyError),
}

/// Answers one client, line by line, until it closes its side or says nothing for long.
fn serve(site: &Site, client: &UnixStream, over: &UnixStream) -> io::Result<()> {
    client.set_nonblocking(false)?;
    client.set_read_timeout(Some(CLIENT_LIMIT))?;
    client.set_write_timeout(Some(CLIENT_LIMIT))?;
    let mut lines = BufReader::new(client);
    loop {
        if lines.buffer().is_empty() && wait(Some(client.as_fd()), over, CLIENT_LIMIT)? != Wake::Readable {
            return Ok(());
        }
        let mut line = Vec::new();
        lines.by_ref().take(LINE_BYTES).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(());
        }
        let is_whole = line.ends_with(b"\n");
        let taken = if is_whole { take(site, client, &line) } else { Err(Refusal::Line) };
        let answer = match taken {
            Ok(()) => json!({ "ok": true }),
            Err(refusal) => json!({ "ok": false, "error": crate::explain(&refusal) }),
        };
        let mut side = client;
        side.write_all(format!("{answer}\n").as_bytes())?;
        if !is_whole {
            return Ok(());
        }
    }
}

fn take(site: &Site, client: &UnixStream, line: &[u8]) -> Result<(), Refusal> {
    let message: Message = serde_json::from_slice(line).map_err(|err| Refusal::Message(err.to_string()))?;
    if message.kind != "UserInteraction" {
        return Err(Refusal::Message(format!("its `type` is {}", Value::from(message.kind))));
    }
    let given = match (&message.payload, message.cancel) {
        (Some(values), false) => Given::Values(values),
        (None, true) => Given::Declined,
        (Some(_), true) | (None, false) => return Err(Refusal::Either),
    };
    let pid = peer(client).ok_or(Refusal::Unknown)?;
    if let Some(agent) = agent_of(&site.store, pid)?.ok_or(Refusal::Unknown)? {
        return Err(Refusal::Agent(agent));
    }
    Ok(reply(&site.store, &message.request_id, given, "socket", site.clock.now_ms())?)
}

/// The process at the other end, if it is the user's own.
#[cfg(target_os = "linux")]
fn peer(client: &UnixStream) -> Option<u32> {
    let credentials = rustix::net::sockopt::socket_peercred(client).ok()?;
    let is_ours = credentials.uid == rustix::process::geteuid();
    u32::try_from(credentials.pid.as_raw_nonzero().get()).ok().filter(|_| is_ours)
}

/// The system does not tell in a portable way.
#[cfg(not(target_os = "linux"))]
fn peer(_: &UnixStream) -> Option<u32> {
    None
}
