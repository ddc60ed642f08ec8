//! Watches the pull requests of this project's agents on a forge that is elsewhere, and turns what it finds into events.
//!
//! Rules: what is told is in the database with what is known, so that whoever holds the project's lease next goes on where
//! this ended; with nothing to watch, nothing is asked; what fails is asked again, and never keeps an agent waiting.

mod first;
mod news;
mod pace;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use self::news::{Look, Taken};
use self::pace::Pace;
use super::facts::{Interest, PullFacts, Watched};
use crate::agent::{AgentName, Site};
use crate::contract::forge::CheckState;
use crate::duty::{Duty, DutyError};
use crate::git::Repository;
use crate::store::{OpenAct, StoreError};

/// The most bytes of what a failed check printed that are told.
const LOG_BYTES: usize = 8 << 10;
/// How often is looked, when the database changes, whether something was pushed.
const PUSH_LOOK: Duration = Duration::from_secs(2);
/// How long nothing is asked for while there is nothing to watch.
const IDLE: Duration = Duration::from_secs(300);
/// After this time an act counts as given up, whatever became of its process: no request takes as long.
const ACT_LIMIT_MS: u64 = 5 * 60 * 1000;

/// The duty.
#[derive(Debug)]
pub(crate) struct ForgeWatch {
    site: Site,
    /// Absent until there is something to watch, and while the project's forge is its own database.
    watched: Option<Box<dyn Watched>>,
    pace: Pace,
    pushed: Pushed,
    /// When this program did something on the forge last, as far as was noticed.
    touched_ms: u64,
    /// The same, when it was last found out whether there is a forge to be asked.
    opened_at: Option<u64>,
}

/// The agents' branches that are on the remote.
#[derive(Debug, Default)]
struct Pushed {
    branches: BTreeMap<String, String>,
    /// Absent before the first look.
    at: Option<Instant>,
}

impl ForgeWatch {
    pub(crate) fn new(site: Site) -> Self {
        let seed = u64::from(std::process::id()) ^ site.clock.now_ms();
        let pace = Pace::new(site.config.forge.poll, seed, Instant::now());
        Self { site, watched: None, pace, pushed: Pushed::default(), touched_ms: 0, opened_at: None }
    }

    /// Whether there is a forge to be asked. That is found out when there are agents with branches, and seldom again.
    fn is_open(&mut self, now: Instant) -> Result<bool, DutyError> {
        if self.watched.is_some() {
            return Ok(true);
        }
        let store = &self.site.store;
        let touched_ms = store.remote_touch()?;
        let is_touched = touched_ms > self.opened_at;
        if !is_touched && (!self.pace.left(now).is_zero() || store.agent_branches()?.is_empty()) {
            return Ok(false);
        }
        self.opened_at = touched_ms;
        match super::watched(&self.site) {
            Ok(Some(watched)) => {
                self.watched = Some(watched);
                self.pace.begin(now);
                return Ok(true);
            }
            // Its forge is its own database, which tells by itself.
            Ok(None) => self.pace.idle(IDLE, now),
            Err(err) => {
                tracing::warn!("nobody can ask the project's forge: {}", crate::explain(&err));
                self.pace.idle(IDLE, now);
            }
        }
        Ok(false)
    }

    /// Whether there is anything to watch, and whether something happened to it here.
    fn notice(&mut self, now: Instant) -> Result<bool, DutyError> {
        let store = &self.site.store;
        let touched_ms = store.remote_touch()?;
        let is_touched = touched_ms.is_some_and(|touched| touched > self.touched_ms);
        self.touched_ms = touched_ms.unwrap_or_default();
        let is_recent = self.pushed.at.is_some_and(|at| now.saturating_duration_since(at) < PUSH_LOOK);
        let mut is_pushed = false;
        if !is_recent || is_touched {
            let found = self.pushed_branches()?;
            is_pushed = self.pushed.at.is_some() && found != self.pushed.branches;
            self.pushed = Pushed { branches: found, at: Some(now) };
        }
        if is_touched || is_pushed {
            self.pace.hurry(now);
        }
        Ok(touched_ms.is_some() || !self.pushed.branches.is_empty())
    }

    fn pushed_branches(&self) -> Result<BTreeMap<String, String>, DutyError> {
        let own = self.site.store.agent_branches()?;
        if own.is_empty() {
            return Ok(BTreeMap::new());
        }
        let git = self.site.git(Repository::find(&self.site.repository.root)?);
        let mut found = git.tracked_branches(&self.site.config.forge.remote)?;
        found.retain(|name, _| own.contains(name));
        Ok(found)
    }

