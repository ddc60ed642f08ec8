//! Lets clients that only speak HTTP test a server that only speaks on stdio.
//!
//! A client with a handshake gets a server of its own, found again by `mcp-session-id`; those without share one. The
//! bridge turns what a server says into HTTP and adds nothing: no check of its own, no answer of its own but for what
//! HTTP itself is asked, such as for a session that is not.

use std::collections::HashMap;
use std::io::{self, BufReader, ErrorKind};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::{fmt, thread};

use serde_json::Value;

use super::server::{Clients, Event, Server};
use crate::http::{self, Request, Response};
use crate::listener::Listener;
use crate::process::Run;

const VERSION: &str = "io.modelcontextprotocol/protocolVersion";
const SESSION: &str = "mcp-session-id";

/// A running bridge.
#[derive(Debug)]
pub struct Bridge {
    shared: Arc<Shared>,
    listener: Listener,
}

struct Shared {
    start: Box<dyn Fn() -> Run + Send + Sync>,
    sessions: Mutex<HashMap<String, Arc<Server>>>,
    /// The one for clients without a session.
    common: Mutex<Option<Arc<Server>>>,
    begun: AtomicU64,
    wrong: Mutex<Vec<String>>,
}

impl Bridge {
    /// Listens on a port of its own, and starts servers with `start`.
    #[must_use]
    pub fn start(start: impl Fn() -> Run + Send + Sync + 'static) -> Self {
        let shared = Arc::new(Shared {
            start: Box::new(start),
            sessions: Mutex::default(),
            common: Mutex::default(),
            begun: AtomicU64::new(0),
            wrong: Mutex::default(),
        });
        let serving = Arc::clone(&shared);
        Self { shared, listener: Listener::start(move |stream| serve(&serving, stream)) }
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/mcp", self.listener.address())
    }

    /// Ends all servers, and returns what was wrong with them: words that nobody asked for, a bad end.
    #[must_use]
    pub fn finish(mut self) -> Vec<String> {
        self.stop();
        std::mem::take(&mut *self.shared.wrong.lock().expect("lock the findings"))
    }

