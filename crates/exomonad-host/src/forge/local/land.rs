//! Makes a merge without a checkout, and moves the base to it.
//!
//! The order keeps it whole: what is about to be done is on the disk; the base moves; the pull request is recorded as merged;
//! the checkouts follow; the author is cleaned up or told; what was about to be done is forgotten. Whoever is killed in between
//! is finished by [`super::mend()`].

use super::Place;
use super::candidate::{Candidate, Press};
use super::checkout::{Followed, survey};
use crate::agent::{ProcessIdentity, Site};
use crate::forge::{ForgeError, MergeOrder};
use crate::git::{Git, both};
use crate::store::{MergeRecord, MergeRow, MergeStep, PullRow, Sender};
use crate::telemetry::tell;

/// How often a merge is made anew because somebody else moved the base.
const ATTEMPTS: usize = 5;

/// What came of a merge.
pub(super) struct Landed {
    pub(super) pull: PullRow,
    pub(super) end: End,
}

/// How it ended.
pub(super) enum End {
    /// Both sides changed the same: the paths.
    Conflicts(Vec<String>),
    /// The base had all of it already, at this commit.
    Contained(String),
    /// The base is at this commit, and its checkouts are told apart.
    Merged { sha: String, followed: Vec<Followed> },
}

/// Who hears of a merge from the forge itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notice {
    /// The author, with the record of it.
    Author,
    /// Nobody: the author is about to go, and is told when it does not.
    Later,
}

/// Merges, as often as it takes.
pub(super) fn land(
    site: &Site,
    order: &MergeOrder<'_>,
    place: &Place,
    head_sha: &str,
    notice: Notice,
) -> Result<Landed, ForgeError> {
    let (git, pull) = (&place.git, &place.pull);
    for (name, value) in [
        ("vcs.change.id", pull.number.to_string().as_str()),
        ("vcs.ref.head.name", &pull.head),
        ("vcs.ref.base.name", &pull.base),
    ] {
        tell(name, value);
    }
    let (press, first) = both(|| Press::new(git, order.strategy), || fork(git, pull, head_sha));
    let (press, mut next) = (press?, Some(first?));
    for _ in 0..ATTEMPTS {
        let Fork { old, base_sha } = match next.take() {
            Some(known) => known,
            None => fork(git, pull, head_sha)?,
        };
        let candidate =
            if base_sha == head_sha { Candidate::Nothing } else { press.make(pull, &old, head_sha)? };
        let end = match candidate {
            Candidate::Conflicts(paths) => End::Conflicts(paths),
            Candidate::Nothing => {
                let base_sha = if base_sha == head_sha { &pull.base_sha } else { &base_sha };
                let tells_author = notice == Notice::Author;
                let (pull, by) = (pull.number, order.by);
                let record = MergeRecord { pull, by, head_sha, base_sha, merge_sha: &old, tells_author };
                site.store.record_merge(&record, site.clock.now_ms())?;
                End::Contained(old)
            }
            Candidate::Commit(new) => {
                let merge = intent(site, order, pull, [&old, &new, head_sha, &base_sha])?;
                match advance(site, git, &merge, notice)? {
                    Some(followed) => End::Merged { sha: new, followed },
                    None => continue,
                }
            }
        };
        return Ok(Landed { pull: pull.clone(), end });
    }
    Err(ForgeError::Moving { base: pull.base.clone() })
}

/// Where the base is, and where the head left it.
struct Fork {
    old: String,
    base_sha: String,
}

fn fork(git: &Git, pull: &PullRow, head_sha: &str) -> Result<Fork, ForgeError> {
    let unknown = || ForgeError::UnknownBase { base: pull.base.clone() };
    let old = git.commit(&format!("refs/heads/{}", pull.base))?.ok_or_else(unknown)?;
    let unrelated = || ForgeError::Unrelated { head: pull.head.clone(), base: pull.base.clone() };
    let base_sha = git.merge_base(&old, head_sha)?.ok_or_else(unrelated)?;
    Ok(Fork { old, base_sha })
}

fn intent(
    site: &Site,
    order: &MergeOrder<'_>,
    pull: &PullRow,
    [old, new, head, base]: [&str; 4],
) -> Result<MergeRow, ForgeError> {
    Ok(MergeRow {
        pull: pull.number,
        base: pull.base.clone(),
        old_sha: old.to_owned(),
        new_sha: new.to_owned(),
        head_sha: head.to_owned(),
        base_sha: base.to_owned(),
        merger: match order.by {
            Sender::Agent(name) => Some(name.clone()),
            Sender::Human | Sender::Host => None,
        },
        step: MergeStep::Ref,
        by: ProcessIdentity::own().map_err(ForgeError::Process)?,
        begun_ms: site.clock.now_ms(),
    })
}

/// Moves the base and all that goes with it; nothing when it is elsewhere by now.
fn advance(
    site: &Site,
    git: &Git,
    merge: &MergeRow,
    notice: Notice,
) -> Result<Option<Vec<Followed>>, ForgeError> {
    let checkouts = survey(site, git, &merge.base, &merge.old_sha, &merge.new_sha)?;
    site.store.begin_merge(merge)?;
    let message = format!("exomonad: merge of pull request #{}", merge.pull);
    match git.move_branch(&merge.base, &merge.old_sha, &merge.new_sha, &message) {
        Ok(true) => {}
        Ok(false) => {
            site.store.end_merge(merge.pull)?;
            return Ok(None);
        }
        Err(err) => {
            // As long as nobody knows where it is, what was begun has to stay on the disk.
            let tip = git.commit(&format!("refs/heads/{}", merge.base))?;
            if tip.as_ref() != Some(&merge.new_sha) {
                site.store.end_merge(merge.pull)?;
            }
            return Err(err.into());
        }
    }
    record(site, merge, notice)?;
    let followed: Vec<_> =
        checkouts.iter().map(|checkout| checkout.follow(&merge.old_sha, &merge.new_sha)).collect();
    if !followed.iter().any(|followed| matches!(followed, Followed::NotYet(_))) {
        match notice {
            Notice::Author => site.store.end_merge(merge.pull)?,
            Notice::Later => site.store.leave_to_author(merge.pull)?,
        }
    }
    Ok(Some(followed))
}

/// Records that the base moved.
pub(super) fn record(site: &Site, merge: &MergeRow, notice: Notice) -> Result<(), ForgeError> {
    let record = MergeRecord {
        pull: merge.pull,
        by: merge.sender(),
        head_sha: &merge.head_sha,
        base_sha: &merge.base_sha,
        merge_sha: &merge.new_sha,
        tells_author: notice == Notice::Author,
    };
    Ok(site.store.record_merge(&record, site.clock.now_ms())?)
}
