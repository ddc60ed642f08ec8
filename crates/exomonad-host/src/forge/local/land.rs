//! Makes a merge without a checkout, and moves the base to it.
//!
//! The order keeps it whole: what is about to be done is on the disk; the base moves; the pull request is recorded as merged;
//! the checkouts follow; what was about to be done is forgotten. Whoever is killed in between is finished by [`super::mend`].

use super::Place;
use super::checkout::{Followed, survey};
use crate::agent::{ProcessIdentity, Site};
use crate::contract::forge::MergeStrategy;
use crate::forge::{ForgeError, MergeOrder};
use crate::git::{Author, Git, MergedTree, NewCommit, Which};
use crate::store::{MergeRecord, MergeRow, MergeStep, PullRow, Sender};

/// How often a merge is made anew because somebody else moved the base.
const ATTEMPTS: usize = 5;

/// The oldest git that merges without a checkout, and the oldest that replays single commits so.
const MERGES: (u32, u32) = (2, 38);
const REPLAYS: (u32, u32) = (2, 40);

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

/// What a strategy makes of a head.
enum Candidate {
    Conflicts(Vec<String>),
    Nothing,
    Commit(String),
}

/// Merges, as often as it takes.
pub(super) fn land(
    site: &Site,
    order: &MergeOrder<'_>,
    place: &Place,
    head_sha: &str,
) -> Result<Landed, ForgeError> {
    let (git, pull) = (&place.git, &place.pull);
    require_git(git, order.strategy)?;
    for _ in 0..ATTEMPTS {
        let unknown = || ForgeError::UnknownBase { base: pull.base.clone() };
        let old = git.commit(&format!("refs/heads/{}", pull.base))?.ok_or_else(unknown)?;
        let Some(base_sha) = git.merge_base(&old, head_sha)? else {
            return Err(ForgeError::Unrelated { head: pull.head.clone(), base: pull.base.clone() });
        };
        let end = match candidate(git, order.strategy, pull, &old, head_sha)? {
            Candidate::Conflicts(paths) => End::Conflicts(paths),
            Candidate::Nothing => {
                let base_sha = if base_sha == head_sha { &pull.base_sha } else { &base_sha };
                let record =
                    MergeRecord { pull: pull.number, by: order.by, head_sha, base_sha, merge_sha: &old };
                site.store.record_merge(&record, site.clock.now_ms())?;
                End::Contained(old)
            }
            Candidate::Commit(new) => {
                let merge = intent(site, order, pull, [&old, &new, head_sha, &base_sha])?;
                match advance(site, git, &merge)? {
                    Some(followed) => End::Merged { sha: new, followed },
                    None => continue,
                }
            }
        };
        return Ok(Landed { pull: pull.clone(), end });
    }
    Err(ForgeError::Moving { base: pull.base.clone() })
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
            Sender::Human => None,
        },
        step: MergeStep::Ref,
        by: ProcessIdentity::own().map_err(ForgeError::Process)?,
        begun_ms: site.clock.now_ms(),
    })
}

/// Moves the base and all that goes with it; nothing when it is elsewhere by now.
fn advance(site: &Site, git: &Git, merge: &MergeRow) -> Result<Option<Vec<Followed>>, ForgeError> {
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
            site.store.end_merge(merge.pull)?;
            return Err(err.into());
        }
    }
    record(site, merge)?;
    let followed: Vec<_> =
        checkouts.iter().map(|checkout| checkout.follow(&merge.old_sha, &merge.new_sha)).collect();
    if !followed.iter().any(|followed| matches!(followed, Followed::NotYet(_))) {
        site.store.end_merge(merge.pull)?;
    }
    Ok(Some(followed))
}

/// Records that the base moved.
pub(super) fn record(site: &Site, merge: &MergeRow) -> Result<(), ForgeError> {
    let record = MergeRecord {
        pull: merge.pull,
        by: merge.sender(),
        head_sha: &merge.head_sha,
        base_sha: &merge.base_sha,
        merge_sha: &merge.new_sha,
    };
    Ok(site.store.record_merge(&record, site.clock.now_ms())?)
}

