//! Moves branches, and the checkouts that follow them.

use std::io::Write as _;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};

use super::merge::Author;
use super::porcelain::plain;
use super::write::{IDENTITY, QUIETLY};
use super::{Git, GitError, Standing, both};
use crate::exec::ExecError;

/// A commit to make.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewCommit<'a> {
    pub(crate) tree: &'a str,
    pub(crate) parents: &'a [&'a str],
    pub(crate) message: &'a str,
    /// Who did the work; absent: whoever commits.
    pub(crate) author: Option<&'a Author>,
    pub(crate) committer: Committer<'a>,
}

/// Who commits.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Committer<'a> {
    /// Whom git's configuration names.
    User,
    /// We do, since it names nobody.
    Ours,
    /// Somebody who did so before.
    As(&'a Author),
}

impl Git {
    /// Git's directory for this checkout.
    pub(crate) fn git_dir(&self) -> &Utf8Path {
        &self.repository().git_dir
    }

    /// Makes a commit and returns its id.
    ///
    /// # Errors
    /// There is no such tree, or git failed.
    pub(crate) fn make_commit(&self, commit: &NewCommit<'_>) -> Result<String, GitError> {
        let temporary = |source| GitError::Exec(ExecError::Start { program: "git".to_owned(), source });
        // A message can be longer than an argument.
        let mut message = tempfile::NamedTempFile::new().map_err(temporary)?;
        message.write_all(commit.message.as_bytes()).map_err(temporary)?;
        let file = message.path().to_string_lossy().into_owned();
        let mut arguments = vec!["commit-tree", "--no-gpg-sign", "-F", &file];
        for parent in commit.parents {
            arguments.extend(["-p", parent]);
        }
        arguments.push(commit.tree);
        let mut env: Vec<(&str, &str)> = Vec::new();
        let committed;
        match commit.committer {
            Committer::User => {}
            Committer::Ours => env.extend(IDENTITY),
            Committer::As(by) => {
                committed = format!("@{}", by.date);
                env.extend([("GIT_COMMITTER_NAME", by.name.as_str()), ("GIT_COMMITTER_EMAIL", &by.email)]);
                env.push(("GIT_COMMITTER_DATE", &committed));
            }
        }
        let authored;
        if let Some(by) = commit.author {
            env.extend([("GIT_AUTHOR_NAME", by.name.as_str()), ("GIT_AUTHOR_EMAIL", &by.email)]);
            // Without one it is made now.
            if !by.date.is_empty() {
                authored = format!("@{}", by.date);
                env.push(("GIT_AUTHOR_DATE", &authored));
            }
        }
        Ok(self.change(&arguments, &env)?.trim().to_owned())
    }