    /// Looks, and tells what is new.
    fn look(&mut self) -> Result<(), DutyError> {
        let Some(watched) = &mut self.watched else { return Ok(()) };
        let site = &self.site;
        let (repository, began_ms) = (watched.repository(), site.clock.now_ms());
        let abandoned = abandoned(site, &repository, began_ms)?;
        let heads = self.pushed.branches.keys().cloned().collect();
        let interest = Interest { heads, numbers: site.store.open_remote_pulls(&repository)? };
        let looked = watched.look(&interest)?;
        let mut had_news = false;
        let mut is_unfinished = false;
        for facts in &looked.pulls {
            let logs = logs(site, watched.as_mut(), &repository, facts)?;
            let look = Look { began_ms, abandoned: &abandoned, logs: &logs };
            match take(site, &repository, &look, facts)? {
                Taken::News(told) => had_news |= told > 0,
                Taken::Merged(author) => {
                    had_news = true;
                    follow(site, &author, &facts.base);
                }
                Taken::NotOurs => {}
                Taken::Later => is_unfinished = true,
            }
        }
        let now = Instant::now();
        if is_unfinished {
            self.pace.again(looked.rest, now);
        } else {
            site.store.end_abandoned_acts(&abandoned)?;
            self.pace.looked(had_news, looked.rest, now);
        }
        Ok(())
    }
}

impl Duty for ForgeWatch {
    fn name(&self) -> &'static str {
        "forge-watch"
    }

    fn go(&mut self) -> Result<Duration, DutyError> {
        let now = Instant::now();
        if !self.is_open(now)? || !self.notice(now)? {
            return Ok(IDLE);
        }
        let left = self.pace.left(now);
        if !left.is_zero() {
            return Ok(left);
        }
        if let Err(err) = self.look() {
            tracing::warn!("failed to look at the pull requests on the forge: {}", crate::explain(&*err));
            self.pace.failed(Instant::now());
        }
        Ok(self.pace.left(Instant::now()))
    }
}

/// The branch here follows a merge that somebody made on the forge, where nobody's work is in the way.
fn follow(site: &Site, author: &AgentName, base: &str) {
    match super::github::follow_base(site, author, base) {
        Ok(left) => {
            for why in left {
                tracing::warn!(base, "after a merge on the forge: {why}");
            }
        }
        Err(err) => {
            tracing::warn!(base, "failed to follow a merge on the forge: {}", crate::explain(&err));
        }
    }
}

fn take(site: &Site, repository: &str, look: &Look<'_>, facts: &PullFacts) -> Result<Taken, StoreError> {
    let now_ms = site.clock.now_ms();
    site.store.change_remote_pulls(repository, now_ms, |book| news::take(book, look, facts))
}

/// What was begun by processes that are dead by now, or have given up.
fn abandoned(site: &Site, repository: &str, now_ms: u64) -> Result<Vec<OpenAct>, StoreError> {
    let mut acts = site.store.open_remote_acts(repository)?;
    acts.retain(|act| act.by.is_alive() == Some(false) || now_ms.saturating_sub(act.begun_ms) > ACT_LIMIT_MS);
    Ok(acts)
}

/// The ends of what the checks printed whose failure is news. A log that cannot be had keeps nobody from hearing of it.
fn logs(
    site: &Site,
    watched: &mut dyn Watched,
    repository: &str,
    facts: &PullFacts,
) -> Result<BTreeMap<String, String>, StoreError> {
    let failed: Vec<_> = facts.checks.iter().filter(|check| check.state == CheckState::Failed).collect();
    let mut logs = BTreeMap::new();
    if failed.is_empty() {
        return Ok(logs);
    }
    let told = site.store.failed_remote_checks(repository, facts.number, &facts.head_sha)?;
    for check in failed.into_iter().filter(|check| !told.contains(&check.id)) {
        match watched.failure_log(check, LOG_BYTES) {
            Ok(Some(log)) => {
                logs.insert(check.id.clone(), log);
            }
            Ok(None) => {}
            Err(err) => {
                tracing::warn!("the log of a failed check is left out: {}", crate::explain(&err));
            }
        }
    }
    Ok(logs)
}
