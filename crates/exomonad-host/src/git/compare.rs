//! What lies between two commits.

use super::porcelain::{parse_stat, plain};
use super::{Git, GitError};
use crate::contract::git::FileStat;
use crate::exec::ExecError;

/// How a diff is written, whatever the user's configuration says.
const PLAINLY: [&str; 6] =
    ["--no-color", "--no-ext-diff", "--no-textconv", "--no-relative", "--src-prefix=a/", "--dst-prefix=b/"];

/// A path that differs between two commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    /// Relative to the top.
    pub(crate) path: String,
    /// The first has nothing there.
    pub(crate) is_addition: bool,
    /// One of them has a repository of its own there.
    pub(crate) is_submodule: bool,
}

impl Git {
    /// The paths that differ between two commits.
    ///
    /// # Errors
    /// Git failed, or there is no such revision.
    pub(crate) fn differences(&self, old: &str, new: &str) -> Result<Vec<Difference>, GitError> {
        let text = self.run(&["diff-tree", "-r", "-z", "--no-renames", plain(old)?, plain(new)?, "--"])?;
        let mut parts = text.split('\0').filter(|part| !part.is_empty());
        let mut found = Vec::new();
        while let Some(facts) = parts.next() {
            let bad = || GitError::Output { line: facts.to_owned() };
            // `:OLD_MODE NEW_MODE OLD_ID NEW_ID LETTER`, and the path as the next part.
            let fields: Vec<_> = facts.trim_start_matches(':').split(' ').collect();
            let [old_mode, new_mode, _, _, letter] = fields.as_slice() else { return Err(bad()) };
            found.push(Difference {
                path: parts.next().ok_or_else(bad)?.to_owned(),
                is_addition: letter.starts_with('A'),
                is_submodule: [old_mode, new_mode].contains(&&"160000"),
            });
        }
        Ok(found)
    }

    /// What changed from one commit to another, file by file; in one path where it is given.
    ///
    /// # Errors
    /// Git failed, or there is no such revision.
    pub(crate) fn diff_stat_between(
        &self,
        old: &str,
        new: &str,
        path: Option<&str>,
    ) -> Result<Vec<FileStat>, GitError> {
        let arguments = ["--literal-pathspecs", "diff", "--numstat", "-z", "--no-renames"];
        let range = [plain(old)?, plain(new)?, "--"];
        let text = self.run(&[&arguments[..], &PLAINLY, &range, path.as_slice()].concat())?;
        text.split('\0').filter(|entry| !entry.is_empty()).map(parse_stat).collect()
    }

    /// The unified diff from one commit to another, whole lines of at most `max_bytes` bytes; and whether that is not all.
    ///
    /// # Errors
    /// Git failed, or there is no such revision.
    pub(crate) fn diff_between(
        &self,
        old: &str,
        new: &str,
        path: Option<&str>,
        max_bytes: usize,
    ) -> Result<(String, bool), GitError> {
        let range = [plain(old)?, plain(new)?, "--"];
        let arguments = [&["--literal-pathspecs", "diff"][..], &PLAINLY, &range, path.as_slice()].concat();
        let output = self.command(&arguments).cap(max_bytes).run()?;
        if output.code != Some(0) {
            return Err(GitError::Exec(ExecError::Failed {
                command: format!("git {}", arguments.join(" ")),
                code: output.code,
                signal: output.signal,
                stderr: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            }));
        }
        let mut bytes = output.stdout;
        if output.truncated {
            let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
            bytes.truncate(whole);
        }
        Ok((String::from_utf8_lossy(&bytes).into_owned(), output.truncated))
    }
}
