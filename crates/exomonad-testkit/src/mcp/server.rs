//! One server process as the bridge sees it: who waits for what it says.
//!
//! Rule: nothing it says is made up, dropped or changed. A message that nobody asked for is kept as a stray.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use serde_json::{Value, json};

use crate::process::{End, Live, Run};

const SUBSCRIPTION: &str = "io.modelcontextprotocol/subscriptionId";

/// What a client that waits gets to know.
#[derive(Debug)]
pub(super) enum Event {
    /// The server said this before the answer.
    Notice(Value),
    /// The answer, which is the last.
    Answer(Value),
    /// The server ended without an answer.
    Gone,
    /// The client itself no longer waits.
    Left,
}

/// How many clients the server has, which is whether their ids can collide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clients {
    /// One, with a handshake.
    One,
    /// Any number that know nothing of each other: each request gets an id and a progress token of its own.
    Many,
}

#[derive(Debug)]
pub(super) struct Server {
    clients: Clients,
    live: Mutex<Option<Live>>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    asked: u64,
    gone: bool,
    /// By the id that the server knows, as JSON.
    waiting: BTreeMap<String, Waiting>,
    /// The stream that a client opened for what belongs to no request.
    stream: Option<Sender<Event>>,
    /// What belongs to no request and came before there was a stream.
    held: Vec<Value>,
    strays: Vec<String>,
}

/// One request, in the client's own words.
#[derive(Debug)]
struct Waiting {
    number: u64,
    id: Value,
    token: Option<Token>,
    events: Sender<Event>,
}

#[derive(Debug)]
struct Token {
    told: Value,
    own: Value,
}

impl Server {
    pub(super) fn start(run: Run, clients: Clients) -> Self {
        let (live, lines) = run.start();
        let state = Arc::new(Mutex::new(State::default()));
        let heard = Arc::clone(&state);
        thread::spawn(move || hear(&heard, &lines, clients));
        Self { clients, live: Mutex::new(Some(live)), state }
    }

    /// Sends a request; `events` hears what comes of it. Returns the id that the server knows it by.
    pub(super) fn ask(&self, mut message: Value, events: Sender<Event>) -> Value {
        let id = message.get("id").cloned().unwrap_or_default();
        let told = {
            let mut state = lock(&self.state);
            state.asked += 1;
            let number = state.asked;
            let told = self.own_name(&id, number);
            let own = message.pointer("/params/_meta/progressToken").cloned();
            let token = own.map(|own| Token { told: self.own_name(&own, number), own });
            if let (Some(token), Some(place)) = (&token, message.pointer_mut("/params/_meta/progressToken")) {
                *place = token.told.clone();
            }
            if state.gone {
                drop(events.send(Event::Gone));
            }
            state.waiting.insert(told.to_string(), Waiting { number, id, token, events });
            told
        };
        if let Some(place) = message.get_mut("id") {
            *place = told.clone();
        }
        self.tell(&message);
        told
    }

    /// Sends what is not answered.
    pub(super) fn tell(&self, message: &Value) {
        if let Some(live) = lock(&self.live).as_mut() {
            // A server that reads no more has ended or will: whoever waits hears it from the other side.
            drop(live.say(&message.to_string()));
        }
    }

    /// Tells the server that the client closed the stream of a request, which cancels it where there is no session.
    pub(super) fn cancel(&self, told: &Value) {
        if self.clients == Clients::Many && lock(&self.state).waiting.contains_key(&told.to_string()) {
            let params = json!({"requestId": told});
            self.tell(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params}));
        }
    }

    /// Sends what belongs to no request to this client.
    pub(super) fn listen(&self, events: Sender<Event>) {
        let mut state = lock(&self.state);
        for message in std::mem::take(&mut state.held) {
            drop(events.send(Event::Notice(message)));
        }
        state.stream = Some(events);
    }

    /// Ends it, and returns what was wrong with it.
    pub(super) fn finish(&self) -> Vec<String> {
        let live = lock(&self.live).take();
        let ended = live.map(Live::finish).filter(|output| output.end != End::Code(0));
        let mut wrong = std::mem::take(&mut lock(&self.state).strays);
        wrong.extend(ended.map(|output| format!("the server did not end well\n{output}")));
        wrong
    }

    /// A name that no other client uses, of the same JSON type.
    fn own_name(&self, name: &Value, number: u64) -> Value {
        match (self.clients, name) {
            (Clients::Many, Value::String(text)) => format!("{text}-{number}").into(),
            (Clients::Many, Value::Number(_)) => number.into(),
            _ => name.clone(),
        }
    }
}

fn hear(state: &Mutex<State>, lines: &Receiver<String>, clients: Clients) {
    for line in lines {
        let mut state = lock(state);
        match serde_json::from_str::<Value>(&line) {
            Ok(message) if message.get("method").is_some() => state.pass_on(message, clients),
            Ok(message) => state.answer(message),
            Err(_) => state.strays.push(format!("no JSON: {line}")),
        }
    }
    let mut state = lock(state);
    state.gone = true;
    for waiting in std::mem::take(&mut state.waiting).into_values() {
        drop(waiting.events.send(Event::Gone));
    }
}

impl State {
    fn answer(&mut self, mut message: Value) {
        let id = message.get("id").cloned().unwrap_or_default();
        let Some(waiting) = self.waiting.remove(&id.to_string()) else {
            self.strays.push(format!("an answer that nobody waits for: {message}"));
            return;
        };
        if let Some(place) = message.get_mut("id") {
            *place = waiting.id;
        }
        drop(waiting.events.send(Event::Answer(message)));
    }

    fn pass_on(&mut self, mut message: Value, clients: Clients) {
        let token = message.pointer("/params/progressToken").cloned();
        let subscription = message.pointer("/params/_meta").and_then(|meta| meta.get(SUBSCRIPTION)).cloned();
        let (events, place, own) = if let Some(token) = token {
            let asked = self.waiting.values().find_map(|waiting| {
                waiting.token.as_ref().filter(|known| known.told == token).map(|known| (waiting, known))
            });
            let Some((waiting, known)) = asked else {
                self.strays.push(format!("progress that nobody waits for: {message}"));
                return;
            };
            (waiting.events.clone(), "/params/progressToken".to_owned(), known.own.clone())
        } else if let Some(subscription) = subscription {
            let Some(waiting) = self.waiting.get(&subscription.to_string()) else {
                self.strays.push(format!("news for a subscription that is not: {message}"));
                return;
            };
            let place = format!("/params/_meta/{}", SUBSCRIPTION.replace('/', "~1"));
            (waiting.events.clone(), place, waiting.id.clone())
        } else {
            return self.pass_on_unasked(message, clients);
        };
        if let Some(place) = message.pointer_mut(&place) {
            *place = own;
        }
        drop(events.send(Event::Notice(message)));
    }

    /// A session has a stream for it, or else its newest request; without a session it has no place.
    fn pass_on_unasked(&mut self, message: Value, clients: Clients) {
        let newest =
            self.waiting.values().max_by_key(|waiting| waiting.number).map(|waiting| &waiting.events);
        match (clients, self.stream.as_ref().or(newest)) {
            (Clients::Many, _) => self.strays.push(format!("a message that nobody asked for: {message}")),
            (Clients::One, Some(events)) => drop(events.send(Event::Notice(message))),
            (Clients::One, None) => self.held.push(message),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("nobody panicked with the lock")
}
