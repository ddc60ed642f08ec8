//! What a merge does to the checkouts of its base: all of it, or nothing.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use exomonad_host::contract::forge::{MergeStrategy, PullRequestState};
use exomonad_host::forge::{Forge, ForgeError};

use super::{agent, commit, filed, forge, merged, order, project, tip};
use crate::support::{TestProject, git, put};
use crate::workspaces::asked;

/// Every file of a checkout and its index, byte by byte.
fn bytes(top: &Utf8Path) -> BTreeMap<Utf8PathBuf, Vec<u8>> {
    let mut found =
        BTreeMap::from([(top.join(".git/index"), std::fs::read(top.join(".git/index")).unwrap())]);
    let mut dirs = vec![top.to_owned()];
    while let Some(dir) = dirs.pop() {
        for entry in dir.read_dir_utf8().unwrap().map(Result::unwrap) {
            match entry.file_name() {
                ".git" | ".exomonad" => {}
                _ if entry.file_type().unwrap().is_dir() => dirs.push(entry.path().to_owned()),
                _ => {
                    found.insert(entry.path().to_owned(), std::fs::read(entry.path()).unwrap());
                }
            }
        }
    }
    found
}

/// A project with a pull request that changes `file` and adds `new/deep`.
fn waiting() -> TestProject {
    let project = project();
    commit(project.root(), "other", "1\n");
    let plan = agent(&project, "a");
    commit(&plan.path, "file", "changed\n");
    commit(&plan.path, "new/deep", "1\n");
    filed(&project, &plan);
    project
}

#[test]
fn a_checkout_with_changes_stays_byte_by_byte_and_the_command_takes_it_along() {
    let project = waiting();
    put(&project.root().join("other"), b"mine\n");
    put(&project.root().join("untracked"), b"mine\n");
    put(&project.root().join("staged"), b"mine\n");
    git(project.root(), &["add", "staged"]);
    git(project.root(), &["status"]);
    let before = bytes(project.root());
    let result = merged(&project, 1, MergeStrategy::Squash);
    assert!(!result.synced, "{result:?}");
    assert!(result.message.contains("has changes that are not committed (`other`, `staged`, `untracked`)"));
    assert!(bytes(project.root()) == before, "it was touched");

    let (_, command) = result.message.split_once("run `git -C '").unwrap();
    let (dir, command) = command.split_once("' ").unwrap();
    let (command, _) = command.split_once('`').unwrap();
    assert_eq!(dir, project.root());
    git(project.root(), &command.split(' ').collect::<Vec<_>>());
    assert_eq!(asked(project.root(), &["status", "--porcelain"]), " M other\nA  staged\n?? untracked");
    assert_eq!(std::fs::read_to_string(project.root().join("new/deep")).unwrap(), "1\n");
}

#[test]
fn a_merge_that_a_checkout_could_not_follow_is_refused_with_the_paths() {
    let check = |path: &str, spoil: &dyn Fn(&Utf8Path)| {
        let project = waiting();
        spoil(project.root());
        let (before, old) = (bytes(project.root()), tip(&project, "main"));
        let err = forge(&project).merge(&order(1, MergeStrategy::Squash)).unwrap_err();
        assert!(matches!(&err, ForgeError::Overlap { .. }), "{err:?}");
        assert!(err.to_string().ends_with(&format!("`{path}`")), "{err}");
        assert!(bytes(project.root()) == before && tip(&project, "main") == old);
        assert_eq!(forge(&project).pull_request(1).unwrap().state, PullRequestState::Open);
        assert_eq!(project.store().merges().unwrap(), []);
    };
    check("file", &|top| put(&top.join("file"), b"mine\n"));
    check("file", &|top| std::fs::remove_file(top.join("file")).unwrap());
    check("file", &|top| git(top, &["rm", "-q", "--cached", "file"]));
    check("new", &|top| put(&top.join("new"), b"mine\n"));
    check("new/deep", &|top| {
        put(&top.join(".git/info/exclude"), b"/.exomonad/\n/new\n");
        std::fs::create_dir(top.join("new")).unwrap();
        put(&top.join("new/deep"), b"ignored, and mine\n");
    });
}

#[test]
fn a_checkout_in_the_middle_of_something_keeps_its_base() {
    let project = waiting();
    put(&project.root().join(".git/MERGE_HEAD"), format!("{}\n", tip(&project, "main.a")).as_bytes());
    let err = forge(&project).merge(&order(1, MergeStrategy::Squash)).unwrap_err();
    assert!(err.to_string().ends_with("is in the middle of a merge"), "{err}");
}

#[test]
fn a_checkout_of_another_branch_or_of_none_is_not_touched() {
    for switch in [&["switch", "-q", "-c", "elsewhere"][..], &["switch", "-q", "--detach"]] {
        let project = waiting();
        git(project.root(), switch);
        put(&project.root().join("file"), b"mine\n");
        let before = bytes(project.root());
        let result = merged(&project, 1, MergeStrategy::Squash);
        assert!(result.synced && result.message.contains("no checkout has `main`"), "{result:?}");
        assert!(bytes(project.root()) == before);
    }
}

#[test]
fn every_clean_checkout_of_the_base_follows() {
    let project = waiting();
    let second = project.root().join("../second");
    git(project.root(), &["worktree", "add", "-q", "-f", second.as_str(), "main"]);
    // A file that was only touched is not changed.
    let path = project.root().join("file");
    put(&path, std::fs::read(&path).unwrap().as_slice());
    let result = merged(&project, 1, MergeStrategy::Squash);
    assert!(result.synced, "{result:?}");
    for dir in [project.root(), &second] {
        assert_eq!(asked(dir, &["status", "--porcelain"]), "");
        assert_eq!(std::fs::read_to_string(dir.join("file")).unwrap(), "changed\n");
    }
}

#[test]
fn conflicts_are_told_by_path_and_change_nothing() {
    let project = waiting();
    commit(project.root(), "file", "differently\n");
    let (before, old) = (bytes(project.root()), tip(&project, "main"));
    for strategy in [MergeStrategy::Squash, MergeStrategy::Merge, MergeStrategy::Rebase] {
        let result = forge(&project).merge(&order(1, strategy)).unwrap();
        assert_eq!(
            (result.merged, result.sha.is_some(), &result.conflicts[..]),
            (false, false, &["file".to_owned()][..])
        );
        assert!(result.message.contains("merges `main` into `main.a`"), "{result:?}");
        assert!(bytes(project.root()) == before && tip(&project, "main") == old);
        assert_eq!(forge(&project).pull_request(1).unwrap().state, PullRequestState::Open);
        assert_eq!(project.store().merges().unwrap(), []);
    }
}
