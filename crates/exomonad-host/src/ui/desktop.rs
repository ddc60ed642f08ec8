//! Shows on the user's desktop that they are needed, through `notify-send` where there is one.
//!
//! Rules: a reason is told once, and rather not at all than twice; what is old is no news; a desktop that does not answer is
//! left alone.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;

use crate::agent::{AgentName, Site};
use crate::contract::Event;
use crate::duty::{Duty, DutyError};
use crate::exec::{Cmd, ExecError};
use crate::mux::Sanitized;
use crate::store::{Doing, EventFilter, StoreError};
use crate::surroundings::Surroundings;

/// The events that mean that somebody is needed.
const KINDS: [&str; 3] = ["request.opened", "agent.stuck", "ui.notified"];

/// The most that is shown at once.
const BATCH: u32 = 20;

/// From when on a reason is no news any more.
const OLD_MS: u64 = 60_000;

/// How long the desktop may take.
const LIMIT: Duration = Duration::from_secs(3);

/// The longest time without a look.
const REST: Duration = Duration::from_secs(3600);

/// The most characters of a notice.
const CHARS: usize = 300;

/// Whether programs that are started here can show something on a desktop.
#[must_use]
pub fn has_desktop(surroundings: &Surroundings) -> bool {
    let is_set = |name: &str| surroundings.variable(name).is_some();
    // Over a network the desktop is not where the user is.
    !is_set("SSH_CONNECTION")
        && is_set("DBUS_SESSION_BUS_ADDRESS")
        && (is_set("DISPLAY") || is_set("WAYLAND_DISPLAY"))
}

/// The duty.
#[derive(Debug)]
pub(crate) struct Desktop {
    site: Site,
    /// The last event that was looked at; absent before the first look.
    seen: Option<u64>,
    /// Who waits for the person in its own terminal, and since when; absent before the first look.
    waiting: Option<BTreeSet<(String, u64)>>,
    /// There is nothing to show it with.
    is_gone: bool,
}

/// What is shown.
#[derive(Debug, PartialEq, Eq)]
struct Notice {
    title: String,
    text: String,
}

impl Desktop {
    /// The duty of a project whose user has a desktop and wants notices on it.
    pub(crate) fn of(site: &Site) -> Option<Self> {
        let is_wanted = site.config.notify.desktop && has_desktop(&site.surroundings);
        is_wanted.then(|| Self { site: site.clone(), seen: None, waiting: None, is_gone: false })
    }

    fn news(&mut self) -> Result<Vec<Event>, StoreError> {
        let store = &self.site.store;
        let newest = store.newest_event_id()?;
        let seen = match self.seen {
            Some(seen) => seen,
            None => match store.noticed()? {
                Some(noticed) => noticed,
                // What was before the project had this duty is no news.
                None => {
                    store.set_noticed(newest)?;
                    newest
                }
            },
        };
        self.seen = Some(newest.max(seen));
        if newest <= seen {
            return Ok(Vec::new());
        }
        let filter =
            EventFilter { kinds: KINDS.map(str::to_owned).into(), after: seen, ..EventFilter::default() };
        let mut events = store.last_events(&filter, BATCH)?;
        let now_ms = self.site.clock.now_ms();
        events.retain(|event| event.id <= newest && now_ms.saturating_sub(event.time_ms) < OLD_MS);
        Ok(events)
    }

    /// Those that wait for the person in their own terminals and did not before: an open dialog, or a lead without a prompt.
    fn newly_waiting(&mut self) -> Result<Vec<Notice>, StoreError> {
        let root = AgentName::root();
        let activities = self.site.store.waiting_activities()?;
        let wanted = activities.into_iter().filter_map(|(agent, now)| {
            let text = match now.doing {
                Doing::Asking => "a dialog is open",
                Doing::Idle if agent == root.as_str() => "its turn has ended",
                Doing::Idle | Doing::Working | Doing::Ended => return None,
            };
            Some(((agent, now.since_ms), text))
        });
        let wanted: BTreeMap<_, _> = wanted.collect();
        let before = self.waiting.replace(wanted.keys().cloned().collect());
        let is_new = |key: &(String, u64)| before.as_ref().is_some_and(|before| !before.contains(key));
        let new = wanted.into_iter().filter(|(key, _)| is_new(key));
        Ok(new
            .map(|((agent, _), text)| Notice {
                title: format!("{agent} waits for you"),
                text: text.to_owned(),
            })
            .collect())
    }

    fn show(&mut self, notice: &Notice) {
        let Site { surroundings, repository, .. } = &self.site;
        let shown = Cmd::new("notify-send", &repository.root, surroundings.search_path())
            .envs(&surroundings.variables)
            .args(["--app-name=exomonad", "--", &plain(&notice.title), &escaped(&plain(&notice.text))])
            .limit(LIMIT)
            .unlogged()
            .text();
        match shown {
            Ok(_) => {}
            Err(ExecError::Missing { .. }) => self.is_gone = true,
            Err(err) => {
                tracing::warn!("no more notices are shown on the desktop: {}", crate::explain(&err));
                self.is_gone = true;
            }
        }
    }
}

impl Duty for Desktop {
    fn name(&self) -> &'static str {
        "desktop"
    }

    fn go(&mut self) -> Result<Duration, DutyError> {
        if self.is_gone {
            return Ok(REST);
        }
        for event in self.news()? {
            self.site.store.set_noticed(event.id)?;
            self.show(&notice(&event));
        }
        for notice in self.newly_waiting()? {
            self.show(&notice);
        }
        Ok(REST)
    }
}

/// What an event means to the person.
fn notice(event: &Event) -> Notice {
    let data: Value = serde_json::from_str(&event.data).unwrap_or(Value::Null);
    let text = |key: &str| data.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let agent = &event.agent;
    match event.kind.as_str() {
        "request.opened" => Notice { title: format!("{agent} asks you"), text: text("title") },
        "agent.stuck" => Notice { title: format!("{agent} is stuck"), text: stuck_words(&data) },
        _ => Notice { title: format!("{agent} says"), text: text("text") },
    }
}

/// Why an agent gets nowhere, by what its event `agent.stuck` says.
#[must_use]
pub fn stuck_words(data: &Value) -> String {
    let text = |key: &str| data.get(key).and_then(Value::as_str);
    let number = |key: &str| data.get(key).and_then(Value::as_u64).unwrap_or_default();
    match text("why") {
        Some("no-step") => format!("no step for {} minutes", number("minutes")),
        Some("failures") => match text("tool") {
            Some(tool) => format!("{tool} failed {} times", number("times")),
            None => format!("{} failures", number("times")),
        },
        Some("blocks") => format!("kept from stopping {} times", number("times")),
        Some(why) => why.to_owned(),
        None => String::new(),
    }
}

/// One short line.
fn plain(text: &str) -> String {
    Sanitized::new(&text.replace('\n', " ")).as_str().chars().take(CHARS).collect()
}

/// As desktops want it, which read some markup in a notice's text.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests;
