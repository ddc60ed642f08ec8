//! Merges in the object store alone: no checkout is read or written.

use super::porcelain::plain;
use super::{Git, GitError};
use crate::exec::ExecError;

/// What a merge of two trees gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MergedTree {
    /// A tree.
    Clean(String),
    /// Both sides changed the same: the paths. Empty where git only says that it cannot.
    Conflicts(Vec<String>),
}

/// A commit, as much of it as is kept when it is made anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) id: String,
    pub(crate) parents: Vec<String>,
    pub(crate) author: Author,
    pub(crate) committer: Author,
    /// The whole message.
    pub(crate) message: String,
}

/// Who made a commit, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Author {
    pub(crate) name: String,
    pub(crate) email: String,
    /// As git keeps it: seconds, a blank, and the offset from UTC.
    pub(crate) date: String,
}

/// Where git reads how files are merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attributes {
    /// From what is merged into.
    OfOurs,
    /// From whatever is checked out, as before git 2.41, which cannot be told.
    OfCheckout,
}

impl Attributes {
    /// The best that a version of git can do.
    pub(crate) fn of(version: (u32, u32)) -> Self {
        if version >= (2, 41) { Self::OfOurs } else { Self::OfCheckout }
    }
}

/// Which commits of a branch are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    /// Every one.
    All,
    /// What `git rebase` takes: no merges, and none whose change the other side has.
    ToReplay,
}

impl Git {
    /// The version of the program.
    ///
    /// # Errors
    /// Git failed.
    pub(crate) fn version(&self) -> Result<(u32, u32), GitError> {
        let text = self.run(&["version"])?;
        parse_version(&text).ok_or_else(|| GitError::Output { line: text.clone() })
    }

    /// Merges `theirs` into `ours`. `from` is the commit that the change of `theirs` is seen from; the merge base when absent.
    ///
    /// # Errors
    /// Git failed, or there is no such revision.
    pub(crate) fn merge_trees(
        &self,
        attributes: Attributes,
        from: Option<&str>,
        ours: &str,
        theirs: &str,
    ) -> Result<MergedTree, GitError> {
        let source = format!("--attr-source={}", plain(ours)?);
        let from = from.map(|from| plain(from).map(|from| format!("--merge-base={from}"))).transpose()?;
        let mut arguments = Vec::new();
        match attributes {
            Attributes::OfOurs => arguments.push(source.as_str()),
            Attributes::OfCheckout => {}
        }
        arguments.extend(["merge-tree", "--write-tree", "-z", "--name-only", "--no-messages"]);
        arguments.extend(from.as_deref());
        arguments.extend([ours, plain(theirs)?]);
        let output = self.command(&arguments).run()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut parts = text.split('\0').filter(|part| !part.is_empty());
        match (output.code, parts.next()) {
            (Some(0), Some(tree)) => Ok(MergedTree::Clean(tree.to_owned())),
            // By its documentation: the merge is not clean.
            (Some(1), Some(_tree)) => Ok(MergedTree::Conflicts(parts.map(str::to_owned).collect())),
            (code, _) => Err(GitError::Exec(ExecError::Failed {
                command: format!("git {}", arguments.join(" ")),
                code,
                signal: output.signal,
                stderr: String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or_default().to_owned(),
            })),
        }
    }

    /// The commits that `revision` has and `base` has not, oldest first, parents before their children.
    ///
    /// # Errors
    /// Git failed, or there is no such revision.
    pub(crate) fn steps(&self, base: &str, revision: &str, which: Which) -> Result<Vec<Step>, GitError> {
        let (base, revision) = (plain(base)?, plain(revision)?);
        let mut arguments = vec![
            "log",
            "--no-show-signature",
            "--encoding=UTF-8",
            "--reverse",
            "--topo-order",
            "--date=raw",
            "--format=%H%x00%P%x00%an%x00%ae%x00%ad%x00%cn%x00%ce%x00%cd%x00%B%x00",
        ];
        let range = match which {
            Which::All => format!("{base}..{revision}"),
            Which::ToReplay => {
                arguments.extend(["--no-merges", "--cherry-pick", "--right-only"]);
                format!("{base}...{revision}")
            }
        };
        arguments.extend([range.as_str(), "--"]);
        let text = self.run(&arguments)?;
        // A name or a message holds no zero byte.
        let fields: Vec<_> = text.split('\0').collect();
        let (commits, rest) = fields.as_chunks();
        if rest.iter().any(|rest| !rest.trim().is_empty()) {
            return Err(GitError::Output { line: rest.join("\0") });
        }
        Ok(commits.iter().map(step).collect())
    }
}

fn step(fields: &[&str; 9]) -> Step {
    let [id, parents, author, email, date, committer, committer_email, committed, message] = *fields;
    let by = |name: &str, email: &str, date: &str| Author {
        name: name.to_owned(),
        email: email.to_owned(),
        date: date.to_owned(),
    };
    Step {
        id: id.trim_start_matches('\n').to_owned(),
        parents: parents.split_whitespace().map(str::to_owned).collect(),
        author: by(author, email, date),
        committer: by(committer, committer_email, committed),
        message: message.to_owned(),
    }
}

/// The first two numbers of `git version 2.47.3`.
fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.trim().strip_prefix("git version ")?.split(['.', ' ']);
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::parse_version;

    #[test]
    fn the_version_is_read_whatever_the_system_adds_to_it() {
        let check = |text: &str, expect| assert_eq!(parse_version(text), expect, "{text}");
        check("git version 2.47.3\n", Some((2, 47)));
        check("git version 2.39.5 (Apple Git-154)\n", Some((2, 39)));
        check("git version 2.50.0.windows.1", Some((2, 50)));
        check("git version 3.0-rc1", None);
        check("hub version 2", None);
    }
}
