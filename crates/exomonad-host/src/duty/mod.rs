//! What is done once for the whole project, by whichever sidecar holds the project's lease.
//!
//! Rules: each duty has a thread of its own, so that one that waits for somebody else's server keeps no other waiting; what a
//! duty has done is in the database, so that whoever holds the lease next goes on where it ended; nothing that an agent waits
//! for is a duty.

mod reactions;
mod stuck;
#[cfg(test)]
mod tests;
mod zellij_pipe;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use self::reactions::Reactions;
use self::stuck::Stuck;
use self::zellij_pipe::ZellijPipe;
use crate::agent::Site;
use crate::forge::{Conflicts, ForgeWatch};
use crate::lease::Lease;
use crate::store::Store;
use crate::tool::Toolbox;
use crate::ui::Desktop;
use crate::{drop_logged, telemetry};

/// How often a sidecar without the lease tries to take it: a lock that becomes free rings no bell.
const TRY: Duration = Duration::from_secs(5);

/// How long a duty rests after a failure.
const AFTER_FAILURE: Duration = Duration::from_secs(10);

/// How long changes of the database are gathered before they are looked at.
const TOGETHER: Duration = Duration::from_millis(100);

/// Why a duty was not done this time.
pub(crate) type DutyError = Box<dyn std::error::Error + Send + Sync>;

/// Something that is done again and again.
pub(crate) trait Duty: fmt::Debug + Send {
    /// Names its thread, and it in the log.
    fn name(&self) -> &'static str;

    /// Does what there is to do now, and says after how long there may be more even when the database does not change.
    ///
    /// # Errors
    /// It could not be done. It is tried again.
    fn go(&mut self) -> Result<Duration, DutyError>;
}

/// Every duty of the project. The guest of whoever holds the lease is the one that reacts to events.
fn all(site: &Site, toolbox: &Toolbox) -> Vec<Box<dyn Duty>> {
    let mut duties: Vec<Box<dyn Duty>> =
        vec![Box::new(ForgeWatch::new(site.clone())), Box::new(Conflicts::new(site.clone()))];
    duties.extend(Reactions::of(toolbox).map(|duty| Box::new(duty) as Box<dyn Duty>));
    duties.extend(Stuck::of(site).map(|duty| Box::new(duty) as Box<dyn Duty>));
    duties.extend(ZellijPipe::of(site).map(|duty| Box::new(duty) as Box<dyn Duty>));
    duties.extend(Desktop::of(site).map(|duty| Box::new(duty) as Box<dyn Duty>));
    duties.push(Box::new(telemetry::Exporting::new(site.clone())));
    duties
}

/// Makes the duties of a project, once the lease is held.
type Make = Box<dyn FnOnce(&Site) -> Vec<Box<dyn Duty>> + Send>;

/// This process's part in the project's duties, for as long as this is kept.
#[derive(Debug)]
pub(crate) struct Duties {
    end: End,
    /// Its loss wakes whoever waits for the lease.
    _here: Sender<()>,
}

impl Duties {
    /// Takes the lease as soon as it is free, and does the duties from then on.
    pub(crate) fn start(toolbox: &Toolbox) -> Self {
        let own = toolbox.clone();
        Self::start_with(toolbox.site(), Box::new(move |site| all(site, &own)))
    }

    fn start_with(site: Site, duties: Make) -> Self {
        let end = End { said: Arc::default(), store: Arc::clone(&site.store) };
        let (here, gone) = channel();
        let run = Run { site, duties, end: end.clone(), gone };
        let thread = thread::Builder::new().name("duties".to_owned()).spawn(move || run.run());
        drop_logged(thread, "start the project's duties");
        Self { end, _here: here }
    }
}

impl Drop for Duties {
    /// What is being done is not waited for: it may hang.
    fn drop(&mut self) {
        self.end.say();
    }
}

/// Says that all is to end.
#[derive(Debug, Clone)]
struct End {
    said: Arc<AtomicBool>,
    store: Arc<Store>,
}

impl End {
    fn say(&self) {
        self.said.store(true, Ordering::Relaxed);
        self.store.changes().ring();
    }

    fn is_said(&self) -> bool {
        self.said.load(Ordering::Relaxed)
    }
}

struct Run {
    site: Site,
    duties: Make,
    end: End,
    gone: Receiver<()>,
}

impl Run {
    fn run(self) {
        let Some(_lease) = self.wait_for_lease() else { return };
        tracing::debug!("holds the project's lease");
        // All are made before the first begins: what one does is news to the others.
        let duties = (self.duties)(&self.site);
        let threads: Vec<_> =
            duties.into_iter().filter_map(|duty| begin(duty, &self.site.store, &self.end)).collect();
        // The lease is held until each of them has ended, so that no two processes do the same.
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!(
                    "a duty of the project panicked; it is done again by the next sidecar that holds the lease"
                );
            }
        }
    }

    fn wait_for_lease(&self) -> Option<Lease> {
        let dir = self.site.repository.state_dir().join("leases");
        loop {
            match Lease::take(&dir, "project") {
                Ok(Some(lease)) => return Some(lease),
                Ok(None) => {}
                Err(err) => tracing::warn!(%err, "failed to take the project's lease"),
            }
            match self.gone.recv_timeout(TRY) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(()) | Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    }
}

fn begin(mut duty: Box<dyn Duty>, store: &Arc<Store>, end: &End) -> Option<JoinHandle<()>> {
    let (store, end) = (Arc::clone(store), end.clone());
    let thread = thread::Builder::new().name(duty.name().to_owned()).spawn(move || {
        let watching = store.changes().watch();
        while !end.is_said() {
            let seen = watching.generation();
            let rest = duty.go().unwrap_or_else(|err| {
                tracing::warn!(duty = duty.name(), "failed, and is tried again: {}", crate::explain(&*err));
                AFTER_FAILURE
            });
            if rest.is_zero() || end.is_said() {
                continue;
            }
            if watching.wait(seen, rest) != seen {
                // Agents at work change much at once, and are not to wait for whoever looks at each change apart.
                thread::park_timeout(TOGETHER);
            }
        }
    });
    thread.map_err(|err| tracing::warn!(%err, "failed to start a duty")).ok()
}
