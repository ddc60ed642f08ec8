//! Worktrees: made as a whole, never over something, and unmade without a trace.

use std::os::unix::fs::{PermissionsExt, symlink};

use exomonad_host::agent::WorkspaceError;
use exomonad_host::agent::workspace::{make, unmake};
use exomonad_host::contract::WorkspaceKind;
use exomonad_host::git::Repository;
use exomonad_host::store::EventFilter;

use super::{MARK, asked, entries, ground, is_there, made, planned, site};
use crate::support::{TestProject, git, put};

const OTHER_MARK: &str = "7c9a1f3e-0000-4000-8000-000000000002";

/// What a spawn could leave: refs, worktrees and files.
fn trace(project: &TestProject) -> (String, String, Vec<String>) {
    let refs = asked(project.root(), &["for-each-ref"]);
    let worktrees = asked(project.root(), &["worktree", "list", "--porcelain"]);
    let dir = project.state_dir().join("worktrees");
    (refs, worktrees, if dir.exists() { entries(&dir) } else { Vec::new() })
}

#[test]
fn a_worktree_has_the_parents_files_and_a_branch_of_its_own() {
    let project = TestProject::new();
    project.write("dir/file", "text\n");
    git(project.root(), &["add", "dir"]);
    git(project.root(), &["commit", "-qm", "a file"]);
    let plan = made(&site(&project), "a");
    assert_eq!(plan.path, project.state_dir().join("worktrees/a"));
    let found = Repository::find(&plan.path).unwrap();
    assert_eq!(found.branch().unwrap().as_deref(), Some("main.a"));
    assert_eq!((found.workspace.as_path(), found.root.as_path()), (plan.path.as_path(), project.root()));
    assert_eq!(std::fs::read_to_string(plan.path.join("dir/file")).unwrap(), "text\n");
    assert_eq!(asked(&plan.path, &["status", "--porcelain"]), "");
}

#[test]
fn a_worktree_is_locked_in_the_name_of_its_spawn() {
    let project = TestProject::new();
    made(&site(&project), "a");
    let list = asked(project.root(), &["worktree", "list", "--porcelain"]);
    assert!(list.contains(&format!("locked exomonad spawn {MARK}")), "{list}");
    let log = asked(project.root(), &["reflog", "show", "--format=%gs", "main.a"]);
    assert_eq!(log, format!("exomonad spawn {MARK}"));
}

#[test]
fn what_is_unmade_leaves_no_trace_however_often() {
    let project = TestProject::new();
    let site = site(&project);
    let before = trace(&project);
    let plan = made(&site, "a");
    assert_ne!(trace(&project), before);
    for _ in 0..2 {
        assert_eq!(unmake(&site, &plan).unwrap(), Vec::<String>::new());
        assert_eq!(trace(&project), before);
    }
}

#[test]
fn whatever_stands_at_the_path_is_a_conflict_and_stays() {
    let project = TestProject::new();
    let site = site(&project);
    let plan = planned(&site, "a", WorkspaceKind::Worktree, MARK).unwrap();
    std::fs::create_dir_all(plan.path.parent().unwrap()).unwrap();
    let check = |occupy: &dyn Fn()| {
        occupy();
        let err = make(&site, &plan).unwrap_err();
        assert!(matches!(&err, WorkspaceError::PathTaken { path } if *path == plan.path), "{err:?}");
        assert_eq!(unmake(&site, &plan).unwrap(), Vec::<String>::new());
        assert!(is_there(&plan.path));
        assert_eq!(asked(project.root(), &["branch", "--list", "main.a"]), "");
    };
    check(&|| put(&plan.path, b"mine"));
    std::fs::remove_file(&plan.path).unwrap();
    check(&|| std::fs::create_dir(&plan.path).unwrap());
    std::fs::remove_dir(&plan.path).unwrap();
    check(&|| symlink("/nowhere", &plan.path).unwrap());
    std::fs::remove_file(&plan.path).unwrap();
    check(&|| symlink("/tmp", &plan.path).unwrap());
}

#[test]
fn a_branch_in_the_way_is_named_and_stays() {
    let project = TestProject::new();
    let site = site(&project);
    let check = |existing: &str| {
        git(project.root(), &["branch", existing]);
        let before = trace(&project);
        let plan = planned(&site, "a", WorkspaceKind::Worktree, MARK).unwrap();
        let err = make(&site, &plan).unwrap_err();
        assert!(matches!(&err, WorkspaceError::BranchTaken { found, .. } if found == existing), "{err:?}");
        assert_eq!(unmake(&site, &plan).unwrap(), Vec::<String>::new());
        assert_eq!(trace(&project), before);
        git(project.root(), &["branch", "-q", "-D", existing]);
    };
    check("main.a");
    check("main.a/b");
}

#[test]
fn a_name_that_git_refuses_for_a_branch_is_refused_before_anything_is_made() {
    let project = TestProject::new();
    let err = planned(&site(&project), "lock", WorkspaceKind::Worktree, MARK).unwrap_err();
    assert!(matches!(&err, WorkspaceError::BranchName { branch } if branch == "main.lock"), "{err:?}");
}

