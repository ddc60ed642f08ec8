//! The checkouts that have a base, and how they follow it.
//!
//! Rules: a checkout follows only when it has exactly the commit that the base moves from, and nothing that is not committed;
//! any other stays as it is, byte by byte. A merge that such a checkout could not follow later is refused.

use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};

use crate::agent::Site;
use crate::agent::workspace::in_progress;
use crate::forge::ForgeError;
use crate::git::{Difference, Git, GitError, Repository, Standing, both};

/// How long somebody else may hold a checkout's index.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often is looked.
const LOOK: Duration = Duration::from_millis(20);

/// The most paths that an error names.
const NAMED: usize = 10;

/// A checkout of a base that is about to move.
pub(in crate::forge) struct Checkout {
    pub(in crate::forge) path: Utf8PathBuf,
    git: Git,
    /// What keeps it where it is; empty when it can follow.
    changes: Vec<String>,
}

/// What became of a checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Followed {
    /// It is at the new commit.
    Yes,
    /// It stays where it was, for a reason that somebody has to take away.
    No(String),
    /// It stays where it was, and another try may succeed.
    NotYet(String),
}

/// Looks at the checkouts of a branch that is to go from `old` to `new`.
pub(in crate::forge) fn survey(
    site: &Site,
    git: &Git,
    branch: &str,
    old: &str,
    new: &str,
) -> Result<Vec<Checkout>, ForgeError> {
    let looks = || -> Result<Vec<Look>, ForgeError> {
        git.checkouts_of(branch)?.into_iter().map(|path| look(site, path)).collect()
    };
    let (differences, looks) = both(|| git.differences(old, new), looks);
    let (looks, differences) = (looks?, differences?);
    looks.into_iter().map(|look| judge(look, &differences)).collect()
}

/// A checkout as it stands.
struct Look {
    path: Utf8PathBuf,
    git: Git,
    standing: Standing,
}

fn look(site: &Site, path: Utf8PathBuf) -> Result<Look, ForgeError> {
    let repository = Repository::find(&path)?;
    if let Some((operation, next)) = in_progress(&repository) {
        return Err(ForgeError::Busy { checkout: path, operation, next });
    }
    let git = site.git(repository);
    let standing = git.standing_by_path()?;
    Ok(Look { path, git, standing })
}

fn judge(look: Look, differences: &[Difference]) -> Result<Checkout, ForgeError> {
    let Look { path, git, standing } = look;
    let mut changes: Vec<_> = standing.changes.into_iter().map(|change| change.path).collect();
    changes.extend(in_the_way(&path, differences));
    changes.sort();
    changes.dedup();
    let touches = |change: &&String| {
        let change = Utf8Path::new(change.trim_end_matches('/'));
        let meets = |other: &Utf8Path| change.starts_with(other) || other.starts_with(change);
        differences.iter().any(|difference| meets(Utf8Path::new(&difference.path)))
    };
    let overlap: Vec<_> = changes.iter().filter(touches).collect();
    if !overlap.is_empty() {
        let mut names: Vec<_> = overlap.iter().take(NAMED).map(|path| format!("`{path}`")).collect();
        if overlap.len() > NAMED {
            names.push(format!("{} more", overlap.len() - NAMED));
        }
        return Err(ForgeError::Overlap { checkout: path, paths: names.join(", ") });
    }
    // Our own directory is read from the project's root, whatever is checked out.
    changes.retain(|change| !Utf8Path::new(change).starts_with(".exomonad"));
    Ok(Checkout { path, git, changes })
}

/// What stands where the new commit has something and the old one has nothing: files that git ignores are no changes to
/// it, and still somebody's.
fn in_the_way(top: &Utf8Path, differences: &[Difference]) -> Vec<String> {
    let added = differences.iter().filter(|difference| difference.is_addition && !difference.is_submodule);
    let is_there = |path: &&str| {
        let at = top.join(path);
        // Below a file that goes, or a link that does, nothing can stand.
        let is_below_a_link = Utf8Path::new(path).ancestors().skip(1).any(|above| {
            !above.as_str().is_empty()
                && !top.join(above).symlink_metadata().is_ok_and(|found| found.is_dir())
        });
        !is_below_a_link && at.symlink_metadata().is_ok_and(|found| !found.is_dir())
    };
    added.map(|difference| difference.path.as_str()).filter(is_there).map(str::to_owned).collect()
}

impl Checkout {
    /// Takes it from `old` to `new`, unless somebody works in it.
    pub(in crate::forge) fn follow(&self, old: &str, new: &str) -> Followed {
        if !self.changes.is_empty() {
            let named: Vec<_> = self.changes.iter().take(3).map(|path| format!("`{path}`")).collect();
            let more = if self.changes.len() > 3 { " and more" } else { "" };
            return Followed::No(self.left(
                &format!("has changes that are not committed ({}{more})", named.join(", ")),
                old,
                new,
            ));
        }
        match follow_patiently(&self.git, old, new) {
            Ok(()) => Followed::Yes,
            Err(err) => {
                let why = format!("could not be taken along ({})", crate::explain(&err));
                Followed::NotYet(self.left(&why, old, new))
            }
        }
    }

    fn left(&self, why: &str, old: &str, new: &str) -> String {
        left(&self.path, why, old, new)
    }
}

fn left(path: &Utf8Path, why: &str, old: &str, new: &str) -> String {
    format!(
        "the checkout `{path}` {why} and was left as it is; run `git -C '{path}' read-tree -m -u {old} {new}` before anything \
         is committed in it, since a commit would undo the merge",
    )
}

/// Brings every checkout along that a merge left behind which was cut short: the branch went from `old` to where it is now.
pub(in crate::forge) fn catch_up(
    site: &Site,
    git: &Git,
    branch: &str,
    old: &str,
) -> Result<Vec<Followed>, ForgeError> {
    let Some(tip) = git.commit(&format!("refs/heads/{branch}"))? else { return Ok(Vec::new()) };
    let mut followed = Vec::new();
    for path in git.checkouts_of(branch)? {
        let here = site.git(Repository::find(&path)?);
        // Whoever moved the base had seen that it was clean; and it is at `old` as long as nobody took it along.
        if here.index_is(&tip)? {
            followed.push(Followed::Yes);
        } else if here.index_is(old)? {
            followed.push(match follow_patiently(&here, old, &tip) {
                Ok(()) => Followed::Yes,
                Err(err) if holds_index(&here) => Followed::NotYet(left(&path, &why(&err), old, &tip)),
                Err(err) => Followed::No(left(&path, &why(&err), old, &tip)),
            });
        } else {
            let why = "has changes that are not committed";
            followed.push(Followed::No(left(&path, why, old, &tip)));
        }
    }
    Ok(followed)
}

fn why(err: &GitError) -> String {
    format!("could not be taken along ({})", crate::explain(err))
}

/// Somebody may hold the index for a moment, such as a `git status` of theirs.
fn follow_patiently(git: &Git, old: &str, new: &str) -> Result<(), GitError> {
    let begun = Instant::now();
    loop {
        match git.follow(old, new) {
            Err(_) if holds_index(git) && begun.elapsed() < PATIENCE => std::thread::park_timeout(LOOK),
            ended => return ended,
        }
    }
}

fn holds_index(git: &Git) -> bool {
    git.git_dir().join("index.lock").exists()
}
