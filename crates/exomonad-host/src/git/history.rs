//! What a branch holds, and where it came from.

use camino::Utf8Path;

use super::porcelain::plain;
use super::{Git, GitError};
use crate::contract::git::Commit;

/// Where a branch stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tip {
    /// The commit.
    pub(crate) commit: String,
    /// Where the branch is checked out; empty when nowhere.
    pub(crate) worktree: String,
}

impl Git {
    /// The commit that a revision names.
    ///
    /// # Errors
    /// Git failed; a revision that is not there is no error.
    pub fn commit(&self, revision: &str) -> Result<Option<String>, GitError> {
        if let Some(found) = self.loose_branch(revision) {
            return Ok(Some(found));
        }
        self.optional(&["rev-parse", "--verify", "--quiet", &format!("{}^{{commit}}", plain(revision)?)])
    }

    /// The tree of a commit.
    ///
    /// # Errors
    /// Git failed, or there is no such revision.
    pub(crate) fn tree(&self, revision: &str) -> Result<String, GitError> {
        let text = self.run(&["rev-parse", "--verify", &format!("{}^{{tree}}", plain(revision)?)])?;
        Ok(text.trim().to_owned())
    }

    /// A branch's commit, and where it is checked out.
    ///
    /// # Errors
    /// Git failed; a branch that is not there is no error.
    pub(crate) fn tip(&self, branch: &str) -> Result<Option<Tip>, GitError> {
        let name = format!("refs/heads/{branch}");
        let text =
            self.run(&["for-each-ref", "--format=%(refname)%00%(objectname)%00%(worktreepath)", &name])?;
        let exact = text.lines().find_map(|line| line.strip_prefix(&name)?.strip_prefix('\0'));
        let tip = exact.and_then(|rest| rest.split_once('\0'));
        Ok(tip.map(|(commit, worktree)| Tip { commit: commit.to_owned(), worktree: worktree.to_owned() }))
    }

    /// The branches of this name or below it.
    ///
    /// # Errors
    /// Git failed.
    pub(crate) fn branches_at(&self, branch: &str) -> Result<Vec<String>, GitError> {
        let text =
            self.run(&["for-each-ref", "--format=%(refname:lstrip=2)", &format!("refs/heads/{branch}")])?;
        Ok(text.lines().map(str::to_owned).collect())
    }

    /// How a branch began: the message of its oldest reflog entry.
    ///
    /// # Errors
    /// Git failed, or there is no such branch.
    pub(crate) fn birth(&self, branch: &str) -> Result<Option<String>, GitError> {
        let name = format!("refs/heads/{branch}");
        let text = self.run(&["reflog", "show", "--format=%gs", &name, "--"])?;
        Ok(text.lines().last().map(str::to_owned))
    }

    /// How many commits the refs of the repository lead to.
    ///
    /// # Errors
    /// Git failed.
    pub(crate) fn count_commits(&self) -> Result<u64, GitError> {
        self.count(&["--all"])
    }

    /// How many commits `revision` has that no remote has, as far as is known here; nothing when there is no remote.
    ///
    /// # Errors
    /// Git failed.
    pub(crate) fn unpushed(&self, revision: &str) -> Result<Option<u64>, GitError> {
        if self.run(&["remote"])?.is_empty() {
            return Ok(None);
        }
        self.count(&[plain(revision)?, "--not", "--remotes"]).map(Some)
    }

    /// How many commits `revision` has whose change `target` has not.
    ///
    /// # Errors
    /// Git failed, or there is no such revision.
    pub(crate) fn unmatched(&self, target: &str, revision: &str) -> Result<u64, GitError> {
        self.count(&["--cherry-pick", "--right-only", &format!("{}...{revision}", plain(target)?)])
    }

    /// The commit that two revisions last had in common.
    ///
    /// # Errors
    /// Git failed, or there is no such revision.
    pub(crate) fn merge_base(&self, one: &str, other: &str) -> Result<Option<String>, GitError> {
        self.optional(&["merge-base", plain(one)?, plain(other)?])
    }

