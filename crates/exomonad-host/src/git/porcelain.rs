//! Runs git and reads its porcelain output. Nothing here changes a repository.

use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Repository, Standing, remote};
use crate::contract::git::{
    Commit, Divergence, FileStat, Repository as RepositoryInfo, TreeStatus, Worktree,
};
use crate::exec::{Cmd, ExecError};

/// Git in one checkout.
#[derive(Debug, Clone)]
pub struct Git {
    repository: Repository,
    search_path: String,
    home: Option<Utf8PathBuf>,
    limit: Duration,
    env: Vec<(&'static str, String)>,
}

/// Why git gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// The program failed.
    #[error("git failed")]
    Exec(#[from] ExecError),
    /// An argument could be taken for an option.
    #[error("`{argument}` cannot be a revision or a remote")]
    Argument {
        /// The argument.
        argument: String,
    },
    /// Its output is not what its documentation says.
    #[error("git printed a line that makes no sense: `{line}`")]
    Output {
        /// The line.
        line: String,
    },
}

impl Git {
    /// Git in a checkout; `search_path` is a `PATH` value, `home` is where the user's settings are.
    #[must_use]
    pub fn new(repository: Repository, search_path: &str, home: Option<&Utf8Path>) -> Self {
        let limit = Duration::from_secs(10);
        Self {
            repository,
            search_path: search_path.to_owned(),
            home: home.map(Utf8Path::to_owned),
            limit,
            env: Vec::new(),
        }
    }

    pub(super) fn repository(&self) -> &Repository {
        &self.repository
    }

    /// Limits the time of each command; 10 s unless set.
    #[must_use]
    pub fn limit(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }

    /// With these variables set, too.
    #[must_use]
    pub(super) fn env(self, env: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        Self { env: env.into_iter().collect(), ..self }
    }

    /// What differs from the last commit.
    ///
    /// # Errors
    /// Git failed.
    pub fn status(&self) -> Result<TreeStatus, GitError> {
        Ok(Standing::parse(&self.run(&["status", "--porcelain=v2", "-z", "--untracked-files=all"])?)?
            .tree_status())
    }

    /// The commits reachable from `revision`, newest first.
    ///
    /// # Errors
    /// Git failed, or there is no such revision.
    pub fn log(&self, revision: &str, limit: u32) -> Result<Vec<Commit>, GitError> {
        let count = format!("--max-count={limit}");
        let text =
            self.run(&["log", &count, "-z", "--format=%H%x1f%an%x1f%at%x1f%s", plain(revision)?, "--"])?;
        text.split('\0').filter(|entry| !entry.is_empty()).map(parse_commit).collect()
    }

    /// How far the branch is from its upstream.
    ///
    /// # Errors
    /// Git failed.
    pub fn ahead_behind(&self) -> Result<Divergence, GitError> {
        let text = self.run(&["status", "--porcelain=v2", "--branch", "--untracked-files=no"])?;
        let header = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let upstream = header("# branch.upstream ").map(str::to_owned);
        let (ahead, behind) = match header("# branch.ab ") {
            None => (0, 0),
            Some(counts) => {
                parse_counts(counts).ok_or_else(|| GitError::Output { line: counts.to_owned() })?
            }
        };
        Ok(Divergence { upstream, ahead, behind })
    }

    /// The URL of a remote.
    ///
    /// # Errors
    /// Git failed; a remote that is not there is no error.
    pub fn remote_url(&self, remote: &str) -> Result<Option<String>, GitError> {
        self.optional(&["remote", "get-url", plain(remote)?])
    }

    /// Host, owner and name in the URL of a remote as it is configured: what git rewrites it to is how it is reached, and
    /// not what it is. Absent where there is no such remote, or its URL is a path.
    ///
    /// # Errors
    /// Git failed.
    pub(crate) fn configured_remote(
        &self,
        remote: &str,
    ) -> Result<Option<(String, String, String)>, GitError> {
        let url = self.optional(&["config", "--get", &format!("remote.{}.url", plain(remote)?)])?;
        Ok(url.and_then(|url| remote::parse(&url)))
    }

    /// Where the repository lives.
    ///
    /// # Errors
    /// Git failed.
    pub fn repository_info(&self) -> Result<RepositoryInfo, GitError> {
        let parts = self.remote_url("origin")?.and_then(|url| remote::parse(&url));
        let default_branch = self.default_branch()?;
        let (host, owner, name) = match parts {
            Some((host, owner, name)) => (Some(host), Some(owner), Some(name)),
            None => (None, None, None),
        };
        Ok(RepositoryInfo { host, owner, name, default_branch })
    }

    /// What `origin/HEAD` points to, where git recorded it.
    ///
    /// # Errors
    /// Git failed.
    pub(crate) fn default_branch(&self) -> Result<Option<String>, GitError> {
        const NAME: &str = "refs/remotes/origin/HEAD";
        let head = match self.symbolic(NAME) {
            Some(known) => known,
            None => self.optional(&["symbolic-ref", "--quiet", NAME])?,
        };
        Ok(head.and_then(|head| head.strip_prefix("refs/remotes/origin/").map(str::to_owned)))
    }

