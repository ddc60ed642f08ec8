//! Where children can begin.

use exomonad_host::agent::WorkspaceError;
use exomonad_host::agent::workspace::survey;
use exomonad_host::contract::WorkspaceKind;
use exomonad_host::git::{ChangeKind, Repository};

use super::{asked, made, site, site_in};
use crate::support::{TestProject, git, put};

#[track_caller]
fn refusal(project: &TestProject) -> WorkspaceError {
    survey(&site(project), WorkspaceKind::Worktree).unwrap_err()
}

#[test]
fn a_child_begins_at_the_parents_branch_and_commit() {
    let project = TestProject::new();
    git(project.root(), &["switch", "-q", "-c", "feature/x"]);
    let ground = survey(&site(&project), WorkspaceKind::Worktree).unwrap().unwrap();
    assert_eq!(ground.base, "feature/x");
    assert_eq!(ground.base_sha, asked(project.root(), &["rev-parse", "HEAD"]));
}

#[test]
fn a_child_of_a_child_begins_in_its_parents_worktree() {
    let project = TestProject::new();
    let plan = made(&site(&project), "a");
    let below = site_in(&project, &plan.path);
    assert_eq!(survey(&below, WorkspaceKind::Worktree).unwrap().unwrap().base, "main.a");
    assert_eq!(made(&below, "b").branch.as_deref(), Some("main.a.b"));
}

#[test]
fn a_dirty_parent_is_refused_with_every_kind_of_change() {
    let project = TestProject::new();
    let root = project.root();
    project.write("tree", "1\n");
    project.write("index", "1\n");
    project.write(".gitignore", "ignored\n");
    git(root, &["add", "tree", "index", ".gitignore"]);
    git(root, &["commit", "-qm", "files"]);
    project.write("tree", "2\n");
    project.write("index", "2\n");
    git(root, &["add", "index"]);
    project.write("dir/new é", "");
    project.write("ignored", "");
    let err = refusal(&project);
    let text = err.to_string();
    assert!(text.ends_with("staged: `index`; not staged: `tree`; not tracked: `dir/new é`"), "{text}");
    assert!(err.hint().unwrap().contains("git stash --include-untracked"), "{err:?}");
}

#[test]
fn our_own_directory_is_no_change() {
    let project = TestProject::new();
    project.write(".exomonad/config.toml", "# not committed\n");
    survey(&site(&project), WorkspaceKind::Worktree).unwrap();
}

#[test]
fn at_most_twenty_paths_are_named() {
    let project = TestProject::new();
    for number in 10..35 {
        project.write(&format!("new-{number}"), "");
    }
    let text = refusal(&project).to_string();
    assert_eq!(text.matches('`').count(), 2 * (1 + 20), "{text}");
    assert!(text.ends_with("and 5 more"), "{text}");
}

#[test]
fn a_detached_head_is_refused() {
    let project = TestProject::new();
    git(project.root(), &["switch", "-q", "--detach"]);
    let err = refusal(&project);
    assert!(matches!(&err, WorkspaceError::NoBranch { commit, .. } if commit.len() == 40), "{err:?}");
    assert_eq!(err.hint().unwrap(), "check a branch out: `git switch -c NAME`");
}

#[test]
fn a_branch_without_a_commit_is_refused() {
    let project = TestProject::new();
    git(project.root(), &["switch", "-q", "--orphan", "empty"]);
    let err = refusal(&project);
    assert!(matches!(&err, WorkspaceError::NoCommit { branch, .. } if branch == "empty"), "{err:?}");
}

#[test]
fn a_bare_repository_is_refused_and_its_worktree_is_not() {
    let project = TestProject::new();
    git(project.root(), &["config", "core.bare", "true"]);
    assert!(matches!(refusal(&project), WorkspaceError::Bare { .. }));
    let bare = project.root().join("../bare.git");
    git(project.root(), &["clone", "-q", "--bare", ".", bare.as_str()]);
    let tree = project.root().join("../tree");
    git(&bare, &["worktree", "add", "-q", tree.as_str(), "main"]);
    let ground = survey(&site_in(&project, &tree), WorkspaceKind::Worktree).unwrap().unwrap();
    assert_eq!(ground.base, "main");
}

/// Two branches that change one line differently.
fn in_conflict(project: &TestProject) {
    let root = project.root();
    project.write("line", "1\n");
    git(root, &["add", "line"]);
    git(root, &["commit", "-qm", "one"]);
    git(root, &["switch", "-q", "-c", "other"]);
    project.write("line", "other\n");
    git(root, &["commit", "-qam", "other"]);
    git(root, &["switch", "-q", "main"]);
    project.write("line", "main\n");
    git(root, &["commit", "-qam", "main"]);
}

#[test]
fn what_git_is_in_the_middle_of_is_named_with_its_end() {
    let check = |arguments: &[&str], operation: &str, end: &str| {
        let project = TestProject::new();
        in_conflict(&project);
        std::panic::catch_unwind(|| git(project.root(), arguments)).unwrap_err();
        let err = refusal(&project);
        assert!(err.to_string().contains(operation), "{err}");
        assert!(err.hint().unwrap().contains(end), "{err:?}");
    };
    check(&["merge", "other"], "a merge is in progress", "git merge --abort");
    check(&["rebase", "other"], "a rebase is in progress", "git rebase --abort");
    check(&["cherry-pick", "other"], "a cherry-pick is in progress", "git cherry-pick --abort");
    check(&["revert", "--no-edit", "HEAD~1"], "a revert is in progress", "git revert --abort");
}

#[test]
fn a_changed_submodule_is_a_change_and_an_unchanged_one_is_none() {
    let project = TestProject::new();
    let source = TestProject::without_state();
    let add =
        ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", source.root().as_str(), "sub"];
    git(project.root(), &add);
    git(project.root(), &["commit", "-qm", "with a submodule"]);
    survey(&site(&project), WorkspaceKind::Worktree).unwrap();
    put(&project.root().join("sub/new"), b"");
    let WorkspaceError::Dirty { changes, .. } = refusal(&project) else { panic!("it is dirty") };
    assert_eq!((changes[0].path.as_str(), changes[0].kind), ("sub", ChangeKind::Unstaged));
    assert!(changes[0].is_submodule);
}

#[test]
fn a_shared_directory_has_no_condition() {
    let project = TestProject::new();
    project.write("new", "");
    git(project.root(), &["switch", "-q", "--detach"]);
    assert_eq!(survey(&site(&project), WorkspaceKind::Shared).unwrap(), None);
}

#[test]
fn variables_that_lead_git_elsewhere_do_not_reach_it() {
    let project = TestProject::new();
    let other = TestProject::without_state();
    git(other.root(), &["switch", "-q", "-c", "other"]);
    let mut site = site(&project);
    let mut surroundings = (*site.surroundings).clone();
    for (name, value) in [
        ("GIT_DIR", other.repository.git_dir.as_str()),
        ("GIT_WORK_TREE", other.root().as_str()),
        ("GIT_INDEX_FILE", "/nowhere/index"),
    ] {
        surroundings.variables.push((name.to_owned(), value.to_owned()));
    }
    site.surroundings = surroundings.into();
    let plan = made(&site, "a");
    assert_eq!(plan.branch.as_deref(), Some("main.a"));
    assert_eq!(Repository::find(&plan.path).unwrap().common_dir, project.repository.common_dir);
    assert_eq!(asked(other.root(), &["branch", "--list", "main.a"]), "");
}
