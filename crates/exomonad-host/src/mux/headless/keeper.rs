//! The process that keeps a pane: its program, its terminal, and the socket on which others ask for them.
//!
//! Rule: one thread owns the terminal. The others read, write and wait for it, and tell it what came.

use std::io::{self, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};

use super::log::Log;
use super::terminal::{SIZE, Terminal};
use super::wire::{About, Reply, Request, decode, encode, hear, say};
use super::{epoch_of, io_error, place, start_keeper};
use crate::agent::ProcessIdentity;
use crate::drop_logged;
use crate::exec::{Cmd, Notice, Pty, Signals, Size};
use crate::mux::{MuxError, MuxKind};

/// How long a program that was hung up may take to end: the launcher's five seconds, and some to record it.
const CLOSING: Duration = Duration::from_secs(8);

/// How long what a program wrote last may take to arrive after its end, when something else keeps the terminal open.
const DRAIN: Duration = Duration::from_millis(300);

/// How long those who look may take to go when there is nothing more to see.
const PARTING: Duration = Duration::from_secs(2);

/// Bytes that are read at once of what a program shows.
const CHUNK: usize = 8 << 10;

/// What may wait for each thread.
const QUEUE: usize = 64;

/// A pane to keep.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Where to listen.
    pub socket: Utf8PathBuf,
    /// Where to keep what the program shows.
    pub log: Option<Utf8PathBuf>,
    /// Where the program starts.
    pub dir: Utf8PathBuf,
    /// The first pane of those that were opened beside one another.
    pub tab: String,
    /// What the pane is called.
    pub title: String,
    /// The program, and its arguments.
    pub argv: Vec<String>,
    /// The program's environment, but for what tells of the terminal.
    pub environment: Vec<(String, String)>,
    /// Our own binary, which keeps other panes.
    pub exe: Utf8PathBuf,
    /// Milliseconds since 1970.
    pub now_ms: u64,
}

/// Keeps a pane until its program ended. Calls `listening` when it can be asked, with what tells it from every other.
///
/// # Errors
/// The socket, the log or the program could not be had.
pub fn keep(kept: &Kept, listening: impl FnOnce(&str) -> io::Result<()>) -> Result<(), MuxError> {
    // Whoever started us may go, and its terminal with it. A leader of a session has one of its own already.
    drop_logged(rustix::process::setsid(), "leave the starter's session");
    let signals = Signals::catch().map_err(io_error("catch signals"))?;
    let process = ProcessIdentity::own().map_err(io_error("find out which process this is"))?;
    let log = kept.log.as_deref().map(Log::open).transpose().map_err(io_error("open the terminal's log"))?;
    let socket = Socket::listen(&kept.socket).map_err(io_error("listen on the pane's socket"))?;
    let mut pty = start(kept)?;
    let (events, incoming) = sync_channel(QUEUE);
    let epoch = epoch_of(&process);
    let keeper = Keeper {
        about: About {
            epoch: epoch.clone(),
            tab: kept.tab.clone(),
            title: kept.title.clone(),
            pid: pty.pid(),
            clients: 0,
            began_ms: kept.now_ms,
        },
        typed: threads(&mut pty, &socket, signals, &events, kept)
            .map_err(io_error("start the pane's threads"))?,
        pty,
        terminal: Terminal::new(),
        log,
        clients: Vec::new(),
        socket: Some(socket),
    };
    drop(events);
    listening(&epoch).map_err(io_error("say that the pane is there"))?;
    keeper.run(&incoming);
    Ok(())
}

fn start(kept: &Kept) -> Result<Pty, MuxError> {
    let Some((program, arguments)) = kept.argv.split_first() else {
        return Err(io_error("start the program")(io::ErrorKind::InvalidInput.into()));
    };
    let path = kept.environment.iter().find(|(name, _)| name == "PATH");
    let path = path.map(|(_, value)| value.as_str()).unwrap_or_default();
    let command = Cmd::new(program, &kept.dir, path)
        .args(arguments)
        .envs(&kept.environment)
        .env("TERM", "xterm-256color")
        .env("COLORTERM", "truecolor");
    command.in_pty(SIZE).map_err(|source| MuxError::Exec { mux: MuxKind::Headless, source })
}

/// What the owner of the terminal hears.
enum Event {
    /// The program wrote.
    Shown(Vec<u8>),
    /// Nobody can write to the terminal any more.
    Silent,
    /// The program ended.
    Ended,
    /// Somebody asks.
    Asked { client: u64, request: Request, answer: SyncSender<Reply> },
    /// Somebody who could ask is gone.
    Left { client: u64 },
    /// The pane is to end.
    Close,
}

/// Somebody who looks at the terminal.
struct Client {
    id: u64,
    to: SyncSender<Reply>,
    /// It missed something, and is shown the whole when it has caught up.
    behind: bool,
}