fn require_git(git: &Git, strategy: MergeStrategy) -> Result<(), ForgeError> {
    let found = git.version()?;
    let needed = match strategy {
        MergeStrategy::Squash | MergeStrategy::Merge => MERGES,
        MergeStrategy::Rebase => REPLAYS,
    };
    let words = |(major, minor): (u32, u32)| format!("{major}.{minor}");
    if found < needed {
        return Err(ForgeError::OldGit { found: words(found), needed: words(needed) });
    }
    Ok(())
}

fn candidate(
    git: &Git,
    strategy: MergeStrategy,
    pull: &PullRow,
    old: &str,
    head: &str,
) -> Result<Candidate, ForgeError> {
    if git.merge_base(old, head)?.as_deref() == Some(head) {
        return Ok(Candidate::Nothing);
    }
    match strategy {
        MergeStrategy::Rebase => replay(git, pull, old, head),
        MergeStrategy::Squash | MergeStrategy::Merge => {
            let tree = match git.merge_trees(None, old, head)? {
                MergedTree::Conflicts(paths) => return Ok(Candidate::Conflicts(paths)),
                MergedTree::Clean(tree) => tree,
            };
            let authors = authors(git, old, head)?;
            let (parents, author, co_authors) = match strategy {
                MergeStrategy::Merge => (vec![old, head], None, &[][..]),
                MergeStrategy::Squash | MergeStrategy::Rebase => {
                    let (first, others) = authors
                        .split_first()
                        .map_or((None, &[][..]), |(first, others)| (Some(first), others));
                    (vec![old], first, others)
                }
            };
            if parents.len() == 1 && git.tree(old)? == tree {
                return Ok(Candidate::Nothing);
            }
            let message = message(pull, co_authors);
            let commit =
                NewCommit { tree: &tree, parents: &parents, message: &message, author, committer: None };
            Ok(Candidate::Commit(git.make_commit(&commit)?))
        }
    }
}

/// Puts each commit of the head on top of the base, as `git rebase` does: a commit that is there already is kept, one whose
/// change the base has is left out.
fn replay(git: &Git, pull: &PullRow, old: &str, head: &str) -> Result<Candidate, ForgeError> {
    let mut tip = old.to_owned();
    for step in git.steps(old, head, Which::ToReplay)? {
        let Some(parent) = step.parents.first() else {
            return Err(ForgeError::Rootless { head: pull.head.clone(), commit: step.id });
        };
        let own_tree = git.tree(&tip)?;
        if *parent == tip {
            if git.tree(&step.id)? != own_tree {
                tip = step.id;
            }
            continue;
        }
        let tree = match git.merge_trees(Some(parent), &tip, &step.id)? {
            MergedTree::Conflicts(paths) => return Ok(Candidate::Conflicts(paths)),
            MergedTree::Clean(tree) => tree,
        };
        if tree != own_tree {
            tip = git.make_commit(&NewCommit {
                tree: &tree,
                parents: &[&tip],
                message: &step.message,
                author: Some(&step.author),
                committer: None,
            })?;
        }
    }
    Ok(if tip == old { Candidate::Nothing } else { Candidate::Commit(tip) })
}

/// Who made the commits, each once, in the order of their first. Merges are nobody's work.
fn authors(git: &Git, old: &str, head: &str) -> Result<Vec<Author>, ForgeError> {
    let mut authors: Vec<Author> = Vec::new();
    for step in git.steps(old, head, Which::All)? {
        let is_known = authors.iter().any(|known| known.email.eq_ignore_ascii_case(&step.author.email));
        if step.parents.len() < 2 && !is_known {
            // The merge is made now, whenever the work was.
            authors.push(Author { date: String::new(), ..step.author });
        }
    }
    Ok(authors)
}

fn message(pull: &PullRow, co_authors: &[Author]) -> String {
    let mut text = format!("{} (#{})\n", pull.title, pull.number);
    if !pull.body.is_empty() {
        text = format!("{text}\n{}\n", pull.body);
    }
    for (number, author) in co_authors.iter().enumerate() {
        let between = if number == 0 { "\n" } else { "" };
        text = format!("{text}{between}Co-authored-by: {} <{}>\n", author.name, author.email);
    }
    text
}
