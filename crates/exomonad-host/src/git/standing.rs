//! Where a checkout stands: its commit, its branch, and each change since.

use super::{Git, GitError};
use crate::contract::git::TreeStatus;

/// Where a checkout stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Its commit; absent before the first.
    pub commit: Option<String>,
    /// Its branch; absent when it is detached.
    pub branch: Option<String>,
    /// What differs from the commit; a path that is both staged and changed since is there twice.
    pub changes: Vec<Change>,
}

/// One path that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Relative to the top of the checkout.
    pub path: String,
    /// How it differs.
    pub kind: ChangeKind,
    /// Nothing is there any more.
    pub is_deletion: bool,
    /// It is a repository of its own.
    pub is_submodule: bool,
}

/// How a path differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// In the index.
    Staged,
    /// In the work tree.
    Unstaged,
    /// Git does not know it, and does not ignore it.
    Untracked,
    /// A merge left it for somebody to decide.
    Conflicted,
}

impl Git {
    /// Where this checkout stands, submodules looked into.
    ///
    /// # Errors
    /// Git failed.
    pub fn standing(&self) -> Result<Standing, GitError> {
        self.standing_with("--ignore-submodules=none")
    }

    /// The same with one more option of `git status`.
    pub(super) fn standing_with(&self, option: &str) -> Result<Standing, GitError> {
        let arguments = [
            "status",
            "--porcelain=v2",
            "--branch",
            "-z",
            "--untracked-files=all",
            "--no-ahead-behind",
            option,
        ];
        Standing::parse(&self.run(&arguments)?)
    }
}

impl Standing {
    /// Reads `git status --porcelain=v2 -z`.
    pub(super) fn parse(text: &str) -> Result<Self, GitError> {
        let mut standing = Self { commit: None, branch: None, changes: Vec::new() };
        let mut entries = text.split('\0').filter(|entry| !entry.is_empty());
        while let Some(entry) = entries.next() {
            let bad = || GitError::Output { line: entry.to_owned() };
            let (mark, rest) = entry.split_once(' ').ok_or_else(bad)?;
            // The fields before the path, by the documentation of porcelain version 2.
            let fields = match mark {
                "1" => 7,
                "2" => 8,
                "u" => 9,
                "?" => {
                    standing.changes.push(Change::untracked(rest));
                    continue;
                }
                "#" => {
                    standing.read_header(rest);
                    continue;
                }
                "!" => continue,
                _ => return Err(bad()),
            };
            if mark == "2" {
                entries.next();
            }
            standing.read_change(mark, rest, fields).ok_or_else(bad)?;
        }
        Ok(standing)
    }

    fn read_header(&mut self, header: &str) {
        let known = |value: &str| Some(value.to_owned()).filter(|value| !value.starts_with('('));
        match header.split_once(' ') {
            Some(("branch.oid", value)) => self.commit = known(value),
            Some(("branch.head", value)) => self.branch = known(value),
            Some(_) | None => {}
        }
    }

    fn read_change(&mut self, mark: &str, rest: &str, fields: usize) -> Option<()> {
        let path = rest.splitn(fields + 1, ' ').nth(fields)?;
        let mut parts = rest.split(' ');
        let (letters, submodule) = (parts.next()?, parts.next()?);
        let change = |kind, letter| Change {
            path: path.to_owned(),
            kind,
            is_deletion: letter == 'D',
            is_submodule: submodule.starts_with('S'),
        };
        if mark == "u" {
            self.changes.push(change(ChangeKind::Conflicted, 'U'));
            return Some(());
        }
        let kinds = [ChangeKind::Staged, ChangeKind::Unstaged];
        for (kind, letter) in kinds.into_iter().zip(letters.chars()) {
            if letter != '.' {
                self.changes.push(change(kind, letter));
            }
        }
        Some(())
    }

    /// The paths, by how they differ.
    pub(super) fn tree_status(self) -> TreeStatus {
        let mut status =
            TreeStatus { staged: vec![], unstaged: vec![], untracked: vec![], conflicted: vec![] };
        for change in self.changes {
            let list = match change.kind {
                ChangeKind::Staged => &mut status.staged,
                ChangeKind::Unstaged => &mut status.unstaged,
                ChangeKind::Untracked => &mut status.untracked,
                ChangeKind::Conflicted => &mut status.conflicted,
            };
            list.push(change.path);
        }
        status
    }
}

impl Change {
    fn untracked(path: &str) -> Self {
        // Git names a repository inside the checkout as a directory, and nothing in it.
        let is_submodule = path.ends_with('/');
        let path = path.to_owned();
        Self { path, kind: ChangeKind::Untracked, is_deletion: false, is_submodule }
    }
}
