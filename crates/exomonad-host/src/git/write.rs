//! Runs git to change a repository.
//!
//! Rules: what is replaced or removed is named together with the state that it was seen in; no hook of the user's runs, since
//! it could ask, refuse or never end; nothing is signed.

use std::time::Duration;

use camino::Utf8Path;

use super::{Git, GitError};

/// What holds for every command that changes something.
pub(super) const QUIETLY: [&str; 8] = [
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "commit.gpgSign=false",
    "-c",
    "gc.auto=0",
    "-c",
    "maintenance.auto=false",
];

/// How long a command may take that writes many files.
const FILES_LIMIT: Duration = Duration::from_secs(600);

/// Who makes the commits that are not an agent's; the user need not have told git a name.
pub(super) const IDENTITY: [(&str, &str); 4] = [
    ("GIT_AUTHOR_NAME", "exomonad"),
    ("GIT_AUTHOR_EMAIL", "exomonad@localhost"),
    ("GIT_COMMITTER_NAME", "exomonad"),
    ("GIT_COMMITTER_EMAIL", "exomonad@localhost"),
];

impl Git {
    /// Makes a branch at a commit, with the message as the first of its reflog.
    ///
    /// # Errors
    /// There is a branch of this name, below it or above it, or git failed.
    pub(crate) fn create_branch(&self, branch: &str, commit: &str, message: &str) -> Result<(), GitError> {
        let name = format!("refs/heads/{branch}");
        // An empty old value: the ref must not be there.
        self.change(&["update-ref", "--create-reflog", "-m", message, &name, commit, ""], &[])?;
        Ok(())
    }

    /// Makes a ref outside of the branches at a commit.
    ///
    /// # Errors
    /// It is there, or git failed.
    pub(crate) fn create_ref(&self, name: &str, commit: &str, message: &str) -> Result<(), GitError> {
        self.change(&["update-ref", "--create-reflog", "-m", message, name, commit, ""], &[])?;
        Ok(())
    }

    /// Removes a branch that is still at the commit.
    ///
    /// # Errors
    /// It is elsewhere by now, or git failed.
    pub(crate) fn delete_branch(&self, branch: &str, commit: &str) -> Result<(), GitError> {
        self.change(&["update-ref", "-d", &format!("refs/heads/{branch}"), commit], &[])?;
        Ok(())
    }

    /// Checks a branch out in a new worktree, which is locked with the reason from its very beginning.
    ///
    /// # Errors
    /// The path or the branch is in use, or git failed.
    pub(crate) fn add_worktree(&self, path: &Utf8Path, branch: &str, reason: &str) -> Result<(), GitError> {
        let slow = self.patient();
        let arguments =
            ["worktree", "add", "--quiet", "--lock", "--reason", reason, "--", path.as_str(), branch];
        slow.change(&arguments, &[])?;
        Ok(())
    }

    /// Makes this directory, which must be there, a repository without a commit; `commit` is one of the repository whose
    /// kind of ids it is to have.
    ///
    /// # Errors
    /// Git failed.
    pub(crate) fn init(&self, branch: &str, commit: &str) -> Result<(), GitError> {
        let format = if commit.len() == 64 { "--object-format=sha256" } else { "--object-format=sha1" };
        let branch = format!("--initial-branch={branch}");
        self.change(&["init", "--quiet", "--template=", format, &branch, "--", "."], &[])?;
        Ok(())
    }

    /// Makes a commit of a tree and returns its id.
    ///
    /// # Errors
    /// There is no such tree, or git failed.
    pub(crate) fn commit_tree(
        &self,
        tree: &str,
        parents: &[&str],
        message: &str,
    ) -> Result<String, GitError> {
        let mut arguments = vec!["commit-tree", "--no-gpg-sign", "-m", message];
        for parent in parents {
            arguments.extend(["-p", parent]);
        }
        arguments.push(tree);
        Ok(self.change(&arguments, &IDENTITY)?.trim().to_owned())
    }

    /// Copies every object that the refs need and that is only borrowed into this repository.
    ///
    /// # Errors
    /// One is missing, or git failed.
    pub(crate) fn keep_borrowed(&self) -> Result<(), GitError> {
        let slow = self.patient();
        slow.change(&["repack", "-a", "-d", "-q"], &[])?;
        Ok(())
    }

    /// Writes the files of the last commit. Whatever stands in their place is gone.
    ///
    /// # Errors
    /// Git failed.
    pub(crate) fn check_out_all(&self) -> Result<(), GitError> {
        self.patient().change(&["reset", "--hard", "--quiet"], &[])?;
        Ok(())
    }

    /// Sets a key of this repository's own configuration.
    ///
    /// # Errors
    /// Git failed.
    pub(crate) fn configure(&self, key: &str, value: &str) -> Result<(), GitError> {
        self.change(&["config", "--local", key, value], &[])?;
        Ok(())
    }

    /// A tree of everything in the work tree that git does not ignore. `index` is a copy of the checkout's index, which
    /// this changes. Takes as long as [`Git::limit`] says, twice.
    ///
    /// # Errors
    /// A file cannot be read, or git failed.
    pub(crate) fn tree_of_files(&self, index: &Utf8Path) -> Result<String, GitError> {
        let env = [("GIT_INDEX_FILE", index.as_str())];
        self.change(&["add", "--all", "--", "."], &env)?;
        Ok(self.change(&["write-tree"], &env)?.trim().to_owned())
    }

    /// Git with the patience for a command that writes many files.
    #[must_use]
    pub(crate) fn patient(&self) -> Self {
        self.clone().limit(FILES_LIMIT)
    }

    /// Copies a commit of another repository, with all that it needs, under a ref that is not there yet.
    ///
    /// # Errors
    /// The ref is there, or git failed.
    pub(crate) fn fetch_commit(&self, from: &Utf8Path, commit: &str, name: &str) -> Result<(), GitError> {
        self.fetch(from, &format!("{commit}:{name}"))
    }

    /// Fetches from another repository, and nothing besides: no tags, no submodules, no note of what was fetched.
    pub(super) fn fetch(&self, from: &Utf8Path, what: &str) -> Result<(), GitError> {
        let quietly =
            ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--"];
        self.patient().change(&[&quietly[..], &[from.as_str(), what]].concat(), &[]).map(drop)
    }

    /// Has git take no notice of what becomes of a file that it keeps versions of.
    ///
    /// # Errors
    /// Git failed.
    pub(crate) fn skip_worktree(&self, path: &str) -> Result<(), GitError> {
        self.change(&["update-index", "--skip-worktree", "--", path], &[]).map(drop)
    }

    pub(super) fn change(&self, args: &[&str], env: &[(&str, &str)]) -> Result<String, GitError> {
        let command = self.command(&[&QUIETLY, args].concat()).env("GIT_OPTIONAL_LOCKS", "1");
        let command = env.iter().fold(command, |command, (name, value)| command.env(name, value));
        Ok(command.text()?)
    }
}
