//! Who may merge and close what, and when it is fit to be merged: the same rules for every forge.

use std::collections::HashMap;

use super::verdict::verdict;
use super::{ForgeError, MergeOrder};
use crate::agent::{AgentName, Site};
use crate::contract::forge::{Check, CheckState, Review};
use crate::store::{Sender, StoreError};

/// A pull request, as far as the rules look at it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) number: u64,
    /// An agent, or somebody else.
    pub(super) author: &'a str,
    pub(super) base: &'a str,
    pub(super) head_sha: &'a str,
}

impl Subject<'_> {
    /// Whether it is an agent's own.
    pub(super) fn is_of(&self, by: Sender<'_>) -> bool {
        matches!(by, Sender::Agent(name) if name.as_str() == self.author)
    }
}

/// Checks everything that keeps a pull request from being merged, but its content. What was checked is looked up only where
/// it counts.
pub(super) fn check(
    site: &Site,
    order: &MergeOrder<'_>,
    subject: Subject<'_>,
    reviews: &[Review],
    checks: impl FnOnce() -> Result<Vec<Check>, ForgeError>,
) -> Result<(), ForgeError> {
    let number = subject.number;
    may_merge(site, order.by, subject)?;
    let requested = verdict(reviews, subject.head_sha).requested_by;
    let by_person = requested.iter().any(|(_, human)| *human);
    let overrides = order.force && (order.by.is_human() || !by_person);
    if !requested.is_empty() && !overrides {
        let names: Vec<_> = requested.iter().map(|(name, _)| format!("`{name}`")).collect();
        let reviewers = names.join(", ");
        return Err(ForgeError::Requested { number, reviewers, human: by_person });
    }
    if order.force {
        return Ok(());
    }
    let words = checks()?.into_iter().filter_map(|check| match check.state {
        CheckState::Failed => Some(format!("`{}` failed", check.name)),
        CheckState::Queued | CheckState::Running => Some(format!("`{}` has not passed", check.name)),
        CheckState::Passed | CheckState::Skipped => None,
    });
    let failing: Vec<_> = words.collect();
    if failing.is_empty() {
        return Ok(());
    }
    Err(ForgeError::Checks { number, failing: failing.join(", ") })
}

fn may_merge(site: &Site, by: Sender<'_>, subject: Subject<'_>) -> Result<(), ForgeError> {
    let Sender::Agent(name) = by else { return Ok(()) };
    if subject.is_of(by) {
        return Err(ForgeError::Own { number: subject.number, act: "merge" });
    }
    if !is_above(site, name, subject)? {
        return Err(not_above(subject));
    }
    if site.config.work.protected.iter().any(|name| name == subject.base) && *name != AgentName::root() {
        return Err(ForgeError::ProtectedBase { base: subject.base.to_owned() });
    }
    Ok(())
}

/// Its author may close it, whoever is above the author, and people.
pub(super) fn may_close(site: &Site, by: Sender<'_>, subject: Subject<'_>) -> Result<(), ForgeError> {
    match by {
        Sender::Human | Sender::Host => Ok(()),
        Sender::Agent(name) if subject.is_of(by) || is_above(site, name, subject)? => Ok(()),
        Sender::Agent(_) => Err(not_above(subject)),
    }
}

fn not_above(subject: Subject<'_>) -> ForgeError {
    ForgeError::NotAbove { number: subject.number, author: subject.author.to_owned() }
}

/// Whether an agent is above the author in the tree. Above one that is gone, and above whoever is no agent, is whoever has
/// the base for a branch, and the lead.
fn is_above(site: &Site, name: &AgentName, subject: Subject<'_>) -> Result<bool, StoreError> {
    let rows = site.store.agents()?;
    if rows.iter().all(|row| row.name.as_str() != subject.author) {
        let branch = site.store.spawn(name)?.and_then(|spawn| spawn.branch);
        return Ok(*name == AgentName::root() || branch.as_deref() == Some(subject.base));
    }
    let parents: HashMap<_, _> = rows.into_iter().map(|row| (row.name.to_string(), row.parent)).collect();
    let mut above = parents.get(subject.author).and_then(Option::as_ref);
    while let Some(parent) = above {
        if parent == name {
            return Ok(true);
        }
        above = parents.get(parent.as_str()).and_then(Option::as_ref);
    }
    Ok(false)
}
