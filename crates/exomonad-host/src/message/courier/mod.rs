//! Wakes an agent that waits for a prompt while messages wait for it: a thread of its sidecar.
//!
//! Rules: of all sidecars of an agent one is its courier, and nobody else writes to its socket and its terminal. A message is
//! claimed before it is handed over, and counts as seen on evidence alone, which a hook finds. An agent at work is left to its
//! next hook, which costs it nothing; only where none comes for long is it told over its socket.

mod error;
mod pane;
mod pending;
mod round;
mod socket;
mod typed;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use self::error::CourierError;
use self::round::Round;
use crate::agent::{ProcessIdentity, Site};
use crate::drop_logged;
use crate::lease::Lease;
use crate::store::{AgentRow, Store};

/// How long it sleeps at most: a lock that becomes free rings no bell.
const LONGEST: Duration = Duration::from_secs(60);

/// How long it rests after a failure of its own.
const AFTER_FAILURE: Duration = Duration::from_secs(10);

/// The courier of one agent, for as long as this is kept.
#[derive(Debug)]
pub(crate) struct Courier {
    stop: Arc<AtomicBool>,
    store: Arc<Store>,
}

impl Courier {
    /// Starts it, where the system tells one process from another.
    pub(crate) fn start(site: Site, agent: AgentRow) -> Option<Self> {
        let holder = match ProcessIdentity::own() {
            Ok(holder) => holder,
            Err(err) => {
                tracing::warn!(%err, "nobody wakes this agent: the system does not say which process this is");
                return None;
            }
        };
        let (stop, store) = (Arc::new(AtomicBool::new(false)), Arc::clone(&site.store));
        let run = Run { stop: Arc::clone(&stop), round: Round::new(site, agent, holder) };
        let thread = thread::Builder::new().name("courier".to_owned()).spawn(move || run.run());
        drop_logged(thread, "start the courier");
        Some(Self { stop, store })
    }
}

impl Drop for Courier {
    /// It ends before it begins with another message.
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.store.changes().ring();
    }
}

struct Run {
    stop: Arc<AtomicBool>,
    round: Round,
}

impl Run {
    fn run(mut self) {
        let store = Arc::clone(&self.round.site.store);
        let watching = store.changes().watch();
        let mut lease = None;
        while !self.stop.load(Ordering::Relaxed) {
            let seen = watching.generation();
            let rest = match self.once(&mut lease) {
                Ok(rest) => rest,
                Err(err) => {
                    tracing::warn!(agent = %self.round.agent.name, "failed to wake the agent: {}", crate::explain(&err));
                    AFTER_FAILURE
                }
            };
            watching.wait(seen, rest);
        }
    }

    /// Does what there is to do now, and says after how long there may be more.
    fn once(&mut self, lease: &mut Option<Lease>) -> Result<Duration, CourierError> {
        if lease.is_none() {
            let dir = self.round.site.repository.state_dir().join("couriers");
            *lease = Lease::take(&dir, self.round.agent.name.as_str()).map_err(CourierError::Lease)?;
        }
        if lease.is_none() {
            return Ok(LONGEST);
        }
        self.round.go()
    }
}
