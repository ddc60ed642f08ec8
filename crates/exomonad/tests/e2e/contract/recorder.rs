//! Stands before the validator, and keeps what it says about requests.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;

/// What went through.
#[derive(Debug, Default)]
struct Seen {
    asked: Vec<String>,
    violations: Vec<String>,
}

/// A listener that passes each request on; its threads end with the test.
#[derive(Debug)]
pub(super) struct Recorder {
    port: u16,
    seen: Arc<Mutex<Seen>>,
}

impl Recorder {
    /// Passes on to a port.
    pub(super) fn start(to: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("listen on the loopback interface");
        let port = listener.local_addr().expect("a listener has an address").port();
        let seen = Arc::<Mutex<Seen>>::default();
        let kept = Arc::clone(&seen);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let seen = Arc::clone(&kept);
                thread::spawn(move || pass(client, to, &seen));
            }
        });
        Self { port, seen }
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Every request, as `METHOD path`.
    pub(super) fn asked(&self) -> Vec<String> {
        self.seen.lock().expect("nobody panicked with it").asked.clone()
    }

    /// What the validator found wrong with requests.
    pub(super) fn violations(&self) -> Vec<String> {
        self.seen.lock().expect("nobody panicked with it").violations.clone()
    }
}

/// Passes one request on, and its answer back. The connection ends with it.
fn pass(mut client: TcpStream, to: u16, seen: &Mutex<Seen>) {
    let mut exchanged = || -> io::Result<()> {
        let (head, body) = whole(&mut client)?;
        let line = head.lines().next().unwrap_or_default().trim_end_matches(" HTTP/1.1").to_owned();
        let mut server = TcpStream::connect(("127.0.0.1", to))?;
        let head = head.replacen("\r\n", "\r\nconnection: close\r\n", 1);
        server.write_all(head.as_bytes())?;
        server.write_all(&body)?;
        let mut answer = Vec::new();
        server.read_to_end(&mut answer)?;
        let text = String::from_utf8_lossy(&answer).into_owned();
        let found = violations(text.split("\r\n\r\n").next().unwrap_or_default());
        let mut seen = seen.lock().expect("nobody panicked with it");
        seen.violations.extend(found.into_iter().map(|found| format!("{line}: {found}")));
        seen.asked.push(line);
        drop(seen);
        client.write_all(&answer)
    };
    // A client that went away needs no answer.
    drop(exchanged());
}

/// A request's head with its empty line, and its body.
fn whole(client: &mut TcpStream) -> io::Result<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 8192];
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end + 4]).into_owned();
            let mut body = bytes.split_off(end + 4);
            let length = head
                .lines()
                .filter_map(|line| line.split_once(':'))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .map_or(0, |(_, value)| value.trim().parse().unwrap_or_default());
            while body.len() < length {
                let read = client.read(&mut buffer)?;
                if read == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                body.extend(&buffer[..read]);
            }
            return Ok((head, body));
        }
        let read = client.read(&mut buffer)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes.extend(&buffer[..read]);
    }
}

/// What the validator says in the head of an answer about the request.
fn violations(head: &str) -> Vec<String> {
    let said = head.lines().filter_map(|line| line.split_once(':'));
    let said = said.filter(|(name, _)| name.eq_ignore_ascii_case("sl-violations"));
    said.flat_map(|(_, value)| {
        let found: Vec<Value> = serde_json::from_str(value.trim()).expect("violations are a list");
        found.into_iter().filter(|one| one["location"][0] == "request").map(|one| one.to_string())
    })
    .collect()
}
