//! A client that looks at every byte.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use camino::Utf8PathBuf;
use exomonad_host::clock::Clock;
use exomonad_host::engine::GuestSource;
use exomonad_host::mcp::{ServeError, Server, Timetable};
use exomonad_host::tool::{Calls, Request, Toolbox};
use serde_json::{Value, json};

use crate::support::{NOW, TestProject, fixture, surroundings};

/// Longer than anything takes on a busy machine.
const LIMIT: Duration = Duration::from_secs(120);

/// An end that leaves nothing out, however busy the machine is: calls may go on as long as they want.
const PATIENT: Timetable = Timetable { finish: LIMIT, stop: LIMIT, give_up: LIMIT, rest: LIMIT };

/// The same, for calls that never end: they are stopped at once.
const STOPPING: Timetable = Timetable { finish: Duration::ZERO, ..PATIENT };

/// A session with a server of its own.
pub(crate) struct Session {
    input: Option<Box<dyn Write + Send>>,
    lines: Receiver<Value>,
    server: JoinHandle<Result<(), ServeError>>,
    next: i64,
}

/// The tools of the project's root agent, of the fixture guest.
pub(crate) fn toolbox(project: &TestProject) -> Toolbox {
    toolbox_of(project, &GuestSource::Loaded(Box::new(fixture().clone())))
}

fn toolbox_of(project: &TestProject, guest: &GuestSource) -> Toolbox {
    Toolbox::open(&Request {
        dir: project.root(),
        claimed: None,
        surroundings: &surroundings(),
        user_config: None,
        clock: Clock::new(|| NOW),
        guest,
        calls: Calls::Many,
    })
    .unwrap()
}

fn server(project: &TestProject, timetable: Timetable) -> Server {
    Server::new(toolbox(project)).ending_by(timetable)
}

impl Session {
    /// Over a pair of sockets, as Node gives its children.
    pub(crate) fn over_socket(project: &TestProject) -> Self {
        Self::on_socket(server(project, PATIENT))
    }

    /// As [`Session::over_socket`], with a server that stops calls when nothing more is asked.
    pub(crate) fn stopping_over_socket(project: &TestProject) -> Self {
        Self::on_socket(server(project, STOPPING))
    }

    /// Over two pipes, as most programs give their children.
    pub(crate) fn over_pipes(project: &TestProject) -> Self {
        Self::on_pipes(server(project, PATIENT))
    }

    /// As [`Session::over_pipes`], with a server that stops calls when nothing more is asked.
    pub(crate) fn stopping_over_pipes(project: &TestProject) -> Self {
        Self::on_pipes(server(project, STOPPING))
    }

    /// Over two pipes, with the tools of this guest.
    pub(crate) fn with_guest(project: &TestProject, guest: &GuestSource) -> Self {
        Self::on_pipes(Server::new(toolbox_of(project, guest)).ending_by(PATIENT))
    }

    /// Over two pipes, with a server that reloads its guest.
    pub(crate) fn reloading(project: &TestProject, file: Utf8PathBuf) -> Self {
        Self::on_pipes(server(project, PATIENT).reloaded_from(file))
    }

    fn on_socket(server: Server) -> Self {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let input: OwnedFd = theirs.try_clone().unwrap().into();
        Self::start(server, input, theirs.into(), ours.try_clone().unwrap(), SocketEnd(ours))
    }

    fn on_pipes(server: Server) -> Self {
        let (their_input, our_output) = std::io::pipe().unwrap();
        let (our_input, their_output) = std::io::pipe().unwrap();
        Self::start(server, their_input.into(), their_output.into(), our_input, our_output)
    }

    fn start(
        server: Server,
        input: OwnedFd,
        output: OwnedFd,
        read: impl Read + Send + 'static,
        write: impl Write + Send + 'static,
    ) -> Self {
        let server = std::thread::spawn(move || server.serve_on(input, output));
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(read).lines().map_while(Result::ok) {
                let message = serde_json::from_str(&line).unwrap_or_else(|err| panic!("{err}: {line}"));
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Self { input: Some(Box::new(write)), lines, server, next: 0 }
    }

    /// Opened by `initialize`.
    pub(crate) fn opened(project: &TestProject) -> Self {
        let mut session = Self::over_pipes(project);
        session.initialize("2025-06-18");
        session
    }

    pub(crate) fn initialize(&mut self, version: &str) -> Value {
        self.initialize_with(version, &json!({}))
    }

    /// As a client that can do these things.
    pub(crate) fn initialize_with(&mut self, version: &str, capabilities: &Value) -> Value {
        let client = json!({"name": "test", "version": "1"});
        let params = json!({"protocolVersion": version, "capabilities": capabilities, "clientInfo": client});
        let reply = self.request("initialize", &params);
        self.write(b"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n");
        reply
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes).unwrap();
        input.flush().unwrap();
    }

    pub(crate) fn send(&mut self, message: &Value) {
        self.write(format!("{message}\n").as_bytes());
    }

    /// Sends a request and returns its id.
    pub(crate) fn ask(&mut self, method: &str, params: &Value) -> i64 {
        self.next += 1;
        let id = self.next;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        id
    }

    pub(crate) fn ask_tool(&mut self, name: &str, arguments: &Value) -> i64 {
        self.ask("tools/call", &json!({"name": name, "arguments": arguments}))
    }

    /// Sends a request and returns its reply, which is the next message.
    pub(crate) fn request(&mut self, method: &str, params: &Value) -> Value {
        let id = self.ask(method, params);
        let reply = self.next();
        assert_eq!(reply["id"], id, "{reply}");
        reply
    }

    pub(crate) fn call(&mut self, name: &str, arguments: &Value) -> Value {
        self.request("tools/call", &json!({"name": name, "arguments": arguments}))
    }

    pub(crate) fn cancel(&mut self, id: i64) {
        self.send(
            &json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id}}),
        );
    }

    /// The next message.
    pub(crate) fn next(&mut self) -> Value {
        self.lines.recv_timeout(LIMIT).expect("the server says something")
    }

    /// The next messages, up to the one for which `last` holds.
    pub(crate) fn until(&mut self, last: impl Fn(&Value) -> bool) -> Vec<Value> {
        let mut messages = vec![self.next()];
        while !last(messages.last().unwrap()) {
            messages.push(self.next());
        }
        messages
    }

    /// Says that nothing more is asked, waits for the server's end, and returns what it said until then.
    pub(crate) fn close(mut self) -> Vec<Value> {
        self.input = None;
        self.server.join().unwrap().unwrap();
        self.lines.iter().collect()
    }
}

/// The client's end of a socket, which it can close for writing alone.
struct SocketEnd(UnixStream);

impl Write for SocketEnd {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

impl Drop for SocketEnd {
    fn drop(&mut self) {
        self.0.shutdown(Shutdown::Write).unwrap();
    }
}

/// What a result says in words.
pub(crate) fn text(reply: &Value) -> &str {
    reply["result"]["content"][0]["text"].as_str().unwrap_or_else(|| panic!("no text in {reply}"))
}
