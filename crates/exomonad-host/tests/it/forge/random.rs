//! Each strategy against git's own, over random histories.

use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt as _;

use camino::Utf8Path;
use exomonad_host::contract::forge::MergeStrategy;
use exomonad_host::exec::Cmd;
use exomonad_host::forge::{FileOrder, Forge};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::{agent, empty, forge, forge_in, order, tip};
use crate::support::{SEARCH_PATH, TestProject, git, put};
use crate::workspaces::asked;

/// A change of one file.
#[derive(Debug, Clone)]
enum Edit {
    /// Says something else in one line.
    Line(usize, usize, u8),
    Remove(usize),
    Move(usize, usize),
    Bytes(usize, u8),
    Mode(usize),
    /// Ends a commit.
    Commit,
}

fn edit() -> impl Strategy<Value = Edit> {
    let file = 0..4_usize;
    prop_oneof![
        6 => (file.clone(), 0..9_usize, 0..3_u8).prop_map(|(file, line, word)| Edit::Line(file, line, word)),
        1 => file.clone().prop_map(Edit::Remove),
        1 => (file.clone(), 4..7_usize).prop_map(|(from, to)| Edit::Move(from, to)),
        1 => (file.clone(), 0..2_u8).prop_map(|(file, byte)| Edit::Bytes(file, byte)),
        1 => file.prop_map(Edit::Mode),
        4 => Just(Edit::Commit),
    ]
}

fn path(file: usize) -> String {
    // Some in a directory, so that directories come, go and are renamed.
    if file.is_multiple_of(2) { format!("dir/f{file}") } else { format!("f{file}") }
}

fn apply(top: &Utf8Path, edits: &[Edit], side: &str) {
    for (number, edit) in edits.iter().enumerate() {
        match edit {
            Edit::Line(file, line, word) => {
                let at = top.join(path(*file));
                let Ok(text) = std::fs::read_to_string(&at) else { continue };
                let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
                if let Some(line) = lines.get_mut(*line) {
                    *line = format!("word {word}");
                }
                put(&at, format!("{}\n", lines.join("\n")).as_bytes());
            }
            Edit::Remove(file) => drop(std::fs::remove_file(top.join(path(*file)))),
            Edit::Move(from, to) => drop(std::fs::rename(top.join(path(*from)), top.join(path(*to)))),
            Edit::Bytes(file, byte) => {
                if top.join(path(*file)).exists() {
                    put(&top.join(path(*file)), &[0, *byte, 255]);
                }
            }
            Edit::Mode(file) => {
                let mode = std::fs::Permissions::from_mode(0o755);
                drop(std::fs::set_permissions(top.join(path(*file)), mode));
            }
            Edit::Commit => commit_all(top, &format!("{side} {number}")),
        }
    }
    commit_all(top, &format!("{side} last"));
}

fn commit_all(top: &Utf8Path, message: &str) {
    git(top, &["add", "--all"]);
    if !asked(top, &["status", "--porcelain"]).is_empty() {
        git(top, &["commit", "-qm", message]);
    }
}

/// What git itself makes of it: a tree, or the paths in conflict.
#[derive(Debug, PartialEq, Eq)]
enum Expected {
    Tree(String),
    Conflicts(Vec<String>),
}

/// Asks git in a clone.
fn expected(project: &TestProject, strategy: MergeStrategy, round: usize) -> Expected {
    let clone = project.root().join(format!("../clone{round}"));
    git(project.root(), &["clone", "-q", "--no-local", ".", clone.as_str()]);
    let run = |arguments: &[&str]| {
        let identity = ["-c", "user.name=t", "-c", "user.email=t@example.invalid"];
        let command = Cmd::new("git", &clone, SEARCH_PATH).args(identity).args(arguments);
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").run().unwrap().code == Some(0)
    };
    let head = "origin/feat/x";
    let is_clean = match strategy {
        MergeStrategy::Squash => run(&["merge", "--squash", "-q", head]),
        MergeStrategy::Merge => run(&["merge", "--no-ff", "--no-edit", "-q", head]),
        MergeStrategy::Rebase => {
            assert!(run(&["switch", "-q", "--detach", head]));
            run(&["rebase", "-q", "main"])
        }
    };
    if is_clean {
        return Expected::Tree(asked(&clone, &["write-tree"]));
    }
    let unmerged = asked(&clone, &["ls-files", "--unmerged", "-z"]);
    let mut paths: Vec<_> = unmerged
        .split('\0')
        .filter_map(|entry| entry.split_once('\t'))
        .map(|(_, path)| path.to_owned())
        .collect();
    paths.dedup();
    Expected::Conflicts(paths)
}

fn check(base: &[Edit], head: &[Edit]) {
    let project = empty();
    std::fs::create_dir(project.root().join("dir")).unwrap();
    for file in 0..4 {
        let mut text = String::new();
        for line in 0..9 {
            writeln!(text, "line {line} of {file}").unwrap();
        }
        put(&project.root().join(path(file)), text.as_bytes());
    }
    commit_all(project.root(), "start");
    let plan = agent(&project, "a");
    git(&plan.path, &["switch", "-q", "-c", "feat/x"]);
    apply(&plan.path, head, "head");
    apply(project.root(), base, "base");
    let old = tip(&project, "main");
    if asked(project.root(), &["rev-list", "--count", "main..feat/x"]) == "0" {
        return;
    }
    let strategies = [MergeStrategy::Squash, MergeStrategy::Merge, MergeStrategy::Rebase];
    for (round, strategy) in strategies.into_iter().enumerate() {
        let expected = expected(&project, strategy, round);
        let file = FileOrder { by: &plan.agent, title: "t", body: "", base: None, receipt: None };
        let number = forge_in(&project, &plan.path).create_or_update(&file).unwrap().number;
        let result = forge(&project).merge(&order(number, strategy)).unwrap();
        let found = if result.merged {
            assert!(result.synced, "{result:?}");
            Expected::Tree(asked(project.root(), &["rev-parse", "main^{tree}"]))
        } else {
            assert_eq!(tip(&project, "main"), old);
            Expected::Conflicts(result.conflicts)
        };
        assert_eq!(found, expected, "{strategy:?}");
        assert_eq!(asked(project.root(), &["status", "--porcelain"]), "");
        git(project.root(), &["reset", "-q", "--hard", &old]);
    }
}

#[test]
fn every_strategy_gives_the_tree_that_git_gives_and_the_conflicts_that_git_has() {
    let usual = Config::default();
    // A case runs git some hundred times. `PROPTEST_CASES` sets twenty times their number.
    let mut runner = TestRunner::new(Config { cases: usual.cases / 20, failure_persistence: None, ..usual });
    let edits = || proptest::collection::vec(edit(), 1..10);
    runner
        .run(&(edits(), edits()), |(base, head)| {
            check(&base, &head);
            Ok(())
        })
        .unwrap();
}
