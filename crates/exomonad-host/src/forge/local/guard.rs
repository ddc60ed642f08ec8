//! Who may merge and close what, and when it is fit to be merged.

use std::collections::HashMap;

use super::{Local, Place};
use crate::agent::{AgentName, Site};
use crate::contract::forge::CheckState;
use crate::forge::verdict::verdict;
use crate::forge::{Forge, ForgeError, MergeOrder};
use crate::store::{PullRow, Sender, StoreError};

/// Checks everything that keeps a pull request from being merged, but its content.
pub(super) fn check(
    local: &Local,
    order: &MergeOrder<'_>,
    place: &Place,
    head_sha: &str,
) -> Result<(), ForgeError> {
    let (site, pull) = (&local.site, &place.pull);
    may_merge(site, order.by, pull)?;
    let reviews = site.store.reviews(pull.number)?;
    let requested = verdict(&reviews, head_sha).requested_by;
    let by_person = requested.iter().any(|(_, human)| *human);
    let overrides = order.force && (order.by.is_human() || !by_person);
    if !requested.is_empty() && !overrides {
        let names: Vec<_> = requested.iter().map(|(name, _)| format!("`{name}`")).collect();
        let reviewers = names.join(", ");
        return Err(ForgeError::Requested { number: pull.number, reviewers, human: by_person });
    }
    if order.force {
        return Ok(());
    }
    let words = local.checks(pull.number)?.into_iter().filter_map(|check| match check.state {
        CheckState::Failed => Some(format!("`{}` failed", check.name)),
        CheckState::Queued | CheckState::Running => Some(format!("`{}` has not passed", check.name)),
        CheckState::Passed | CheckState::Skipped => None,
    });
    let failing: Vec<_> = words.collect();
    if failing.is_empty() {
        return Ok(());
    }
    Err(ForgeError::Checks { number: pull.number, failing: failing.join(", ") })
}

fn may_merge(site: &Site, by: Sender<'_>, pull: &PullRow) -> Result<(), ForgeError> {
    let Sender::Agent(name) = by else { return Ok(()) };
    if *name == pull.author {
        return Err(ForgeError::Own { number: pull.number, act: "merge" });
    }
    if !is_above(site, name, pull)? {
        return Err(ForgeError::NotAbove { number: pull.number, author: pull.author.clone() });
    }
    if site.config.work.protected.contains(&pull.base) && *name != AgentName::root() {
        return Err(ForgeError::ProtectedBase { base: pull.base.clone() });
    }
    Ok(())
}

/// Its author may close it, whoever is above the author, and people.
pub(super) fn may_close(site: &Site, by: Sender<'_>, pull: &PullRow) -> Result<(), ForgeError> {
    match by {
        Sender::Human | Sender::Host => Ok(()),
        Sender::Agent(name) if *name == pull.author || is_above(site, name, pull)? => Ok(()),
        Sender::Agent(_) => Err(ForgeError::NotAbove { number: pull.number, author: pull.author.clone() }),
    }
}

/// Whether an agent is above the author in the tree. Above one that is gone is whoever has the base for a branch, and the
/// lead.
fn is_above(site: &Site, name: &AgentName, pull: &PullRow) -> Result<bool, StoreError> {
    let rows = site.store.agents()?;
    if rows.iter().all(|row| row.name != pull.author) {
        let branch = site.store.spawn(name)?.and_then(|spawn| spawn.branch);
        return Ok(*name == AgentName::root() || branch.as_ref() == Some(&pull.base));
    }
    let parents: HashMap<_, _> = rows.into_iter().map(|row| (row.name, row.parent)).collect();
    let mut above = parents.get(&pull.author).and_then(Option::as_ref);
    while let Some(parent) = above {
        if parent == name {
            return Ok(true);
        }
        above = parents.get(parent).and_then(Option::as_ref);
    }
    Ok(false)
}