struct Keeper {
    about: About,
    pty: Pty,
    typed: SyncSender<Vec<u8>>,
    terminal: Terminal,
    log: Option<Log>,
    clients: Vec<Client>,
    /// Absent once the pane is to end: nobody finds it any more.
    socket: Option<Socket>,
}

impl Keeper {
    fn run(mut self, incoming: &Receiver<Event>) {
        let mut deadline: Option<Instant> = None;
        let (mut ended, mut silent) = (false, false);
        while !(ended && silent) {
            let event = match next(incoming, deadline) {
                Ok(event) => event,
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            };
            match event {
                Event::Shown(bytes) => self.show(&bytes),
                Event::Silent => silent = true,
                Event::Ended => {
                    ended = true;
                    deadline = Instant::now().checked_add(DRAIN);
                }
                Event::Left { client } => self.clients.retain(|known| known.id != client),
                Event::Asked { client, request, answer } => {
                    // Whoever is told that it is closed does not find it any more.
                    if request == Request::Close && self.close() {
                        deadline = Instant::now().checked_add(CLOSING);
                    }
                    // Whoever does not read its answers goes without.
                    drop(answer.try_send(self.answer(client, request, &answer)));
                }
                Event::Close => {
                    if self.close() {
                        deadline = Instant::now().checked_add(CLOSING);
                    }
                }
            }
            self.catch_up();
        }
        self.part(incoming);
    }

    /// Tells those who look, and waits until they know.
    fn part(mut self, incoming: &Receiver<Event>) {
        drop(self.socket.take());
        for client in &self.clients {
            drop(client.to.try_send(Reply::Ended));
        }
        let deadline = Instant::now().checked_add(PARTING);
        while !self.clients.is_empty() {
            match next(incoming, deadline) {
                Ok(Event::Left { client }) => self.clients.retain(|known| known.id != client),
                Ok(_) => {}
                Err(_) => return,
            }
        }
    }

    fn show(&mut self, bytes: &[u8]) {
        if let Some(log) = &mut self.log {
            log.write(bytes);
        }
        let answers = self.terminal.show(bytes);
        // The terminal of somebody who looks answers for itself.
        if self.clients.is_empty() && !answers.is_empty() {
            drop(self.typed.try_send(answers));
        }
        let shown = encode(bytes);
        for client in self.clients.iter_mut().filter(|client| !client.behind) {
            client.behind = client.to.try_send(Reply::Output { bytes: shown.clone() }).is_err();
        }
    }

    /// Shows the whole to those who missed something.
    fn catch_up(&mut self) {
        let behind = self.clients.iter_mut().filter(|client| client.behind);
        for client in behind {
            let redraw = Reply::Output { bytes: encode(&self.terminal.redraw()) };
            client.behind = matches!(client.to.try_send(redraw), Err(TrySendError::Full(_)));
        }
    }

    fn answer(&mut self, client: u64, request: Request, answer: &SyncSender<Reply>) -> Reply {
        match request {
            Request::About => Reply::About(About {
                clients: u32::try_from(self.clients.len()).unwrap_or(u32::MAX),
                ..self.about.clone()
            }),
            Request::Screen { full } => Reply::Screen { text: self.terminal.text(full) },
            Request::Write { bytes } => match decode(&bytes) {
                Ok(bytes) => self.write(bytes),
                Err(err) => Reply::Refused { why: err.to_string() },
            },
            Request::Paste { text } => self.write(self.terminal.pasted(&text)),
            Request::Resize { rows, columns } => self.resize(Size { rows, columns }),
            Request::Attach { rows, columns } => {
                let resized = self.resize(Size { rows, columns });
                self.clients.retain(|known| known.id != client);
                // The whole comes after the answer.
                self.clients.push(Client { id: client, to: answer.clone(), behind: true });
                resized
            }
            Request::Start { .. } => Reply::Refused { why: "that is answered elsewhere".to_owned() },
            Request::Close => Reply::Done,
        }
    }

    fn write(&self, bytes: Vec<u8>) -> Reply {
        match self.typed.try_send(bytes) {
            Ok(()) => Reply::Done,
            Err(_) => Reply::Refused { why: "its program does not read what is typed".to_owned() },
        }
    }

    fn resize(&mut self, size: Size) -> Reply {
        if size.rows == 0 || size.columns == 0 {
            return Reply::Done;
        }
        self.terminal.resize(size);
        match self.pty.resize(size) {
            Ok(()) => Reply::Done,
            Err(err) => Reply::Refused { why: err.to_string() },
        }
    }

    /// Hangs the terminal up; tells whether nobody did before.
    fn close(&mut self) -> bool {
        let was_open = self.socket.take().is_some();
        if was_open {
            self.pty.hang_up();
        }
        was_open
    }
}