    fn stop(&mut self) {
        if !self.listener.stop() {
            return;
        }
        let sessions = std::mem::take(&mut *self.shared.sessions.lock().expect("lock the sessions"));
        let common = self.shared.common.lock().expect("lock the common server").take();
        for server in sessions.into_values().chain(common) {
            self.shared.end(&server);
        }
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        self.stop();
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

impl Shared {
    fn begin(&self) -> (String, Arc<Server>) {
        let name = format!("session-{}", self.begun.fetch_add(1, Ordering::SeqCst));
        let server = Arc::new(Server::start((self.start)(), Clients::One));
        self.sessions.lock().expect("lock the sessions").insert(name.clone(), Arc::clone(&server));
        (name, server)
    }

    fn session(&self, name: &str) -> Option<Arc<Server>> {
        self.sessions.lock().expect("lock the sessions").get(name).cloned()
    }

    fn common(&self) -> Arc<Server> {
        let mut common = self.common.lock().expect("lock the common server");
        Arc::clone(common.get_or_insert_with(|| Arc::new(Server::start((self.start)(), Clients::Many))))
    }

    fn end(&self, server: &Server) {
        let wrong = server.finish();
        self.wrong.lock().expect("lock the findings").extend(wrong);
    }
}

fn serve(shared: &Shared, stream: &TcpStream) {
    match talk(shared, stream) {
        Ok(()) => {}
        // A client that has what it wants leaves without a word.
        Err(err) if matches!(err.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe) => {}
        Err(err) if matches!(err.kind(), ErrorKind::UnexpectedEof | ErrorKind::NotConnected) => {}
        Err(err) => panic!("failed to talk to a client: {err}"),
    }
}

fn talk(shared: &Shared, stream: &TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    let Some(mut request) = http::read(&mut reader)? else { return Ok(()) };
    request.last = true;
    let session = request.header(SESSION).map(|name| (name.to_owned(), shared.session(name)));
    match (request.method.as_str(), session) {
        (_, Some((_, None))) => say(stream, &request, 404, "no such session"),
        ("POST", session) => post(shared, stream, &request, session.and_then(|(_, server)| server)),
        ("GET", Some((_, Some(server)))) => {
            let (send, events) = mpsc::channel();
            watch(stream, send.clone())?;
            server.listen(send);
            http::begin_events(&mut &*stream, &[])?;
            stream_events(stream, &events)
        }
        ("DELETE", Some((name, Some(server)))) => {
            shared.sessions.lock().expect("lock the sessions").remove(&name);
            shared.end(&server);
            say(stream, &request, 200, "")
        }
        _ => say(stream, &request, 405, "not here"),
    }?;
    stream.shutdown(Shutdown::Both)
}

fn post(
    shared: &Shared,
    stream: &TcpStream,
    request: &Request,
    session: Option<Arc<Server>>,
) -> io::Result<()> {
    let Ok(message) = serde_json::from_slice::<Value>(&request.body) else {
        return say(stream, request, 400, "the body is not JSON");
    };
    let method = message.get("method").and_then(Value::as_str);
    let describes_itself = message.pointer("/params/_meta").is_some_and(|meta| meta.get(VERSION).is_some());
    let opening = method == Some("initialize") && !describes_itself;
    let stateless = session.is_none() && !opening;
    let (name, server) = match session {
        Some(server) => (None, server),
        None if opening => {
            let (name, server) = shared.begin();
            (Some(name), server)
        }
        None => (None, shared.common()),
    };
    if method.is_none() || message.get("id").is_none() {
        server.tell(&message);
        return say(stream, request, 202, "");
    }
    let (send, events) = mpsc::channel();
    watch(stream, send.clone())?;
    let told = server.ask(message, send);
    let headers: Vec<_> = name.iter().map(|name| (SESSION, name.as_str())).collect();
    match events.recv() {
        Ok(Event::Answer(answer)) => {
            let status = if stateless { status(&answer) } else { 200 };
            let response = Response { status, content_type: "application/json", body: answer.to_string() };
            http::write_with(&mut &*stream, request, &response, &headers)
        }
        Ok(Event::Notice(notice)) => {
            http::begin_events(&mut &*stream, &headers)?;
            http::write_event(&mut &*stream, &notice.to_string())?;
            let streamed = stream_events(stream, &events);
            server.cancel(&told);
            streamed
        }
        Ok(Event::Left) => {
            server.cancel(&told);
            Ok(())
        }
        Ok(Event::Gone) | Err(_) => say(stream, request, 502, "the server ended"),
    }
}

/// Writes what comes, up to the answer.
fn stream_events(stream: &TcpStream, events: &Receiver<Event>) -> io::Result<()> {
    loop {
        match events.recv() {
            Ok(Event::Notice(message)) => http::write_event(&mut &*stream, &message.to_string())?,
            Ok(Event::Answer(message)) => return http::write_event(&mut &*stream, &message.to_string()),
            Ok(Event::Gone | Event::Left) | Err(_) => return Ok(()),
        }
    }
}

/// Tells `events` when the client closes its side.
fn watch(stream: &TcpStream, events: Sender<Event>) -> io::Result<()> {
    let stream = stream.try_clone()?;
    thread::spawn(move || {
        // It sends nothing more on this connection: what wakes us is its end.
        if stream.peek(&mut [0]).is_ok_and(|bytes| bytes == 0) {
            drop(events.send(Event::Left));
        }
    });
    Ok(())
}

/// HTTP's word for an answer outside a session; in one, every answer is a 200.
fn status(answer: &Value) -> u16 {
    match answer.pointer("/error/code").and_then(Value::as_i64) {
        Some(-32601) => 404,
        Some(-32600 | -32602 | -32020 | -32021 | -32022) => 400,
        _ => 200,
    }
}

fn say(stream: &TcpStream, request: &Request, status: u16, text: &str) -> io::Result<()> {
    let response = Response { status, content_type: "text/plain", body: text.to_owned() };
    http::write(&mut &*stream, request, &response)
}
