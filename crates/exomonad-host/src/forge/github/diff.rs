//! What a pull request changes: by git where its commits are here, else as GitHub tells it.

use serde::Deserialize;

use super::GitHub;
use super::client::DIFF;
use super::read::Found;
use crate::contract::forge::Changes;
use crate::contract::git::FileStat;
use crate::forge::ForgeError;

/// A file of a pull request.
#[derive(Debug, Deserialize)]
struct File {
    filename: String,
    #[serde(default)]
    additions: u32,
    #[serde(default)]
    deletions: u32,
    /// Absent for a file that is not text, and for one that changed too much.
    #[serde(default)]
    patch: Option<String>,
}

impl GitHub {
    /// At most `max_bytes` of what it changes; of one file where `path` names it.
    pub(super) fn changes(
        &self,
        number: u64,
        path: Option<&str>,
        max_bytes: usize,
    ) -> Result<Changes, ForgeError> {
        let found = self.require(number)?;
        match self.changes_here(&found, path, max_bytes)? {
            Some(changes) => Ok(changes),
            None => self.changes_there(number, path, max_bytes),
        }
    }

    fn changes_here(
        &self,
        found: &Found,
        path: Option<&str>,
        max_bytes: usize,
    ) -> Result<Option<Changes>, ForgeError> {
        let git = self.git_of(found.agent.as_ref())?;
        let (base, head) = (&found.pull.base.sha, &found.pull.head.sha);
        if git.commit(base)?.is_none() || git.commit(head)?.is_none() {
            return Ok(None);
        }
        let Some(from) = git.merge_base(base, head)? else { return Ok(None) };
        let files = git.diff_stat_between(&from, head, path)?;
        let (text, truncated) = git.diff_between(&from, head, path, max_bytes)?;
        Ok(Some(Changes { files, text, truncated }))
    }

    fn changes_there(
        &self,
        number: u64,
        path: Option<&str>,
        max_bytes: usize,
    ) -> Result<Changes, ForgeError> {
        let target = &self.client.target;
        let files: Vec<File> =
            self.client.list(&target.route(&format!("pulls/{number}/files?per_page=100")))?;
        let text = self.client.text(&target.route(&format!("pulls/{number}")), DIFF)?;
        let text = path.map_or_else(|| text.clone(), |path| of_path(&text, path));
        let files = files.into_iter().filter(|file| path.is_none_or(|path| file.filename == path));
        let files = files.map(|file| FileStat {
            binary: file.patch.is_none() && file.additions + file.deletions == 0,
            path: file.filename,
            added: file.additions,
            deleted: file.deletions,
        });
        let (text, truncated) = whole_lines(text, max_bytes);
        Ok(Changes { files: files.collect(), text, truncated })
    }
}

/// The part of a diff that is about one path.
fn of_path(diff: &str, path: &str) -> String {
    let (old, new) = (format!("a/{path}"), format!("b/{path}"));
    let mut is_it = false;
    let mut part = String::new();
    for line in diff.split_inclusive('\n') {
        if let Some(names) = line.strip_prefix("diff --git ") {
            let names = names.trim_end();
            is_it = names.starts_with(&format!("{old} ")) || names.ends_with(&format!(" {new}"));
        }
        if is_it {
            part.push_str(line);
        }
    }
    part
}

/// As many whole lines as fit, and whether that is not all.
fn whole_lines(text: String, max_bytes: usize) -> (String, bool) {
    if text.len() <= max_bytes {
        return (text, false);
    }
    let end = text.floor_char_boundary(max_bytes);
    let cut = text.get(..end).unwrap_or_default();
    let whole = cut.rfind('\n').and_then(|last| cut.get(..=last)).unwrap_or_default();
    (whole.to_owned(), true)
}

#[cfg(test)]
mod tests {
    use super::{of_path, whole_lines};

    #[test]
    fn a_diff_is_cut_to_a_file_and_to_whole_lines() {
        let diff = "diff --git a/one b/one\n+1\ndiff --git a/two b/two\n+2\n";
        assert_eq!(of_path(diff, "two"), "diff --git a/two b/two\n+2\n");
        assert_eq!(of_path(diff, "wo"), "");
        assert_eq!(whole_lines("ab\ncd\n".to_owned(), 5), ("ab\n".to_owned(), true));
        assert_eq!(whole_lines("ab\n".to_owned(), 3), ("ab\n".to_owned(), false));
        assert_eq!(whole_lines("äö".to_owned(), 3), (String::new(), true));
    }
}