#[test]
fn of_two_spawns_of_one_name_at_once_one_is_made_and_the_other_unmade() {
    let project = TestProject::new();
    let site = site(&project);
    let plans = [MARK, OTHER_MARK].map(|mark| planned(&site, "a", WorkspaceKind::Worktree, mark).unwrap());
    let results = std::thread::scope(|scope| {
        let run = |plan| {
            scope.spawn({
                let site = &site;
                move || make(site, plan)
            })
        };
        let threads = [run(&plans[0]), run(&plans[1])];
        threads.map(|thread| thread.join().unwrap())
    });
    let winner = results.iter().position(Result::is_ok).expect("one of them is made");
    assert!(results[1 - winner].is_err(), "both were made");
    unmake(&site, &plans[1 - winner]).unwrap();
    let found = Repository::find(&plans[winner].path).unwrap();
    assert_eq!(found.branch().unwrap().as_deref(), Some("main.a"));
    assert_eq!(asked(&found.workspace, &["status", "--porcelain"]), "");
}

#[test]
fn commits_keep_the_branch_and_the_worktree() {
    let project = TestProject::new();
    let site = site(&project);
    let plan = made(&site, "a");
    git(&plan.path, &["commit", "-q", "--allow-empty", "-m", "work"]);
    let left = unmake(&site, &plan).unwrap();
    assert!(left[0].contains("has commits of its own"), "{left:?}");
    assert!(is_there(&plan.path));
}

#[test]
fn changes_are_under_a_ref_before_they_go() {
    let project = TestProject::new();
    project.write("file", "1\n");
    git(project.root(), &["add", "file"]);
    git(project.root(), &["commit", "-qm", "a file"]);
    let site = site(&project);
    let plan = made(&site, "a");
    put(&plan.path.join("file"), b"2\n");
    put(&plan.path.join("new"), b"new\n");
    assert_eq!(unmake(&site, &plan).unwrap(), Vec::<String>::new());
    assert!(!is_there(&plan.path));
    assert_eq!(asked(project.root(), &["branch", "--list", "main.a"]), "");
    let kept = asked(project.root(), &["for-each-ref", "--format=%(refname)", "refs/exomonad"]);
    let event = site.store.last_events(&EventFilter::default(), 1).unwrap().remove(0);
    assert_eq!((event.kind.as_str(), event.agent.as_str()), ("agent.salvaged", "a"));
    assert!(event.data.contains(&kept), "{} does not name {kept}", event.data);
    assert_eq!(asked(project.root(), &["show", &format!("{kept}:file")]), "2");
    assert_eq!(asked(project.root(), &["show", &format!("{kept}:new")]), "new");
}

#[test]
fn a_branch_that_is_checked_out_elsewhere_stays() {
    let project = TestProject::new();
    let site = site(&project);
    let plan = made(&site, "a");
    git(&plan.path, &["switch", "-q", "--detach"]);
    git(project.root(), &["switch", "-q", "main.a"]);
    let left = unmake(&site, &plan).unwrap();
    assert!(left[0].contains("is checked out in"), "{left:?}");
    assert_eq!(asked(project.root(), &["branch", "--show-current"]), "main.a");
}

#[test]
fn a_worktree_that_was_moved_stays_where_it_is() {
    let project = TestProject::new();
    let site = site(&project);
    let plan = made(&site, "a");
    let there = project.root().join("../moved");
    git(project.root(), &["worktree", "move", "--force", "--force", plan.path.as_str(), there.as_str()]);
    let left = unmake(&site, &plan).unwrap();
    assert!(left[0].contains("was moved to"), "{left:?}");
    assert_eq!(asked(&there, &["status", "--porcelain"]), "");
}

#[test]
fn directories_that_their_tool_protects_are_removed() {
    let project = TestProject::new();
    project.write(".gitignore", "cache\n");
    git(project.root(), &["add", ".gitignore"]);
    git(project.root(), &["commit", "-qm", "ignore"]);
    let site = site(&project);
    let plan = made(&site, "a");
    std::fs::create_dir_all(plan.path.join("cache/deep")).unwrap();
    put(&plan.path.join("cache/deep/file"), b"");
    let protected = plan.path.join("cache/deep");
    std::fs::set_permissions(&protected, std::fs::Permissions::from_mode(0o500)).unwrap();
    assert_eq!(unmake(&site, &plan).unwrap(), Vec::<String>::new());
    assert!(!is_there(&plan.path));
}

#[test]
fn hooks_signing_and_a_missing_name_do_not_matter() {
    let project = TestProject::new();
    let hooks = project.root().join("../hooks");
    std::fs::create_dir(&hooks).unwrap();
    for hook in ["post-checkout", "reference-transaction", "pre-commit"] {
        put(&hooks.join(hook), b"#!/bin/sh\ntouch hook-ran\nexit 1\n");
        std::fs::set_permissions(hooks.join(hook), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    for (key, value) in [
        ("core.hooksPath", hooks.as_str()),
        ("commit.gpgsign", "true"),
        ("gpg.program", "/bin/false"),
        ("user.useConfigOnly", "true"),
        ("core.logAllRefUpdates", "false"),
        ("worktree.guessRemote", "true"),
    ] {
        git(project.root(), &["config", key, value]);
    }
    let site = site(&project);
    let plan = made(&site, "a");
    assert!(!is_there(plan.path.join("hook-ran")));
    put(&plan.path.join("new"), b"");
    assert_eq!(unmake(&site, &plan).unwrap(), Vec::<String>::new());
    assert_eq!(ground(&site).base, "main");
    assert!(!is_there(&plan.path));
}
