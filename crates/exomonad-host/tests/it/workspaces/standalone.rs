//! Standalone repositories: the parent's files, and no way to anything else of it.

use exomonad_host::agent::workspace::{WorkspacePlan, make, unmake};
use exomonad_host::agent::{IdentityError, Seeker, Site, WorkspaceError, resolve};
use exomonad_host::contract::WorkspaceKind;
use exomonad_host::git::{Pointer, Repository};

use super::{MARK, asked, entries, is_there, name, planned, recorded, site, site_in};
use crate::support::{TestProject, git, put};

/// A project with a past, and a standalone repository of it.
fn standalone() -> (TestProject, Site, WorkspacePlan) {
    let project = TestProject::new();
    project.write("secret", "only in the past\n");
    git(project.root(), &["add", "secret"]);
    git(project.root(), &["commit", "-qm", "a secret"]);
    git(project.root(), &["rm", "-q", "secret"]);
    project.write("dir/file", "text\n");
    project.write(".gitattributes", "dir/file export-ignore\n");
    git(project.root(), &["add", "dir", ".gitattributes"]);
    git(project.root(), &["commit", "-qm", "a file"]);
    git(project.root(), &["config", "user.name", "Ada"]);
    let site = site(&project);
    let plan = planned(&site, "alone", WorkspaceKind::Standalone, MARK).unwrap();
    make(&site, &plan).unwrap();
    (project, site, plan)
}

#[test]
fn it_has_the_parents_files_as_one_commit() {
    let (project, _, plan) = standalone();
    assert_eq!(std::fs::read_to_string(plan.path.join("dir/file")).unwrap(), "text\n");
    assert_eq!(asked(&plan.path, &["status", "--porcelain"]), "");
    assert_eq!(asked(&plan.path, &["branch", "--show-current"]), "main.alone");
    assert_eq!(asked(&plan.path, &["rev-list", "--all", "--count"]), "1");
    let tree = ["rev-parse", "HEAD^{tree}"];
    assert_eq!(asked(&plan.path, &tree), asked(project.root(), &tree));
    assert_eq!(asked(&plan.path, &["config", "user.name"]), "Ada");
}

#[test]
fn nothing_in_it_leads_to_the_parent() {
    let (project, _, plan) = standalone();
    let git_dir = plan.path.join(".git");
    assert!(!is_there(git_dir.join("objects/info/alternates")));
    assert_eq!(asked(&plan.path, &["remote"]), "");
    assert_eq!(asked(&plan.path, &["fsck", "--full"]), "");
    let objects = asked(&plan.path, &["cat-file", "--batch-all-objects", "--batch-check=%(objectname)"]);
    let secret = asked(project.root(), &["rev-parse", "HEAD~1:secret"]);
    assert!(!objects.contains(&secret), "the past came along");
    let root = project.root().as_str();
    let found = exomonad_host::exec::Cmd::new("grep", &git_dir, crate::support::SEARCH_PATH)
        .args(["-r", "-l", root, "."])
        .output(&|| false)
        .unwrap();
    assert_eq!(String::from_utf8(found.stdout).unwrap(), "");
}

#[test]
fn its_hooks_and_tools_find_the_project_and_git_finds_the_repository() {
    let (project, site, plan) = standalone();
    let found = Repository::find(&plan.path.join("dir")).unwrap();
    assert_eq!(found.root, project.root());
    assert_eq!(found.database(), project.database());
    assert_eq!((&found.workspace, &found.main), (&plan.path, &plan.path));
    assert_eq!(found.common_dir, plan.path.join(".git"));
    assert!(!plan.path.starts_with(project.root()));
    recorded(&site, &plan);
    let seeker = Seeker { claimed: None, repository: &found };
    assert_eq!(resolve(&site.store, &seeker).unwrap().name, name("alone"));
}

