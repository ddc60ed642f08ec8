//! What `.worktreeinclude` brings along.

use std::os::unix::fs::{PermissionsExt, symlink};

use exomonad_host::agent::WorkspaceError;
use exomonad_host::agent::workspace::include;
use exomonad_host::contract::WorkspaceKind;

use super::{MARK, asked, is_there, made, planned, site};
use crate::support::{TestProject, git};

/// A project that ignores `.env*` and `data/`, and brings along what the patterns say.
fn including(patterns: &str) -> TestProject {
    let project = TestProject::new();
    project.write(".gitignore", ".env*\ndata/\n");
    project.write(".worktreeinclude", patterns);
    git(project.root(), &["add", ".gitignore", ".worktreeinclude"]);
    git(project.root(), &["commit", "-qm", "files"]);
    project
}

#[test]
fn files_that_match_come_along_with_their_mode() {
    let project = including(".env*\n!.env.example\ndata/**\n");
    project.write(".env", "KEY=1\n");
    project.write(".env.example", "KEY=\n");
    project.write("data/deep/run me", "#!/bin/sh\n");
    project.write("data/deep/other", "");
    let script = project.root().join("data/deep/run me");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o750)).unwrap();
    symlink("run me", project.root().join("data/deep/link")).unwrap();
    let site = site(&project);
    let plan = made(&site, "a");
    assert_eq!(include(&site, &plan).unwrap(), Vec::<String>::new());
    assert_eq!(std::fs::read_to_string(plan.path.join(".env")).unwrap(), "KEY=1\n");
    assert!(!is_there(plan.path.join(".env.example")));
    let copy = plan.path.join("data/deep/run me");
    assert_eq!(std::fs::metadata(copy).unwrap().permissions().mode() & 0o777, 0o750);
    assert_eq!(std::fs::read_link(plan.path.join("data/deep/link")).unwrap().to_str(), Some("run me"));
    assert_eq!(asked(&plan.path, &["status", "--porcelain"]), "");
}

#[test]
fn nothing_is_overwritten_and_no_link_leads_out() {
    let project = including(".env*\n");
    project.write(".env", "theirs\n");
    symlink("/etc/passwd", project.root().join(".env.absolute")).unwrap();
    symlink("../../x", project.root().join(".env.up")).unwrap();
    symlink("data/../.env", project.root().join(".env.inside")).unwrap();
    let site = site(&project);
    let plan = made(&site, "a");
    crate::support::put(&plan.path.join(".env"), b"mine\n");
    let notes = include(&site, &plan).unwrap();
    assert_eq!(notes.len(), 3, "{notes:?}");
    assert!(notes.contains(&"`.env` was not copied: it is there already".to_owned()), "{notes:?}");
    assert_eq!(std::fs::read_to_string(plan.path.join(".env")).unwrap(), "mine\n");
    assert!(is_there(plan.path.join(".env.inside")));
    assert!(!is_there(plan.path.join(".env.up")) && !is_there(plan.path.join(".env.absolute")));
}

#[test]
fn a_link_in_the_workspace_leads_no_copy_out_of_it() {
    let project = including("data/**\n");
    let outside = project.root().join("../outside");
    std::fs::create_dir(&outside).unwrap();
    project.write("data/file", "secret\n");
    let site = site(&project);
    let plan = made(&site, "a");
    symlink(&outside, plan.path.join("data")).unwrap();
    let err = include(&site, &plan).unwrap_err();
    assert!(matches!(err, WorkspaceError::File { act: "copy", .. }), "{err:?}");
    assert!(!is_there(outside.join("file")));
}

#[test]
fn our_directory_and_repositories_stay() {
    let project = including("*\n");
    project.write("data/nested/file", "");
    git(&project.root().join("data/nested"), &["init", "-q"]);
    let site = site(&project);
    let plan = made(&site, "a");
    include(&site, &plan).unwrap();
    assert!(!is_there(plan.path.join(".exomonad")));
    assert!(!is_there(plan.path.join("data/nested/.git")));
}

#[test]
fn more_than_ten_thousand_files_are_an_error_and_none_is_copied() {
    let project = including("data/**\n");
    for number in 0..10_001 {
        let path = format!("data/{number:05}");
        if number == 0 {
            project.write(&path, "");
        } else {
            std::fs::File::create(project.root().join(path)).unwrap();
        }
    }
    let site = site(&project);
    let plan = made(&site, "a");
    let err = include(&site, &plan).unwrap_err();
    assert!(matches!(err, WorkspaceError::TooMuch { limit: "10,000 files", .. }), "{err:?}");
    assert!(!is_there(plan.path.join("data")));
}

#[test]
fn more_than_a_gibibyte_is_an_error() {
    let project = including("data/**\n");
    project.write("data/large", "");
    let large = std::fs::File::options().write(true).open(project.root().join("data/large")).unwrap();
    large.set_len((1 << 30) + 1).unwrap();
    let site = site(&project);
    let err = include(&site, &made(&site, "a")).unwrap_err();
    assert!(
        matches!(&err, WorkspaceError::TooMuch { limit: "1 GiB", path } if path == "data/large"),
        "{err:?}"
    );
}

#[test]
fn a_shared_directory_needs_nothing() {
    let project = including(".env\n");
    project.write(".env", "KEY=1\n");
    let site = site(&project);
    let plan = planned(&site, "a", WorkspaceKind::Shared, MARK).unwrap();
    assert_eq!(plan.path, project.root());
    assert_eq!(include(&site, &plan).unwrap(), Vec::<String>::new());
}