    /// The branch that a branch follows, as a ref, if it is known here.
    ///
    /// # Errors
    /// Git failed.
    pub(crate) fn upstream(&self, branch: &str) -> Result<Option<String>, GitError> {
        let text = self.run(&["for-each-ref", "--format=%(upstream)", &format!("refs/heads/{branch}")])?;
        let upstream = text.lines().next().unwrap_or_default();
        let known = if upstream.is_empty() { None } else { self.commit(upstream)? };
        Ok(known.map(|_| upstream.to_owned()))
    }

    /// The commits that the refs of the repository lead to: branches, and what was put away.
    ///
    /// # Errors
    /// Git failed.
    pub(crate) fn tips(&self) -> Result<Vec<String>, GitError> {
        let arguments = ["for-each-ref", "--format=%(objectname)", "refs/heads", "refs/stash"];
        let mut tips: Vec<_> = self.run(&arguments)?.lines().map(str::to_owned).collect();
        tips.sort();
        tips.dedup();
        Ok(tips)
    }

    /// The first commit of the checked out history.
    ///
    /// # Errors
    /// Git failed, or there is no commit.
    pub(crate) fn first_commit(&self) -> Result<Option<String>, GitError> {
        Ok(self.run(&["rev-list", "--max-parents=0", "HEAD", "--"])?.lines().last().map(str::to_owned))
    }

    /// The commits reachable from `revision` and not from `known`, newest first: as many as the limit says, and how many
    /// there are.
    ///
    /// # Errors
    /// Git failed, or there is no such revision.
    pub(crate) fn beyond(
        &self,
        known: &str,
        revision: &str,
        limit: u32,
    ) -> Result<(Vec<Commit>, u64), GitError> {
        let range = format!("{}..{}", plain(known)?, plain(revision)?);
        let commits = self.log(&range, limit)?;
        let found = u64::try_from(commits.len()).unwrap_or(u64::MAX);
        // All of them are listed.
        let count = if found < limit.into() { found } else { self.count(&[&range])? };
        Ok((commits, count))
    }

    /// How many commits are reachable from `revision` and not from `known`.
    ///
    /// # Errors
    /// Git failed, or there is no such revision.
    pub(crate) fn count_beyond(&self, known: &str, revision: &str) -> Result<u64, GitError> {
        self.count(&[&format!("{}..{}", plain(known)?, plain(revision)?)])
    }

    fn count(&self, what: &[&str]) -> Result<u64, GitError> {
        let text = self.run(&[&["rev-list", "--count"], what, &["--"]].concat())?;
        text.trim().parse().map_err(|_not_a_number| GitError::Output { line: text.clone() })
    }

    /// The name and address that this repository's own configuration gives its user, as keys and values.
    ///
    /// # Errors
    /// Git failed.
    pub(crate) fn own_identity(&self) -> Result<Vec<(String, String)>, GitError> {
        let arguments = ["config", "--local", "-z", "--get-regexp", "^user\\.(name|email)$"];
        let text = self.optional(&arguments)?.unwrap_or_default();
        let entries = text.split('\0').filter_map(|entry| entry.split_once('\n'));
        Ok(entries.map(|(key, value)| (key.to_owned(), value.to_owned())).collect())
    }

    /// Whether the repository has no work tree.
    ///
    /// # Errors
    /// Git failed.
    pub(crate) fn is_bare(&self) -> Result<bool, GitError> {
        Ok(self.run(&["rev-parse", "--is-bare-repository"])?.trim() == "true")
    }

    /// The paths that git does not keep versions of and that match a pattern of this file.
    ///
    /// # Errors
    /// Git failed.
    pub(crate) fn unversioned_matching(&self, patterns: &Utf8Path) -> Result<Vec<String>, GitError> {
        let from = format!("--exclude-from={patterns}");
        let text = self.run(&["ls-files", "--others", "--ignored", &from, "-z", "--"])?;
        Ok(text.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect())
    }
}