#[test]
fn a_pointer_that_the_project_does_not_know_makes_nobody() {
    let (project, site, plan) = standalone();
    let nobody = |repository: &Repository, claimed: Option<&str>| {
        let err = resolve(&site.store, &Seeker { claimed, repository }).unwrap_err();
        assert!(matches!(err, IdentityError::Nobody { .. }), "{err:?}");
    };
    let found = Repository::find(&plan.path).unwrap();
    nobody(&found, None);
    nobody(&found, Some("root"));
    // A repository that somebody made to look like one of the project's.
    let places = Pointer::places(&project.root().join("../evil"), project.root());
    let dir = places.join("alone");
    let repository = Pointer::repository(&dir);
    std::fs::create_dir_all(&repository).unwrap();
    git(&repository, &["init", "-q"]);
    Pointer { project: project.root().to_owned(), agent: "alone".to_owned(), mark: MARK.to_owned() }
        .write(&dir)
        .unwrap();
    recorded(&site, &plan);
    let forged = Repository::find(&repository).unwrap();
    assert_eq!(forged.root, project.root());
    nobody(&forged, None);
    nobody(&forged, Some("alone"));
}

#[test]
fn a_pointer_in_another_place_means_nothing() {
    let (project, _, _) = standalone();
    let dir = project.root().join("../elsewhere/alone");
    let repository = Pointer::repository(&dir);
    std::fs::create_dir_all(&repository).unwrap();
    git(&repository, &["init", "-q"]);
    Pointer { project: project.root().to_owned(), agent: "alone".to_owned(), mark: MARK.to_owned() }
        .write(&dir)
        .unwrap();
    let found = Repository::find(&repository).unwrap();
    assert_eq!(found.root, found.workspace);
    put(&dir.join("project"), b"not a pointer");
    assert_eq!(Repository::find(&repository).unwrap().root, found.workspace);
}

#[test]
fn the_worktree_of_its_child_stays_outside_of_the_project() {
    let (project, site, plan) = standalone();
    recorded(&site, &plan);
    let inside = site_in(&project, &plan.path);
    let child = planned(&inside, "alone.b", WorkspaceKind::Worktree, "another-mark").unwrap();
    make(&inside, &child).unwrap();
    assert!(child.path.starts_with(plan.path.parent().unwrap()));
    let found = Repository::find(&child.path).unwrap();
    assert_eq!((found.root.as_path(), &found.main), (project.root(), &plan.path));
    assert_eq!(unmake(&inside, &child).unwrap(), Vec::<String>::new());
    assert_eq!(asked(&plan.path, &["branch", "--format=%(refname:short)"]), "main.alone");
}

#[test]
fn what_is_unmade_leaves_no_trace_however_far_it_came() {
    let (_project, site, plan) = standalone();
    let dir = plan.path.parent().unwrap();
    let places = dir.parent().unwrap();
    let aside = places.join(format!(".{MARK}"));
    let check = |mess: &dyn Fn()| {
        mess();
        for _ in 0..2 {
            assert_eq!(unmake(&site, &plan).unwrap(), Vec::<String>::new());
            assert_eq!(entries(places), Vec::<String>::new());
        }
        make(&site, &plan).unwrap();
    };
    check(&|| {});
    check(&|| std::fs::rename(dir, &aside).unwrap());
    check(&|| {
        std::fs::rename(dir, &aside).unwrap();
        std::fs::remove_dir_all(aside.join("repo/.git")).unwrap();
    });
    check(&|| {
        std::fs::rename(dir, &aside).unwrap();
        std::fs::remove_file(aside.join("project")).unwrap();
    });
    assert_eq!(asked(&plan.path, &["status", "--porcelain"]), "");
}

#[test]
fn another_ones_directory_is_a_conflict_and_stays() {
    let (_project, site, plan) = standalone();
    let other = WorkspacePlan { mark: "another-mark".to_owned(), ..plan.clone() };
    assert!(matches!(make(&site, &other).unwrap_err(), WorkspaceError::PathTaken { .. }));
    assert_eq!(unmake(&site, &other).unwrap(), Vec::<String>::new());
    assert_eq!(asked(&plan.path, &["status", "--porcelain"]), "");
}

#[test]
fn commits_keep_the_repository_and_changes_are_kept_in_the_project() {
    let (project, site, plan) = standalone();
    put(&plan.path.join("new"), b"new\n");
    assert_eq!(unmake(&site, &plan).unwrap(), Vec::<String>::new());
    let kept = asked(project.root(), &["for-each-ref", "--format=%(refname)", "refs/exomonad"]);
    assert_eq!(asked(project.root(), &["show", &format!("{kept}:new")]), "new");
    make(&site, &plan).unwrap();
    git(&plan.path, &["commit", "-q", "--allow-empty", "-m", "work"]);
    assert!(unmake(&site, &plan).unwrap()[0].contains("commits of its own"));
    assert!(is_there(&plan.path));
}
