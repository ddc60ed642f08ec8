//! Listens, says who asks, counts, and answers the same question twice without a body.

use std::collections::VecDeque;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::io::{self, BufReader};
use std::net::TcpStream;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

use serde_json::Value;

use super::answer::Answer;
use super::fault::{Fault, What};
use super::route::{Call, answer, decoded};
use super::time::now;
use super::world::{LIMIT, World};
use crate::http::{self, Request, Response};
use crate::listener::Listener;

/// A request that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Such as `GET`.
    pub method: String,
    /// Without the query, as it was written.
    pub path: String,
    /// What is behind the question mark.
    pub query: String,
    /// Names in lowercase.
    pub headers: Vec<(String, String)>,
    /// As it came.
    pub body: String,
    /// What it was answered with; 0: it was not answered.
    pub status: u16,
}

impl Asked {
    /// The first header of that name, which is in lowercase.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What the threads of a stand-in share.
#[derive(Debug)]
pub(super) struct Shared {
    world: Mutex<World>,
    faults: Mutex<VecDeque<Fault>>,
    asked: Mutex<Vec<Asked>>,
    /// How often everything that hung was let go.
    released: Mutex<u64>,
    let_go: Condvar,
}

impl Shared {
    pub(super) fn new(world: World) -> Self {
        Self {
            world: Mutex::new(world),
            faults: Mutex::default(),
            asked: Mutex::default(),
            released: Mutex::default(),
            let_go: Condvar::new(),
        }
    }

    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().expect("lock the stand-in's state")
    }

    pub(super) fn faults(&self) -> MutexGuard<'_, VecDeque<Fault>> {
        self.faults.lock().expect("lock the faults")
    }

    pub(super) fn asked(&self) -> MutexGuard<'_, Vec<Asked>> {
        self.asked.lock().expect("lock the requests")
    }

    pub(super) fn release(&self) {
        *self.released.lock().expect("lock the gate") += 1;
        self.let_go.notify_all();
    }

    fn hang(&self) {
        let released = self.released.lock().expect("lock the gate");
        let before = *released;
        drop(self.let_go.wait_while(released, |released| *released == before).expect("wait at the gate"));
    }

    /// The first fault that a request meets.
    fn fault(&self, method: &str, path: &str) -> Option<What> {
        let mut faults = self.faults();
        let place = faults.iter().position(|fault| fault.meets(method, path))?;
        faults.remove(place).map(|fault| fault.what)
    }
}

/// The API and the place of the logs, which has another address, as GitHub's has.
#[derive(Debug)]
pub(super) struct Server {
    shared: Arc<Shared>,
    api: Listener,
    _logs: Listener,
}

impl Server {
    pub(super) fn start(shared: &Arc<Shared>) -> Self {
        let (for_api, for_logs) = (Arc::clone(shared), Arc::clone(shared));
        let api = Listener::start(move |stream| converse(stream, |request| api_answer(&for_api, request)));
        let logs = Listener::start(move |stream| converse(stream, |request| log_answer(&for_logs, request)));
        let mut world = shared.world();
        world.url = format!("http://{}", api.address());
        world.log_url = format!("http://{}", logs.address());
        drop(world);
        Self { shared: Arc::clone(shared), api, _logs: logs }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.api.address())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.release();
    }
}

/// Answers one request after another, until the client leaves or there is no answer. What goes wrong with a connection is
/// the client's to notice.
fn converse(stream: &TcpStream, answer: impl Fn(&Request) -> Option<Answer>) {
    let talk = || -> io::Result<()> {
        let mut reader = BufReader::new(stream);
        let mut writer = stream;
        while let Some(request) = http::read(&mut reader)? {
            let Some(answer) = answer(&request) else { break };
            let headers: Vec<(&str, &str)> =
                answer.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let response =
                Response { status: answer.status, content_type: answer.content_type, body: answer.body };
            http::write_with(&mut writer, &request, &response, &headers)?;
            if request.last {
                break;
            }
        }
        Ok(())
    };
    drop(talk());
    drop(stream.shutdown(std::net::Shutdown::Both));
}

