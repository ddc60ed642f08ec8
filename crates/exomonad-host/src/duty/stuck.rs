//! Finds agents that do not get on, and says so once, until they do.
//!
//! Rules: an agent is judged by the steps that its hooks and tools left in the log, each of which is read once; only one that
//! has a turn and waits for nobody's answer can be stuck; what was told is in the database.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{Duty, DutyError};
use crate::agent::{AgentName, Site};
use crate::contract::Event;
use crate::store::{Episode, StuckWhy};

/// So many times the same failing call, or a stop that was not let through, are too many.
const IN_A_ROW: u32 = 5;

/// How many of the newest events whoever begins to look reads.
const BACK: u64 = 5000;

/// How long it rests when there is no moment to wait for.
const REST: Duration = Duration::from_secs(3600);

/// The duty.
#[derive(Debug)]
pub(super) struct Stuck {
    site: Site,
    /// How long an agent may go without a step.
    patience_ms: u64,
    /// Events up to this one were read; nothing, before the first look.
    seen: Option<u64>,
    /// Steps before this time were not read.
    floor_ms: u64,
    steps: HashMap<String, Steps>,
    /// When somebody may become stuck although nothing happens.
    due_ms: u64,
}

/// What is known of the steps of an agent.
#[derive(Debug, Default)]
struct Steps {
    last_ms: u64,
    /// The tool of its last step that had one.
    tool: String,
    /// The call that failed last, and how often in a row.
    failing: Option<Failing>,
    /// How often it was kept from stopping in a row, and since when.
    blocks: u32,
    blocked_ms: u64,
}

#[derive(Debug)]
struct Failing {
    call: String,
    times: u32,
    since_ms: u64,
}

impl Stuck {
    /// The duty, unless it is switched off.
    pub(super) fn of(site: &Site) -> Option<Self> {
        let minutes = site.config.agents.stuck_minutes;
        (minutes > 0).then(|| Self {
            site: site.clone(),
            patience_ms: u64::from(minutes) * 60_000,
            seen: None,
            floor_ms: 0,
            steps: HashMap::new(),
            due_ms: 0,
        })
    }

    fn read_steps(&mut self, newest: u64) -> Result<(), DutyError> {
        let after = self.seen.unwrap_or_else(|| newest.saturating_sub(BACK));
        let events = self.site.store.steps(after)?;
        if self.seen.is_none() && after > 0 {
            self.floor_ms = events.first().map_or(0, |event| event.time_ms);
        }
        for event in &events {
            self.steps.entry(event.agent.clone()).or_default().add(event);
        }
        self.seen = Some(events.last().map_or(newest, |event| event.id.max(newest)));
        Ok(())
    }

    /// Why an agent that has had its turn since a time is stuck now, or when it may be.
    fn judge(&self, agent: &AgentName, since_ms: u64, now_ms: u64) -> Result<Found, u64> {
        let nothing = Steps::default();
        let steps = self.steps.get(agent.as_str()).unwrap_or(&nothing);
        if let Some(failing) = steps.failing.as_ref().filter(|failing| failing.times >= IN_A_ROW) {
            let more = json!({ "times": failing.times, "tool": steps.tool });
            return Ok(Found { why: StuckWhy::Failures, since_ms: failing.since_ms, more });
        }
        if steps.blocks >= IN_A_ROW {
            let more = json!({ "times": steps.blocks });
            return Ok(Found { why: StuckWhy::Blocks, since_ms: steps.blocked_ms, more });
        }
        let last_ms = since_ms.max(if steps.last_ms == 0 { self.floor_ms } else { steps.last_ms });
        let due_ms = last_ms.saturating_add(self.patience_ms);
        if now_ms < due_ms {
            return Err(due_ms);
        }
        let more = json!({ "minutes": now_ms.saturating_sub(last_ms) / 60_000, "tool": steps.tool });
        Ok(Found { why: StuckWhy::NoStep, since_ms: last_ms, more })
    }
}

struct Found {
    why: StuckWhy,
    since_ms: u64,
    more: Value,
}

impl Duty for Stuck {
    fn name(&self) -> &'static str {
        "stuck"
    }

    fn go(&mut self) -> Result<Duration, DutyError> {
        let (store, now_ms) = (std::sync::Arc::clone(&self.site.store), self.site.clock.now_ms());
        let newest = store.newest_event_id()?;
        if self.seen == Some(newest) && now_ms < self.due_ms {
            return Ok(rest(self.due_ms, now_ms));
        }
        self.read_steps(newest)?;
        let working = store.working()?;
        self.steps.retain(|name, _| working.iter().any(|(agent, _)| agent.as_str() == name));
        let mut episodes = store.episodes()?;
        self.due_ms = u64::MAX;
        for (agent, since_ms) in working {
            let told = episodes.iter().position(|episode| episode.agent == agent);
            let told = told.map(|index| episodes.swap_remove(index));
            match (self.judge(&agent, since_ms, now_ms), told) {
                (Ok(found), None) => {
                    let episode = Episode { agent, why: found.why, since_ms: found.since_ms };
                    store.begin_episode(&episode, found.more, now_ms)?;
                }
                (Ok(_), Some(_)) => {}
                (Err(due_ms), told) => {
                    self.due_ms = self.due_ms.min(due_ms);
                    if told.is_some() {
                        store.end_episode(&agent, now_ms)?;
                    }
                }
            }
        }
        // Whoever has no turn any more, or waits for an answer, is not stuck.
        for episode in episodes {
            store.end_episode(&episode.agent, now_ms)?;
        }
        Ok(rest(self.due_ms, now_ms))
    }
}

fn rest(due_ms: u64, now_ms: u64) -> Duration {
    REST.min(Duration::from_millis(due_ms.saturating_sub(now_ms)))
}

impl Steps {
    fn add(&mut self, event: &Event) {
        let data: Map<String, Value> = serde_json::from_str(&event.data).unwrap_or_default();
        let text = |key: &str| data.get(key).and_then(Value::as_str);
        self.last_ms = self.last_ms.max(event.time_ms);
        if let Some(tool) = text("tool") {
            tool.clone_into(&mut self.tool);
        }
        match event.kind.as_str() {
            kind if kind.starts_with("hook.post-tool-use") => {
                self.failing = self.failing_after(text("failed_call"), event.time_ms);
            }
            "agent.stop-blocked" => {
                let times = data.get("times").and_then(Value::as_u64).unwrap_or(1);
                self.blocks = u32::try_from(times).unwrap_or(u32::MAX);
                if times == 1 {
                    self.blocked_ms = event.time_ms;
                }
            }
            _ => {}
        }
    }

    fn failing_after(&mut self, call: Option<&str>, time_ms: u64) -> Option<Failing> {
        let call = call?.to_owned();
        let same = self.failing.take().filter(|failing| failing.call == call);
        Some(match same {
            Some(failing) => Failing { times: failing.times + 1, ..failing },
            None => Failing { call, times: 1, since_ms: time_ms },
        })
    }
}
