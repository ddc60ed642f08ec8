//! The bare repository behind the stand-in: what its branches are, and merges in its object store.

use std::collections::BTreeMap;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};

use crate::process::{End, Output, Run};

/// A bare repository.
#[derive(Debug, Clone)]
pub(super) struct Bare {
    path: Utf8PathBuf,
}

/// A commit, as much of it as the API tells.
#[derive(Debug, Clone)]
pub(super) struct Commit {
    pub(super) sha: String,
    pub(super) author: String,
    pub(super) email: String,
    pub(super) date: String,
    pub(super) message: String,
}

impl Bare {
    pub(super) fn new(path: &Utf8Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// Every branch and its newest commit.
    pub(super) fn branches(&self) -> BTreeMap<String, String> {
        let text = self.git(&["for-each-ref", "--format=%(objectname) %(refname:lstrip=2)", "refs/heads"]);
        let lines = text.lines().filter_map(|line| line.split_once(' '));
        lines.map(|(sha, name)| (name.to_owned(), sha.to_owned())).collect()
    }

    /// The commit that a branch or an id names.
    pub(super) fn commit(&self, name: &str) -> Option<String> {
        let output = self.run(&["rev-parse", "--verify", "--quiet", &format!("{name}^{{commit}}")]);
        (output.end == End::Code(0)).then(|| output.stdout.trim().to_owned())
    }

    /// Whether everything of `commit` is in `of`.
    pub(super) fn is_ancestor(&self, commit: &str, of: &str) -> bool {
        self.run(&["merge-base", "--is-ancestor", commit, of]).end == End::Code(0)
    }

    /// The tree of a merge; absent when both sides changed the same.
    pub(super) fn merged_tree(&self, ours: &str, theirs: &str) -> Option<String> {
        self.merge_tree(&[ours, theirs])
    }

    fn merge_tree(&self, arguments: &[&str]) -> Option<String> {
        let output = self.run(&[&["merge-tree", "--write-tree"], arguments].concat());
        match output.end {
            End::Code(0) => Some(output.stdout.trim().to_owned()),
            End::Code(1) => None,
            End::Code(_) | End::Signal(_) | End::OutOfTime => panic!("{output}"),
        }
    }

    /// Makes a commit, by the web pages' committer.
    pub(super) fn commit_tree(
        &self,
        tree: &str,
        parents: &[&str],
        message: &str,
        author: Option<&Commit>,
    ) -> String {
        let mut arguments = vec!["commit-tree", tree, "-F", "-"];
        for parent in parents {
            arguments.extend(["-p", parent]);
        }
        let mut run = self.prepare(&arguments).input(message);
        if let Some(author) = author {
            run = run.env("GIT_AUTHOR_NAME", &author.author).env("GIT_AUTHOR_EMAIL", &author.email);
            run = run.env("GIT_AUTHOR_DATE", &author.date);
        }
        run.output().require_success().stdout.trim().to_owned()
    }

    /// Makes the commits of `head` anew on top of `base`; absent when one of them does not fit.
    pub(super) fn replayed(&self, base: &str, head: &str) -> Option<String> {
        let mut tip = base.to_owned();
        for commit in self.commits(base, head, &["--no-merges"]) {
            let from = format!("--merge-base={}^", commit.sha);
            let tree = self.merge_tree(&[&from, &tip, &commit.sha])?;
            tip = self.commit_tree(&tree, &[&tip], &commit.message, Some(&commit));
        }
        Some(tip)
    }

    /// What `head` has and `base` has not, oldest first.
    pub(super) fn commits(&self, base: &str, head: &str, options: &[&str]) -> Vec<Commit> {
        let range = format!("{base}..{head}");
        let format = "--format=%H%x1f%an%x1f%ae%x1f%aI%x1f%B%x00";
        let text = self.git(&[&["log", "--reverse", format], options, &[&range]].concat());
        let read = |entry: &str| {
            let mut fields = entry.trim_start_matches('\n').splitn(5, '\x1f').map(str::to_owned);
            let mut field = || fields.next();
            let (sha, author, email) = (field()?, field()?, field()?);
            Some(Commit { sha, author, email, date: field()?, message: field()? })
        };
        text.split('\0').filter_map(read).collect()
    }

    /// Moves a branch from one commit to another.
    pub(super) fn move_branch(&self, branch: &str, from: &str, to: &str) {
        self.git(&["update-ref", &format!("refs/heads/{branch}"), to, from]);
    }

    /// Removes a branch.
    pub(super) fn remove_branch(&self, branch: &str) {
        self.git(&["update-ref", "-d", &format!("refs/heads/{branch}")]);
    }

    /// What a head changes since it left its base, as a unified diff; of one file where `path` names it.
    pub(super) fn diff(&self, base: &str, head: &str, path: Option<&str>) -> String {
        let range = format!("{base}...{head}");
        let mut arguments = vec!["diff", "--no-color", &range];
        arguments.extend(path.map(|_| "--"));
        arguments.extend(path);
        self.git(&arguments)
    }

    /// The files that a head changes: added lines, removed lines, status, path.
    pub(super) fn files(&self, base: &str, head: &str) -> Vec<(u64, u64, char, String)> {
        let range = format!("{base}...{head}");
        let counts = self.git(&["diff", "--no-renames", "--numstat", &range]);
        let states = self.git(&["diff", "--no-renames", "--name-status", &range]);
        let both = counts.lines().zip(states.lines());
        let read = |(count, state): (&str, &str)| {
            let mut fields = count.split('\t');
            let (added, removed) = (fields.next()?, fields.next()?);
            let number = |text: &str| text.parse().unwrap_or_default();
            Some((number(added), number(removed), state.chars().next()?, fields.next()?.to_owned()))
        };
        both.filter_map(read).collect()
    }

    fn git(&self, arguments: &[&str]) -> String {
        self.run(arguments).require_success().stdout
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.prepare(arguments).output()
    }

    fn prepare(&self, arguments: &[&str]) -> Run {
        let mut command = Command::new("git");
        let search_path = std::env::var("PATH").expect("PATH is set");
        command.env_clear().current_dir(&self.path).env("PATH", search_path);
        command.envs([
            ("HOME", self.path.as_str()),
            ("LANG", "C.UTF-8"),
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_AUTHOR_NAME", "GitHub"),
            ("GIT_AUTHOR_EMAIL", "noreply@github.com"),
            ("GIT_COMMITTER_NAME", "GitHub"),
            ("GIT_COMMITTER_EMAIL", "noreply@github.com"),
        ]);
        Run::new(command).args(arguments)
    }
}
