//! Does what takes a while, on a thread of its own, one thing after the other: stops, merges, messages, looks at a terminal.
//!
//! Rule: while a program has the terminal, nothing is done here, for its end could be taken for that of another one.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use exomonad_host::agent::{AgentName, Site};

use super::ears::{Heard, Teller};
use super::note::Note;
use crate::commands::send::send;
use crate::commands::{pr, screen, stop};
use crate::env::Env;

/// How often a terminal is looked at that is shown: it tells nobody of its changes.
const LOOK: Duration = Duration::from_secs(1);

/// Something to do.
#[derive(Debug)]
pub(super) enum Job {
    /// Looks at an agent's terminal again and again, or at none.
    Watch(Option<AgentName>),
    Stop(AgentName),
    Merge(u64),
    Send(AgentName, String),
    /// Says that everything before it is done.
    Rest(Sender<()>),
}

/// Whoever does it.
#[derive(Debug)]
pub(super) struct Hands {
    jobs: Sender<Job>,
    watched: Option<AgentName>,
}

impl Hands {
    pub(super) fn start(env: &Env, site: &Site, tell: Teller) -> io::Result<Self> {
        let (jobs, orders) = channel();
        let worker = Worker { env: env.clone(), site: site.clone(), tell, orders };
        std::thread::Builder::new().name("hands".to_owned()).spawn(move || worker.work())?;
        Ok(Self { jobs, watched: None })
    }

    /// Gives them something to do; tells whether they are there.
    pub(super) fn give(&self, job: Job) -> bool {
        self.jobs.send(job).is_ok()
    }

    /// Looks at an agent's terminal from now on.
    pub(super) fn watch(&mut self, name: Option<&AgentName>) {
        if self.watched.as_ref() != name {
            self.watched = name.cloned();
            self.give(Job::Watch(self.watched.clone()));
        }
    }

    /// Waits until nothing is being done.
    pub(super) fn rest(&mut self) {
        self.watch(None);
        let (done, is_done) = channel();
        if self.give(Job::Rest(done)) {
            // Nothing is ever said: that nobody could any more is the answer.
            is_done.iter().for_each(drop);
        }
    }
}

struct Worker {
    env: Env,
    site: Site,
    tell: Teller,
    orders: Receiver<Job>,
}

impl Worker {
    fn work(self) {
        let mut watched: Option<AgentName> = None;
        loop {
            let order = match &watched {
                Some(_) => self.orders.recv_timeout(LOOK),
                None => self.orders.recv().map_err(|_gone| RecvTimeoutError::Disconnected),
            };
            let goes_on = match order {
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => watched.as_ref().is_none_or(|name| self.look(name)),
                Ok(Job::Watch(name)) => {
                    watched = name;
                    watched.as_ref().is_none_or(|name| self.look(name))
                }
                Ok(Job::Stop(name)) => self.tell.tell(Heard::Done(stop_one(&self.site, name))),
                Ok(Job::Merge(number)) => self.tell.tell(Heard::Done(self.merge(number))),
                Ok(Job::Send(to, text)) => self.tell.tell(Heard::Done(self.send(&to, &text))),
                Ok(Job::Rest(done)) => {
                    drop(done);
                    true
                }
            };
            if !goes_on {
                return;
            }
        }
    }

    fn look(&self, name: &AgentName) -> bool {
        let lines = screen::lines(&self.env, &self.site, name, false);
        self.tell.tell(Heard::Screen(name.clone(), lines.map_err(|err| words(&err))))
    }

    fn send(&self, to: &AgentName, text: &str) -> Note {
        match send(&self.env, &self.site.store, to, text, None) {
            Ok(message) => Note::good(format!("stored for {to}, from {}", message.from)),
            Err(err) => Note::bad(words(&err)),
        }
    }

    fn merge(&self, number: u64) -> Note {
        match pr::merge(&self.env, self.site.clone(), number) {
            Ok(result) => {
                let conflicts = match result.conflicts.is_empty() {
                    true => String::new(),
                    false => format!(": {}", result.conflicts.join(", ")),
                };
                let text = format!("#{number}: {}{conflicts}", result.message);
                if result.merged { Note::good(text) } else { Note::bad(text) }
            }
            Err(err) => Note::bad(format!("#{number}: {}", words(&err))),
        }
    }
}

fn stop_one(site: &Site, name: AgentName) -> Note {
    match stop::stop_one(site, name) {
        Ok(text) => Note::good(text),
        Err(text) => Note::bad(text),
    }
}

/// An error in one line.
pub(super) fn words(err: &anyhow::Error) -> String {
    format!("{err:#}")
}
