//! What each strategy makes of a head: a commit, in git's object store alone.

use crate::contract::forge::MergeStrategy;
use crate::forge::ForgeError;
use crate::git::{Attributes, Author, Committer, Git, MergedTree, NewCommit, Which, both};
use crate::store::PullRow;

/// The oldest git that merges without a checkout, and the oldest that replays single commits so.
const MERGES: (u32, u32) = (2, 38);
const REPLAYS: (u32, u32) = (2, 40);

/// What a strategy makes of a head.
pub(super) enum Candidate {
    /// Both sides changed the same: the paths.
    Conflicts(Vec<String>),
    /// The base has all of it.
    Nothing,
    /// The commit that the base is to be at.
    Commit(String),
}

/// What makes them.
pub(super) struct Press<'a> {
    git: &'a Git,
    strategy: MergeStrategy,
    attributes: Attributes,
    committer: Committer<'static>,
}

impl<'a> Press<'a> {
    /// # Errors
    /// Git is too old for the strategy, or failed.
    pub(super) fn new(git: &'a Git, strategy: MergeStrategy) -> Result<Self, ForgeError> {
        let (committer, found) = both(|| git.committer(), || git.version());
        let found = found?;
        let needed = match strategy {
            MergeStrategy::Squash | MergeStrategy::Merge => MERGES,
            MergeStrategy::Rebase => REPLAYS,
        };
        let words = |(major, minor): (u32, u32)| format!("{major}.{minor}");
        if found < needed {
            return Err(ForgeError::OldGit { found: words(found), needed: words(needed) });
        }
        Ok(Self { git, strategy, attributes: Attributes::of(found), committer: committer? })
    }

    /// Makes the head a part of the base, which is at `old`, and does not have it yet.
    pub(super) fn make(&self, pull: &PullRow, old: &str, head: &str) -> Result<Candidate, ForgeError> {
        match self.strategy {
            MergeStrategy::Squash => self.squash(pull, old, head),
            MergeStrategy::Merge => self.join(pull, old, head),
            MergeStrategy::Rebase => self.replay(pull, old, head),
        }
    }

    /// All of it as one commit, by the first of its authors.
    fn squash(&self, pull: &PullRow, old: &str, head: &str) -> Result<Candidate, ForgeError> {
        let tree = match self.git.merge_trees(self.attributes, None, old, head)? {
            MergedTree::Conflicts(paths) => return Ok(Candidate::Conflicts(paths)),
            MergedTree::Clean(tree) => tree,
        };
        if self.git.tree(old)? == tree {
            return Ok(Candidate::Nothing);
        }
        let authors = authors(self.git, old, head)?;
        let (first, others) = match authors.split_first() {
            Some((first, others)) => (Some(first), others),
            None => (None, &[][..]),
        };
        self.commit(&tree, &[old], &message(pull, others), first).map(Candidate::Commit)
    }

    /// A commit that has both sides for parents.
    fn join(&self, pull: &PullRow, old: &str, head: &str) -> Result<Candidate, ForgeError> {
        let tree = match self.git.merge_trees(self.attributes, None, old, head)? {
            MergedTree::Conflicts(paths) => return Ok(Candidate::Conflicts(paths)),
            MergedTree::Clean(tree) => tree,
        };
        self.commit(&tree, &[old, head], &message(pull, &[]), None).map(Candidate::Commit)
    }

    /// Each commit of the head on top of the base, as `git rebase` does: a commit that is there already is kept, one whose
    /// change the base has is left out.
    fn replay(&self, pull: &PullRow, old: &str, head: &str) -> Result<Candidate, ForgeError> {
        let git = self.git;
        let (mut tip, mut tip_tree) = (old.to_owned(), git.tree(old)?);
        for step in git.steps(old, head, Which::ToReplay)? {
            let Some(parent) = step.parents.first() else {
                return Err(ForgeError::Rootless { head: pull.head.clone(), commit: step.id });
            };
            let is_on_top = *parent == tip;
            let tree = if is_on_top {
                git.tree(&step.id)?
            } else {
                match git.merge_trees(self.attributes, Some(parent), &tip, &step.id)? {
                    MergedTree::Conflicts(paths) => return Ok(Candidate::Conflicts(paths)),
                    MergedTree::Clean(tree) => tree,
                }
            };
            if tree == tip_tree {
                continue;
            }
            tip = if is_on_top {
                step.id
            } else {
                self.commit(&tree, &[&tip], &step.message, Some(&step.author))?
            };
            tip_tree = tree;
        }
        Ok(if tip == old { Candidate::Nothing } else { Candidate::Commit(tip) })
    }

    fn commit(
        &self,
        tree: &str,
        parents: &[&str],
        message: &str,
        author: Option<&Author>,
    ) -> Result<String, ForgeError> {
        let commit = NewCommit { tree, parents, message, author, committer: self.committer };
        Ok(self.git.make_commit(&commit)?)
    }
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