    /// Who commits here: its user, if git's configuration names one. Git would make up an address from the machine's name
    /// otherwise.
    ///
    /// # Errors
    /// Git failed.
    pub(crate) fn committer(&self) -> Result<Committer<'static>, GitError> {
        let arguments = ["config", "-z", "--get-regexp", "^user\\.(name|email)$"];
        let text = self.optional(&arguments)?.unwrap_or_default();
        // The last one of a key counts.
        let has = |key: &str| {
            let mut values = text.split('\0').filter_map(|entry| entry.split_once('\n'));
            values.rfind(|(found, _)| *found == key).is_some_and(|(_, value)| !value.trim().is_empty())
        };
        Ok(if has("user.name") && has("user.email") { Committer::User } else { Committer::Ours })
    }

    /// Moves a branch that is still at `old`; tells whether it is at `new` now.
    ///
    /// # Errors
    /// Git failed, and the branch is where it was.
    pub(crate) fn move_branch(
        &self,
        branch: &str,
        old: &str,
        new: &str,
        message: &str,
    ) -> Result<bool, GitError> {
        let name = format!("refs/heads/{branch}");
        // Somebody else may hold the ref for a moment.
        let wait = ["-c", "core.filesRefLockTimeout=3000", "-c", "core.packedRefsTimeout=3000"];
        let arguments = ["update-ref", "--create-reflog", "-m", message, &name, new, old];
        let moved = self.change(&[&wait[..], &arguments].concat(), &[]);
        // Whatever the command said: the ref tells.
        match self.commit(&name)? {
            Some(tip) if tip == new => Ok(true),
            Some(tip) if tip == old => moved.map(|_| false),
            Some(_) | None => Ok(false),
        }
    }

    /// The checkouts that have a branch, as far as they are there.
    ///
    /// # Errors
    /// Git failed.
    pub(crate) fn checkouts_of(&self, branch: &str) -> Result<Vec<Utf8PathBuf>, GitError> {
        let text = self.run(&["worktree", "list", "--porcelain", "-z"])?;
        let wanted = format!("branch refs/heads/{branch}");
        let has_it = |entry: &&str| entry.split('\0').any(|line| line == wanted);
        let path = |entry: &str| {
            entry.split('\0').find_map(|line| line.strip_prefix("worktree ")).map(Utf8PathBuf::from)
        };
        let found = text.split("\0\0").filter(has_it).filter_map(path);
        Ok(found.filter(|path| path.join(".git").exists()).collect())
    }

    /// As [`Git::standing`], with a path that was renamed as one that went and one that came.
    ///
    /// # Errors
    /// Git failed.
    pub(crate) fn standing_by_path(&self) -> Result<Standing, GitError> {
        self.standing_with("--no-renames")
    }

    /// Whether the index has exactly what a revision has.
    ///
    /// # Errors
    /// Git failed, or there is no such revision.
    pub(crate) fn index_is(&self, revision: &str) -> Result<bool, GitError> {
        let arguments =
            ["diff-index", "--cached", "--quiet", "--ignore-submodules=none", plain(revision)?, "--"];
        match self.command(&arguments).text() {
            Ok(_) => Ok(true),
            // By its documentation: there are differences.
            Err(ExecError::Failed { code: Some(1), .. }) => Ok(false),
            Err(err) => Err(err.into()),
        }
    }

    /// Takes this checkout, whose index is that of `old`, to `new`. What somebody changed and did not commit stays.
    ///
    /// # Errors
    /// It would be overwritten, somebody holds the index, or git failed; then nothing has changed.
    pub(crate) fn follow(&self, old: &str, new: &str) -> Result<(), GitError> {
        let slow = self.patient();
        let arguments = ["-c", "submodule.recurse=false", "read-tree", "-m", "-u", plain(old)?, plain(new)?];
        if slow.change(&arguments, &[]).is_ok() {
            return Ok(());
        }
        // The index may not know yet that a file was only touched; most of the time it does, and no file needs a look.
        let refresh = slow.change(&["update-index", "-q", "--refresh"], &[]);
        crate::drop_logged(refresh, "look which files were touched");
        slow.change(&arguments, &[]).map(drop)
    }

    /// Copies a commit of another repository, with all that it needs. No ref leads to it yet.
    ///
    /// # Errors
    /// There is no such commit, or git failed.
    pub(crate) fn fetch_objects(&self, from: &Utf8Path, commit: &str) -> Result<(), GitError> {
        self.fetch(from, plain(commit)?)
    }

    /// The remote that a branch is pushed to: what is configured for it, else `origin`, else the only one.
    ///
    /// # Errors
    /// Git failed.
    pub(crate) fn push_remote(&self, branch: &str) -> Result<Option<String>, GitError> {
        let name = format!("refs/heads/{branch}");
        let (named, text) = both(
            || self.optional(&["for-each-ref", "--format=%(push:remotename)", &name]),
            || self.run(&["remote"]),
        );
        // A branch that follows a local one has this for a remote.
        if let Some(named) = named?.filter(|named| named != ".") {
            return Ok(Some(named));
        }
        let text = text?;
        let remotes: Vec<_> = text.lines().collect();
        Ok(match remotes.as_slice() {
            [only] => Some((*only).to_owned()),
            several => several.iter().find(|name| **name == "origin").map(|name| (*name).to_owned()),
        })
    }

    /// Pushes what is checked out as a branch of that name, which it follows from then on. `env` is how the user reaches the
    /// remote.
    ///
    /// # Errors
    /// The remote does not take it or does not answer, or git failed.
    pub(crate) fn push(
        &self,
        remote: &str,
        branch: &str,
        env: &[(String, String)],
        limit: Duration,
    ) -> Result<(), GitError> {
        let what = format!("HEAD:refs/heads/{branch}");
        self.over_the_network(&["push", "--quiet", "--set-upstream", plain(remote)?, &what], env, limit)
    }

    /// Pushes a branch as it is, whatever is checked out.
    ///
    /// # Errors
    /// The remote does not take it or does not answer, or git failed.
    pub(crate) fn push_branch(
        &self,
        remote: &str,
        branch: &str,
        env: &[(String, String)],
        limit: Duration,
    ) -> Result<(), GitError> {
        let what = format!("refs/heads/{branch}:refs/heads/{branch}");
        self.over_the_network(&["push", "--quiet", plain(remote)?, &what], env, limit)
    }

    /// Fetches a branch of a remote, and takes note of where it is there.
    ///
    /// # Errors
    /// The remote has no such branch or does not answer, or git failed.
    pub(crate) fn fetch_branch(
        &self,
        remote: &str,
        branch: &str,
        env: &[(String, String)],
        limit: Duration,
    ) -> Result<(), GitError> {
        let what = format!("+refs/heads/{branch}:refs/remotes/{remote}/{branch}");
        let quietly = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"];
        self.over_the_network(&[&quietly[..], &[plain(remote)?, &what]].concat(), env, limit)
    }

    fn over_the_network(
        &self,
        arguments: &[&str],
        env: &[(String, String)],
        limit: Duration,
    ) -> Result<(), GitError> {
        let command = self.command(&[&QUIETLY[..], arguments].concat()).envs(env).limit(limit);
        Ok(command.env("GIT_OPTIONAL_LOCKS", "1").text().map(drop)?)
    }
}
