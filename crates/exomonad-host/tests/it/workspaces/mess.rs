//! What a kill in the middle leaves, and a disk that takes no writes.

use std::os::unix::fs::PermissionsExt;

use exomonad_host::agent::workspace::{WorkspacePlan, make, unmake};
use exomonad_host::contract::WorkspaceKind;

use super::{MARK, asked, entries, is_there, made, planned, site};
use crate::support::{TestProject, git, put};

/// A project with some files, and a worktree in it as a kill left it.
#[track_caller]
fn check(mess: impl Fn(&WorkspacePlan, &camino::Utf8Path)) {
    let project = TestProject::new();
    for number in 0..10 {
        project.write(&format!("dir/file-{number}"), "text\n");
    }
    git(project.root(), &["add", "dir"]);
    git(project.root(), &["commit", "-qm", "files"]);
    let site = site(&project);
    let refs = asked(project.root(), &["for-each-ref"]);
    let plan = made(&site, "a");
    mess(&plan, &project.repository.common_dir.join("worktrees/a"));
    for _ in 0..2 {
        assert_eq!(unmake(&site, &plan).unwrap(), Vec::<String>::new());
        assert!(!is_there(&plan.path));
        assert_eq!(entries(&project.state_dir().join("worktrees")), Vec::<String>::new());
        assert_eq!(asked(project.root(), &["for-each-ref"]), refs);
        assert_eq!(asked(project.root(), &["worktree", "list"]).lines().count(), 1);
        assert!(!is_there(project.repository.common_dir.join("worktrees/a")));
    }
    make(&site, &plan).unwrap();
    assert_eq!(asked(&plan.path, &["status", "--porcelain"]), "");
}

#[test]
fn git_was_killed_before_it_made_the_directory() {
    check(|plan, admin_dir| {
        std::fs::remove_dir_all(&plan.path).unwrap();
        for entry in entries(admin_dir).into_iter().filter(|entry| entry != "locked") {
            let path = admin_dir.join(entry);
            let removed =
                if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
            removed.unwrap();
        }
    });
}

#[test]
fn git_was_killed_after_it_made_the_directory() {
    check(|plan, admin_dir| {
        std::fs::remove_dir_all(&plan.path).unwrap();
        std::fs::create_dir(&plan.path).unwrap();
        std::fs::remove_file(admin_dir.join("index")).unwrap();
    });
}

#[test]
fn git_was_killed_while_it_wrote_the_files() {
    check(|plan, admin_dir| {
        std::fs::rename(admin_dir.join("index"), admin_dir.join("index.lock")).unwrap();
        std::fs::remove_file(plan.path.join("dir/file-9")).unwrap();
        put(&plan.path.join("dir/file-8"), b"te");
    });
}

#[test]
fn the_removal_was_killed_before_the_directory_was_empty() {
    check(|plan, _| {
        let aside = plan.path.with_file_name(format!(".{MARK}"));
        std::fs::rename(&plan.path, &aside).unwrap();
        std::fs::remove_file(aside.join(".git")).unwrap();
    });
}

#[test]
fn the_removal_was_killed_before_gits_own_directory_was_empty() {
    check(|plan, admin_dir| {
        std::fs::remove_dir_all(&plan.path).unwrap();
        std::fs::remove_file(admin_dir.join("HEAD")).unwrap();
    });
}

#[test]
fn files_that_are_gone_are_no_work() {
    check(|plan, _| std::fs::remove_dir_all(plan.path.join("dir")).unwrap());
}

#[test]
fn a_disk_without_room_leaves_what_is_unmade() {
    let project = TestProject::new();
    let site = site(&project);
    let plan = planned(&site, "a", WorkspaceKind::Worktree, MARK).unwrap();
    // The repository's own directory for worktrees takes no entry, whoever asks.
    let worktrees = project.repository.common_dir.join("worktrees");
    put(&worktrees, b"in the way");
    make(&site, &plan).unwrap_err();
    std::fs::remove_file(&worktrees).unwrap();
    assert_eq!(unmake(&site, &plan).unwrap(), Vec::<String>::new());
    assert_eq!(asked(project.root(), &["branch", "--list", "main.a"]), "");
    make(&site, &plan).unwrap();
    let mode = std::fs::metadata(plan.path.parent().unwrap()).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0);
}
