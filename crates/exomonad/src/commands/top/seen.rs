//! What `top` shows, loaded on a thread of its own whenever the database changes.

use std::collections::HashMap;
use std::time::Duration;

use exomonad_host::agent::{AgentView, Glance, Site, Tally, Tokens};
use exomonad_host::contract::Event;
use exomonad_host::explain;
use exomonad_host::store::{AgentState, EventFilter, Mail, MailFilter, RequestRow, Store, StoreError};

use super::ears::{Heard, Teller};
use crate::commands::project::{note_the_dead, now_ms};

/// How many of the newest messages and events are there to look at.
const MAIL: u32 = 200;
const EVENTS: u32 = 500;

/// The shortest time between two looks: nobody reads faster.
const REST: Duration = Duration::from_millis(250);

/// The longest: a process that is killed changes no database.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// The project at one moment.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) glance: Glance,
    /// What conversations took, by the agent's name; those whose harness does not tell are left out.
    pub(super) tokens: HashMap<String, Tokens>,
    /// The questions that somebody waits for, oldest first.
    pub(super) requests: Vec<RequestRow>,
    /// Oldest first.
    pub(super) mail: Vec<Mail>,
    /// Oldest first.
    pub(super) events: Vec<Event>,
}

impl Seen {
    fn load(store: &Store, tally: &mut Tally) -> Result<Self, StoreError> {
        let requests = store.open_requests()?.into_iter().filter(|row| !row.is_orphaned());
        Ok(Self {
            glance: Glance::take(store, now_ms())?,
            tokens: tally.count(&store.latest_records()?),
            requests: requests.collect(),
            mail: store.mail(&MailFilter { agent: None, acked: true }, MAIL)?,
            events: store.last_events(&EventFilter::default(), EVENTS)?,
        })
    }
}

/// Looks until nobody listens. Has the database to itself, so that it waits for none of our own writes.
pub(super) fn watch(site: Site, store: Store, tell: Teller) -> std::io::Result<()> {
    let look = move || {
        let (watching, mut tally) = (store.changes().watch(), Tally::default());
        note_the_dead(&site);
        loop {
            let generation = watching.generation();
            let heard = match Seen::load(&store, &mut tally) {
                Ok(seen) => {
                    if seen.glance.agents.iter().any(is_unnoted) {
                        note_the_dead(&site);
                    }
                    Heard::Seen(Box::new(seen))
                }
                Err(err) => Heard::Blind(explain(&err)),
            };
            if !tell.tell(heard) {
                return;
            }
            std::thread::park_timeout(REST);
            watching.wait(generation, LOOK_AGAIN);
        }
    };
    std::thread::Builder::new().name("look".to_owned()).spawn(look).map(drop)
}

/// Whether an agent ended and nobody wrote that down.
fn is_unnoted(view: &AgentView) -> bool {
    view.row.state == AgentState::Running && view.state == AgentState::Stopped && view.run.is_some()
}
