//! Finishes or drops merges whose process died.
//!
//! Rule: where the base is decides. A merge that was begun was allowed: as long as the base is where it was to move from, it
//! moves; once it is elsewhere without the merge in it, the merge is dropped, and its pull request stays open.

use super::checkout::{Followed, catch_up};
use super::land::{Notice, record};
use super::{repository_of, turn};
use crate::agent::Site;
use crate::forge::ForgeError;
use crate::git::Git;
use crate::store::{MergeRow, MergeStep};

/// What became of a merge that was cut short, in a sentence; and what is still to be done by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mended {
    /// What was done.
    pub done: String,
    /// What was left, and why.
    pub left: Vec<String>,
}

/// Finishes or drops every merge that was cut short. Doing it twice changes nothing more.
///
/// # Errors
/// Another merge does not end, git failed, or the database did.
pub fn mend(site: &Site) -> Result<Vec<Mended>, ForgeError> {
    if site.store.merges()?.is_empty() {
        return Ok(Vec::new());
    }
    let _turn = turn::take(site)?;
    mend_in_turn(site)
}

/// As [`mend`], for whoever has the turn: whoever began a merge that is not ended is gone.
pub(super) fn mend_in_turn(site: &Site) -> Result<Vec<Mended>, ForgeError> {
    site.store.merges()?.iter().map(|merge| mend_one(site, merge)).collect()
}

fn mend_one(site: &Site, merge: &MergeRow) -> Result<Mended, ForgeError> {
    let store = &site.store;
    let pull = store.pull(merge.pull)?.ok_or(crate::store::StoreError::NoPull { number: merge.pull })?;
    let git = site.git(repository_of(site, &pull.author)?);
    if merge.step == MergeStep::Ref {
        if !finish_ref(&git, merge)? {
            store.end_merge(merge.pull)?;
            let done = format!(
                "a merge of pull request #{} was cut short, and `{}` moved meanwhile: it is open again",
                merge.pull, merge.base
            );
            return Ok(Mended { done, left: Vec::new() });
        }
        record(site, merge, Notice::Author)?;
    }
    let mut ended = true;
    let mut left = Vec::new();
    for followed in catch_up(site, &git, &merge.base, &merge.old_sha)? {
        match followed {
            Followed::Yes => {}
            Followed::No(why) => left.push(why),
            Followed::NotYet(why) => {
                ended = false;
                left.push(why);
            }
        }
    }
    if ended {
        store.end_merge(merge.pull)?;
    }
    Ok(Mended {
        done: format!("the merge of pull request #{} was cut short: it is finished", merge.pull),
        left,
    })
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
