//! Whether commits are part of the parent's branch by now: merged, rebased, or squashed into one.

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

use super::CleanupError;
use crate::agent::Site;
use crate::agent::workspace::WorkspacePlan;
use crate::contract::WorkspaceKind;
use crate::git::{Attributes, Git, MergedTree, Repository};

/// What commits are compared with. What git writes on the way is thrown away.
pub(super) struct Merging {
    git: Git,
    /// The parent's branch, and what that follows.
    targets: Vec<String>,
    /// For a standalone repository: the commit that its first one stands for.
    stands_for: Option<String>,
    /// Kept for its drop, which removes it.
    _scratch: TempDir,
}

impl Merging {
    pub(super) fn new(
        site: &Site,
        plan: &WorkspacePlan,
        checkout: &Repository,
    ) -> Result<Self, CleanupError> {
        let scratch = tempfile::tempdir().map_err(CleanupError::Scratch)?;
        let dir = Utf8PathBuf::try_from(scratch.path().to_owned())
            .map_err(|err| CleanupError::Scratch(err.into_io_error()))?;
        let origin = site.git(plan.origin.clone());
        let stores: [&Utf8Path; 2] = [&plan.origin.common_dir, &checkout.common_dir];
        let git = origin.scratch(&dir, &stores);
        let ground = plan.ground.as_ref();
        let mut targets = Vec::new();
        if let Some(ground) = ground {
            let base = format!("refs/heads/{}", ground.base);
            if git.commit(&base)?.is_some() {
                targets.push(base);
                targets.extend(git.upstream(&ground.base)?);
            }
        }
        if targets.is_empty() {
            // The parent's branch is gone; what the parent has checked out is the best that is left.
            targets.push("HEAD".to_owned());
        }
        let stands_for = ground.filter(|_| plan.kind == WorkspaceKind::Standalone);
        let stands_for = stands_for.map(|ground| ground.base_sha.clone());
        Ok(Self { git, targets, stands_for, _scratch: scratch })
    }

    /// Whether one of the targets has all that `tip` has.
    pub(super) fn is_merged(&self, tip: &str) -> Result<bool, CleanupError> {
        let tip = match &self.stands_for {
            // Its history is its own: what it changed counts as one commit on top of where it began.
            Some(base_sha) => self.squashed(tip, base_sha)?,
            None => tip.to_owned(),
        };
        for target in &self.targets {
            if self.has(target, &tip)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn has(&self, target: &str, tip: &str) -> Result<bool, CleanupError> {
        if self.git.unmatched(target, tip)? == 0 {
            return Ok(true);
        }
        // Merging it once more would change nothing.
        if let MergedTree::Clean(tree) = self.git.merge_trees(Attributes::OfCheckout, None, target, tip)?
            && self.git.tree(target).is_ok_and(|own| own == tree)
        {
            return Ok(true);
        }
        // The target went on after it took all of it in one commit.
        let Some(merge_base) = self.git.merge_base(target, tip)? else { return Ok(false) };
        let squashed = self.squashed(tip, &merge_base)?;
        Ok(self.git.unmatched(target, &squashed)? == 0)
    }

    /// All that `tip` has since `base`, as one commit.
    fn squashed(&self, tip: &str, base: &str) -> Result<String, CleanupError> {
        Ok(self.git.commit_tree(&self.git.tree(tip)?, &[base], "squashed")?)
    }
}
