//! What is known here of a remote's branches.

use std::collections::BTreeMap;

use super::porcelain::plain;
use super::{Git, GitError};

impl Git {
    /// The branches of a remote and their newest commits, as they were when they were last pushed or fetched.
    ///
    /// # Errors
    /// Git failed.
    pub(crate) fn tracked_branches(&self, remote: &str) -> Result<BTreeMap<String, String>, GitError> {
        let prefix = format!("refs/remotes/{}/", plain(remote)?);
        let text = self.run(&["for-each-ref", "--format=%(objectname) %(refname)", &prefix])?;
        let lines = text.lines().filter_map(|line| line.split_once(' '));
        let branches = lines.filter_map(|(sha, name)| Some((name.strip_prefix(&prefix)?, sha)));
        Ok(branches.map(|(name, sha)| (name.to_owned(), sha.to_owned())).collect())
    }
}
