//! Finishes or drops merges whose process died.
//!
//! Rule: where the base is decides. A merge that was begun was allowed: as long as the base is where it was to move from, it
//! moves; once it is elsewhere without the merge in it, the merge is dropped, and its pull request stays open.

use super::checkout::{Followed, catch_up};
use super::land::{Notice, record};
use super::{Ending, repository_of, tidy, turn};
use crate::agent::Site;
use crate::forge::ForgeError;
use crate::git::Git;
use crate::store::{MergeRow, MergeStep, PullRow};

/// What became of a merge that was cut short, in a sentence; and what is still to be done by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mended {
    /// What was done.
    pub done: String,
    /// What was left, and why.
    pub left: Vec<String>,
}

/// A merge that is finished but for its author, or dropped.
pub(super) struct Finished {
    mended: Mended,
    author: Option<Author>,
}

/// The author of a pull request whose merge is finished.
struct Author {
    pull: PullRow,
    merge: MergeRow,
    /// Nothing but the author is left to be seen to.
    is_last: bool,
}

/// Finishes or drops every merge that was cut short, and sees to the authors. Doing it twice changes nothing more.
///
/// # Errors
/// Another merge does not end, git failed, or the database did.
pub fn mend(site: &Site, ending: Ending) -> Result<Vec<Mended>, ForgeError> {
    if site.store.merges()?.is_empty() {
        return Ok(Vec::new());
    }
    let finished = {
        let _turn = turn::take(site)?;
        mend_in_turn(site)?
    };
    finished.into_iter().map(|finished| settle(site, ending, finished)).collect()
}

/// Finishes or drops merges, for whoever has the turn: whoever began one that is not ended is gone, or sees to its author.
pub(super) fn mend_in_turn(site: &Site) -> Result<Vec<Finished>, ForgeError> {
    let is_seen_to = |merge: &MergeRow| merge.step == MergeStep::Author && merge.by.is_alive() == Some(true);
    let merges = site.store.merges()?.into_iter().filter(|merge| !is_seen_to(merge));
    merges.map(|merge| mend_one(site, merge)).collect()
}

fn mend_one(site: &Site, merge: MergeRow) -> Result<Finished, ForgeError> {
    let store = &site.store;
    let pull = store.pull(merge.pull)?.ok_or(crate::store::StoreError::NoPull { number: merge.pull })?;
    let git = site.git(repository_of(site, &pull.author)?);
    if merge.step == MergeStep::Ref {
        if !finish_ref(&git, &merge)? {
            store.end_merge(merge.pull)?;
            let done = format!(
                "a merge of pull request #{} was cut short, and `{}` moved meanwhile: it is open again",
                merge.pull, merge.base
            );
            return Ok(Finished { mended: Mended { done, left: Vec::new() }, author: None });
        }
        record(site, &merge, Notice::Later)?;
    }
    let mut is_last = true;
    let mut left = Vec::new();
    if merge.step != MergeStep::Author {
        for followed in catch_up(site, &git, &merge.base, &merge.old_sha)? {
            match followed {
                Followed::Yes => {}
                Followed::No(why) => left.push(why),
                Followed::NotYet(why) => {
                    is_last = false;
                    left.push(why);
                }
            }
        }
        if is_last {
            store.leave_to_author(merge.pull)?;
        }
    }
    let done = format!("the merge of pull request #{} was cut short: it is finished", merge.pull);
    Ok(Finished { mended: Mended { done, left }, author: Some(Author { pull, merge, is_last }) })
}

/// Cleans the author of a merge that was finished up, or tells it. One that came later by the same name has no part in it.
pub(super) fn settle(site: &Site, ending: Ending, finished: Finished) -> Result<Mended, ForgeError> {
    let Finished { mut mended, author } = finished;
    let Some(Author { pull, merge, is_last }) = author else { return Ok(mended) };
    let row = site.store.agent(&pull.author)?;
    if row.is_some_and(|row| row.created_ms <= merge.begun_ms) {
        match tidy::settle(site, ending, merge.sender(), &pull) {
            Ok(Some(gone)) => mended.done = format!("{}; {gone}", mended.done),
            Ok(None) => {}
            Err(why) => mended.left.push(why),
        }
    }
    if is_last {
        site.store.end_settled_merge(merge.pull)?;
    }
    Ok(mended)
}

/// Has the base move if it has not; tells whether the merge is in it.
fn finish_ref(git: &Git, merge: &MergeRow) -> Result<bool, ForgeError> {
    let Some(tip) = git.commit(&format!("refs/heads/{}", merge.base))? else { return Ok(false) };
    if tip == merge.old_sha {
        let message = format!("exomonad: merge of pull request #{}", merge.pull);
        if git.move_branch(&merge.base, &merge.old_sha, &merge.new_sha, &message)? {
            return Ok(true);
        }
    }
    let base = format!("refs/heads/{}", merge.base);
    Ok(git.merge_base(&merge.new_sha, &base)?.as_deref() == Some(merge.new_sha.as_str()))
}