fn next(incoming: &Receiver<Event>, deadline: Option<Instant>) -> Result<Event, RecvTimeoutError> {
    match deadline {
        Some(deadline) => incoming.recv_timeout(deadline.saturating_duration_since(Instant::now())),
        None => incoming.recv().map_err(|_nobody| RecvTimeoutError::Disconnected),
    }
}

/// Starts everything that waits on behalf of the owner, and returns where to put what is typed.
fn threads(
    pty: &mut Pty,
    socket: &Socket,
    mut signals: Signals,
    events: &SyncSender<Event>,
    kept: &Kept,
) -> io::Result<SyncSender<Vec<u8>>> {
    let (reader, writer) = (pty.reader()?, pty.writer()?);
    let (typed, to_type) = sync_channel(QUEUE);
    let tell = events.clone();
    thread("shown", move || read_terminal(reader, &tell))?;
    thread("typed", move || write_terminal(writer, &to_type))?;
    if let Some(wait) = pty.take_wait() {
        let tell = events.clone();
        thread("ended", move || {
            drop_logged(wait(), "wait for the program");
            drop(tell.send(Event::Ended));
        })?;
    }
    let tell = events.clone();
    thread("signalled", move || {
        // A hang-up is about the terminal of whoever started us.
        while let Ok(notice) = signals.wait(None) {
            if notice == Some(Notice::Terminate) && tell.send(Event::Close).is_err() {
                return;
            }
        }
    })?;
    let (listener, tell, exe) = (socket.listener.try_clone()?, events.clone(), Arc::new(kept.exe.clone()));
    thread("asked", move || {
        for (client, stream) in (0..).zip(listener.incoming()) {
            let (tell, exe) = (tell.clone(), Arc::clone(&exe));
            let served =
                stream.and_then(|stream| thread("client", move || serve(client, stream, &tell, &exe)));
            drop_logged(served, "serve a client");
        }
    })?;
    Ok(typed)
}

fn thread(name: &str, act: impl FnOnce() + Send + 'static) -> io::Result<()> {
    // Small: there is one keeper for each agent.
    std::thread::Builder::new().name(name.to_owned()).stack_size(256 << 10).spawn(act).map(drop)
}

fn read_terminal(mut reader: Box<dyn Read + Send>, events: &SyncSender<Event>) {
    let mut chunk = vec![0; CHUNK];
    loop {
        match reader.read(&mut chunk) {
            Err(err) if err.kind() == io::ErrorKind::Interrupted => {}
            Ok(0) | Err(_) => break,
            Ok(count) => {
                let shown = chunk.get(..count).unwrap_or_default().to_vec();
                if events.send(Event::Shown(shown)).is_err() {
                    return;
                }
            }
        }
    }
    drop(events.send(Event::Silent));
}

fn write_terminal(mut writer: Box<dyn Write + Send>, to_type: &Receiver<Vec<u8>>) {
    for bytes in to_type {
        drop_logged(writer.write_all(&bytes).and_then(|()| writer.flush()), "type into a terminal");
    }
    // Dropped, it would type an end of input.
    std::mem::forget(writer);
}

/// Reads what one client asks, until it is gone.
fn serve(client: u64, stream: UnixStream, events: &SyncSender<Event>, exe: &Utf8Path) {
    let (answer, replies) = sync_channel(QUEUE);
    let answered = stream.try_clone().and_then(|stream| {
        thread("answers", move || {
            for reply in replies {
                if say(&stream, &reply).is_err() {
                    return;
                }
            }
        })
    });
    if answered.is_ok() {
        let mut input = BufReader::new(stream);
        while let Ok(Some(request)) = hear(&mut input) {
            // It takes a while, for which the terminal is not to stand still.
            let sent = if let Request::Start { arguments, dir, environment } = &request {
                let started = start_keeper(exe, arguments, Utf8Path::new(dir), environment);
                let reply = started.map_or_else(
                    |err| Reply::Refused { why: crate::explain(&err) },
                    |epoch| Reply::Started { epoch },
                );
                answer.send(reply).is_ok()
            } else {
                events.send(Event::Asked { client, request, answer: answer.clone() }).is_ok()
            };
            if !sent {
                break;
            }
        }
    }
    drop(events.send(Event::Left { client }));
}

/// A socket that listens; gone when dropped.
struct Socket {
    path: Utf8PathBuf,
    listener: UnixListener,
}

impl Socket {
    /// Whoever finds it at its place can connect.
    fn listen(path: &Utf8Path) -> io::Result<Self> {
        let beside = Utf8PathBuf::from(format!("{path}+"));
        let listener = UnixListener::bind(&beside)?;
        std::fs::rename(&beside, path)?;
        Ok(Self { path: path.to_owned(), listener })
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        drop_logged(place::remove(&self.path), "remove the pane's socket");
    }
}
