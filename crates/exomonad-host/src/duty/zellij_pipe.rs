//! Gives each event to a pipe of the project's zellij session, for those who script it.
//!
//! Rules: it is a feed of what happens now, not a record; what a plugin does not take in time is skipped and counted, so that
//! nobody waits for it. Whoever must miss nothing reads the log: every line has its event's id.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Duty, DutyError};
use crate::agent::Site;
use crate::mux;
use crate::store::{EventFilter, event_line};

/// How long zellij may take for the lines of one call: half a second for a few hundred, measured with 0.45.1. One that takes
/// longer waits for a plugin that keeps the pipe.
const LIMIT: Duration = Duration::from_secs(5);

/// The most events of one call.
const BATCH: u32 = 500;

/// How long it rests after lines that were not taken.
const AFTER_SKIPPING: Duration = Duration::from_secs(5);

/// How long it rests when it waits for nothing but a change of the database.
const REST: Duration = Duration::from_secs(3600);

/// The duty.
#[derive(Debug)]
pub(super) struct ZellijPipe {
    site: Site,
    pipe: String,
    /// The last event that was given, or skipped; nothing, before the first look.
    after: Option<u64>,
    /// So many events were skipped since the last one that was taken.
    skipped: u64,
    /// Lines were not taken, and zellij is left alone until then.
    resting: Option<Instant>,
}

impl ZellijPipe {
    /// The duty, where a pipe is configured.
    pub(super) fn of(site: &Site) -> Option<Self> {
        let pipe = site.config.events.zellij_pipe.clone()?;
        Some(Self { site: site.clone(), pipe, after: None, skipped: 0, resting: None })
    }

    /// The lines, the first of which says how many events are missing before it.
    fn lines(&self, events: &[crate::contract::Event]) -> String {
        let mut lines: String = events.iter().map(|event| format!("{}\n", event_line(event))).collect();
        if self.skipped > 0 {
            let missing: Value = json!({ "schema": 1, "kind": "skipped", "count": self.skipped });
            lines.insert_str(0, &format!("{missing}\n"));
        }
        lines
    }
}

impl Duty for ZellijPipe {
    fn name(&self) -> &'static str {
        "zellij-pipe"
    }

    fn go(&mut self) -> Result<Duration, DutyError> {
        let left = self.resting.map(|until| until.saturating_duration_since(Instant::now()));
        if let Some(left) = left.filter(|left| !left.is_zero()) {
            return Ok(left);
        }
        self.resting = None;
        let store = &self.site.store;
        let after = match self.after {
            Some(after) => after,
            None => *self.after.insert(store.newest_event_id()?),
        };
        let events = store.first_events(&EventFilter { after, ..EventFilter::default() }, BATCH)?;
        let Some(last) = events.last().map(|event| event.id) else { return Ok(REST) };
        self.after = Some(last);
        let Some(address) = store.terminal()? else { return Ok(Duration::ZERO) };
        let lines = self.lines(&events);
        match mux::pipe(&address, &self.site.surroundings, &self.pipe, &lines, LIMIT) {
            Ok(_) => {
                self.skipped = 0;
                Ok(Duration::ZERO)
            }
            Err(err) => {
                self.skipped += u64::try_from(events.len()).unwrap_or(u64::MAX);
                let why = crate::explain(&err);
                tracing::warn!(pipe = self.pipe, skipped = self.skipped, "events were not taken: {why}");
                self.resting = Instant::now().checked_add(AFTER_SKIPPING);
                Ok(AFTER_SKIPPING)
            }
        }
    }
}