    /// What changed in the work tree since `base`.
    ///
    /// # Errors
    /// Git failed, or there is no such revision.
    pub fn diff_stat(&self, base: &str) -> Result<Vec<FileStat>, GitError> {
        let text = self.run(&["diff", "--numstat", "-z", "--no-renames", plain(base)?, "--"])?;
        text.split('\0').filter(|entry| !entry.is_empty()).map(parse_stat).collect()
    }

    /// Those of the paths, relative to the checkout's root, that git keeps versions of.
    ///
    /// # Errors
    /// Git failed.
    pub fn tracked(&self, paths: &[&str]) -> Result<Vec<String>, GitError> {
        // A path is a path here, whatever characters of a pattern it has.
        let arguments = ["--literal-pathspecs", "ls-files", "-z", "--full-name", "--"];
        let text = self.run(&[&arguments, paths].concat())?;
        Ok(text.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect())
    }

    /// This checkout.
    ///
    /// # Errors
    /// Git failed.
    pub fn worktree(&self) -> Result<Worktree, GitError> {
        Ok(Worktree {
            path: self.repository.workspace.to_string(),
            branch: self.branch()?,
            head: self.optional(&["rev-parse", "--verify", "--quiet", "HEAD"])?,
            linked: self.repository.git_dir != self.repository.common_dir,
            main: self.repository.root.to_string(),
        })
    }

    /// The branch checked out.
    ///
    /// # Errors
    /// Git failed.
    pub fn branch(&self) -> Result<Option<String>, GitError> {
        match self.repository.branch() {
            Ok(Some(branch)) => Ok(Some(branch)),
            Ok(None) | Err(_) => self.optional(&["symbolic-ref", "--quiet", "--short", "HEAD"]),
        }
    }

    pub(super) fn run(&self, args: &[&str]) -> Result<String, GitError> {
        Ok(self.command(args).text()?)
    }

    /// The one line a command prints, or nothing when it says with exit code 1 or 2 that there is none.
    pub(super) fn optional(&self, args: &[&str]) -> Result<Option<String>, GitError> {
        match self.command(args).text() {
            Ok(text) => Ok(Some(text.trim().to_owned()).filter(|line| !line.is_empty())),
            Err(ExecError::Failed { code: Some(1 | 2), .. }) => Ok(None),
            Err(err) => Err(err.into()),
        }
    }

    /// A command that takes no lock, asks nobody, reads no pager and speaks English.
    pub(super) fn command(&self, args: &[&str]) -> Cmd {
        let command = Cmd::new("git", &self.repository.workspace, &self.search_path)
            .args(args)
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C")
            .limit(self.limit);
        let command = match &self.home {
            Some(home) => command.env("HOME", home.as_str()),
            None => command,
        };
        self.env.iter().fold(command, |command, (name, value)| command.env(name, value))
    }
}

/// A revision or remote that git will not take for an option.
pub(super) fn plain(argument: &str) -> Result<&str, GitError> {
    if argument.is_empty() || argument.starts_with('-') || argument.contains('\0') {
        return Err(GitError::Argument { argument: argument.to_owned() });
    }
    Ok(argument)
}

fn parse_commit(entry: &str) -> Result<Commit, GitError> {
    let mut fields = entry.trim_start_matches('\n').splitn(4, '\u{1f}');
    let mut next = || fields.next().ok_or_else(|| GitError::Output { line: entry.to_owned() });
    let (sha, author, time, subject) = (next()?, next()?, next()?, next()?);
    let time = time.parse().map_err(|_not_a_number| GitError::Output { line: entry.to_owned() })?;
    Ok(Commit { sha: sha.to_owned(), author: author.to_owned(), time, subject: subject.to_owned() })
}

fn parse_counts(counts: &str) -> Option<(u32, u32)> {
    let (ahead, behind) = counts.split_once(' ')?;
    Some((ahead.strip_prefix('+')?.parse().ok()?, behind.strip_prefix('-')?.parse().ok()?))
}

pub(super) fn parse_stat(entry: &str) -> Result<FileStat, GitError> {
    let bad = || GitError::Output { line: entry.to_owned() };
    let mut fields = entry.splitn(3, '\t');
    let (added, deleted) = (fields.next().ok_or_else(bad)?, fields.next().ok_or_else(bad)?);
    let path = fields.next().ok_or_else(bad)?.to_owned();
    if added == "-" {
        return Ok(FileStat { path, added: 0, deleted: 0, binary: true });
    }
    let count = |field: &str| field.parse().map_err(|_not_a_number| bad());
    Ok(FileStat { path, added: count(added)?, deleted: count(deleted)?, binary: false })
}