fn api_answer(shared: &Shared, request: &Request) -> Option<Answer> {
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let place = {
        let mut asked = shared.asked();
        asked.push(Asked {
            method: request.method.clone(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: request.headers().to_vec(),
            body: String::from_utf8_lossy(&request.body).into_owned(),
            status: 0,
        });
        asked.len() - 1
    };
    let answer = match shared.fault(&request.method, path) {
        Some(What::Answer(answer)) => Some(answer),
        Some(What::Cut) => None,
        Some(What::CutAfter) => {
            done(shared, request, path, query);
            None
        }
        Some(What::Hang) => {
            shared.hang();
            Some(done(shared, request, path, query))
        }
        None => Some(done(shared, request, path, query)),
    };
    if let (Some(answer), Some(asked)) = (&answer, shared.asked().get_mut(place)) {
        asked.status = answer.status;
    }
    answer
}

fn done(shared: &Shared, request: &Request, path: &str, query: &str) -> Answer {
    let mut world = shared.world();
    let token = request.header("authorization").and_then(|value| {
        let (kind, token) = value.split_once(' ')?;
        ["bearer", "token"].contains(&kind.to_ascii_lowercase().as_str()).then_some(token)
    });
    let Some(login) = token.and_then(|token| world.owner_of(token)) else {
        let message = if token.is_some() { "Bad credentials" } else { "Requires authentication" };
        return Answer::refusal(401, message);
    };
    if world.remaining == 0 {
        let answer = Answer::refusal(403, "API rate limit exceeded for user ID 1.");
        return counted(&mut world, answer);
    }
    let parts: Vec<String> = path.split('/').filter(|part| !part.is_empty()).map(decoded).collect();
    let parts = parts.strip_prefix(["api".to_owned(), "v3".to_owned()].as_slice()).unwrap_or(&parts);
    let query: Vec<(String, String)> = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect();
    let body: Value = match request.body.as_slice() {
        [] => Value::Null,
        bytes => match serde_json::from_slice(bytes) {
            Ok(body) => body,
            Err(_not_json) => return Answer::refusal(400, "Problems parsing JSON"),
        },
    };
    let url = format!("{}{path}", world.url);
    let call = Call {
        method: &request.method,
        path: parts,
        query: &query,
        body: &body,
        accept: request.header("accept").unwrap_or_default(),
        login: &login,
        url: &url,
    };
    let answer = answer(&mut world, &call);
    let answer =
        if request.method == "GET" && answer.status == 200 { tagged(request, answer) } else { answer };
    counted(&mut world, answer)
}

/// What did not change is answered without a body.
fn tagged(request: &Request, answer: Answer) -> Answer {
    let mut hasher = DefaultHasher::new();
    (&answer.body, &answer.headers).hash(&mut hasher);
    let tag = format!("W/\"{:016x}\"", hasher.finish());
    let known = request.header("if-none-match");
    let same = known.is_some_and(|known| known.split(',').any(|one| one.trim() == tag));
    let answer = if same { Answer { headers: answer.headers, ..Answer::empty(304) } } else { answer };
    answer.with("etag", tag)
}

/// An answer that says nothing new is free.
fn counted(world: &mut World, answer: Answer) -> Answer {
    if answer.status != 304 && world.remaining > 0 {
        world.remaining -= 1;
        world.spent += 1;
    }
    let used = LIMIT.saturating_sub(world.remaining);
    answer
        .with("x-ratelimit-limit", LIMIT.to_string())
        .with("x-ratelimit-remaining", world.remaining.to_string())
        .with("x-ratelimit-used", used.to_string())
        .with("x-ratelimit-reset", (now() + 3_600).to_string())
        .with("x-ratelimit-resource", "core")
        .with("x-github-request-id", "STAN:DIN")
}

/// Logs are for whoever has the address; a token that comes along is one that leaked.
fn log_answer(shared: &Shared, request: &Request) -> Option<Answer> {
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    if request.header("authorization").is_some() {
        return Some(Answer::text(401, "a token has no business here\n".to_owned()));
    }
    let id = path.rsplit('/').next().and_then(|id| id.parse::<u64>().ok());
    let log = id.filter(|_| query == "signature=once").and_then(|id| shared.world().logs.get(&id).cloned());
    Some(log.map_or_else(|| Answer::text(404, String::new()), |log| Answer::text(200, log)))
}
