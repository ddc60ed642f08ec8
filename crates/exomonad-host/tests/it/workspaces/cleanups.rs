//! Cleaning up: what is refused, what is kept, and what is left.

use exomonad_host::agent::workspace::{WorkspacePlan, make};
use exomonad_host::agent::{AgentFiles, CleanupError, Force, ProcessIdentity, Site, cleanup, work};
use exomonad_host::contract::WorkspaceKind;
use exomonad_host::explain;
use exomonad_host::git::Repository;
use exomonad_host::store::{AgentState, Exit};

use super::{MARK, asked, is_there, name, planned, recorded, site};
use crate::support::{NOW, TestProject, git, put};

/// An agent that ended, with its workspace and its files.
fn ended(site: &Site, kind: WorkspaceKind) -> WorkspacePlan {
    let plan = planned(site, "a", kind, MARK).unwrap();
    make(site, &plan).unwrap();
    recorded(site, &plan);
    AgentFiles::new(&site.repository.state_dir(), &plan.agent).claim(MARK).unwrap();
    plan
}

fn commit(dir: &camino::Utf8Path, file: &str, text: &str) {
    put(&dir.join(file), text.as_bytes());
    git(dir, &["add", file]);
    git(dir, &["commit", "-qm", &format!("{file} says {}", text.trim())]);
}

#[track_caller]
fn refused(site: &Site) -> String {
    let err = cleanup(site, &name("a"), Force::No).unwrap_err();
    assert!(matches!(err, CleanupError::Work { .. }), "{err:?}");
    assert!(site.store.agent(&name("a")).unwrap().is_some());
    err.to_string()
}

#[track_caller]
fn cleaned(site: &Site, plan: &WorkspacePlan) {
    let cleaned = cleanup(site, &name("a"), Force::No).unwrap();
    // A standalone repository takes its branch along.
    let branch = plan.branch.clone().filter(|_| plan.kind == WorkspaceKind::Worktree);
    assert_eq!((cleaned.branch, cleaned.salvage), (branch, None));
    assert_gone(site, plan);
}

#[track_caller]
fn assert_gone(site: &Site, plan: &WorkspacePlan) {
    assert!(!is_there(&plan.path));
    assert!(!is_there(AgentFiles::new(&site.repository.state_dir(), &plan.agent).dir));
    assert_eq!(asked(&site.repository.root, &["worktree", "list"]).lines().count(), 1);
    assert_eq!(site.store.agent(&plan.agent).unwrap(), None);
    assert_eq!(asked(&site.repository.root, &["fsck", "--full", "--no-dangling"]), "");
}

#[test]
fn an_agent_without_work_leaves_nothing_but_its_branch() {
    let project = TestProject::new();
    let site = site(&project);
    let plan = ended(&site, WorkspaceKind::Worktree);
    assert!(!work(&site, &name("a")).unwrap().unwrap().is_merged);
    cleaned(&site, &plan);
    assert_eq!(asked(project.root(), &["branch", "--format=%(refname:short)"]), "main\nmain.a");
    assert!(!is_there(project.repository.common_dir.join("worktrees")));
}

#[test]
fn what_is_not_committed_is_refused_by_path() {
    let project = TestProject::new();
    let site = site(&project);
    let plan = ended(&site, WorkspaceKind::Worktree);
    put(&plan.path.join("new"), b"");
    assert_eq!(refused(&site), "agent `a` has work that would be lost: not committed: not tracked: `new`");
}

#[test]
fn what_is_not_merged_is_refused_by_commit() {
    let project = TestProject::new();
    let site = site(&project);
    let plan = ended(&site, WorkspaceKind::Worktree);
    commit(&plan.path, "file", "1\n");
    let text = refused(&site);
    assert!(text.contains("not merged into `main`: ") && text.ends_with(" `file says 1`"), "{text}");
    let bare = project.root().join("../bare.git");
    git(project.root(), &["clone", "-q", "--bare", ".", bare.as_str()]);
    git(project.root(), &["remote", "add", "origin", bare.as_str()]);
    git(project.root(), &["fetch", "-q"]);
    commit(&plan.path, "file", "2\n");
    assert!(refused(&site).ends_with("; not pushed: 1 of its commits"), "{}", refused(&site));
    git(&plan.path, &["push", "-q", "origin", "main.a"]);
    assert!(refused(&site).ends_with("`file says 1`"), "pushed is not merged: {}", refused(&site));
}

#[test]
fn merged_rebased_and_squashed_work_may_go() {
    let check = |merge: &dyn Fn(&TestProject, &WorkspacePlan)| {
        let project = TestProject::new();
        commit(project.root(), "base", "1\n");
        let site = site(&project);
        let plan = ended(&site, WorkspaceKind::Worktree);
        commit(&plan.path, "file", "1\n");
        commit(&plan.path, "file", "2\n");
        commit(project.root(), "other", "1\n");
        refused(&site);
        merge(&project, &plan);
        assert!(work(&site, &name("a")).unwrap().unwrap().is_merged);
        cleaned(&site, &plan);
    };
    check(&|project, _| git(project.root(), &["merge", "-q", "--no-edit", "main.a"]));
    check(&|project, _| git(project.root(), &["cherry-pick", "main..main.a"]));
    let squash = |project: &TestProject| {
        git(project.root(), &["merge", "-q", "--squash", "main.a"]);
        git(project.root(), &["commit", "-qm", "all of it"]);
    };
    check(&|project, _| squash(project));
    check(&|project, _| {
        squash(project);
        commit(project.root(), "file", "went on\n");
    });
    // Merged where the parent's branch follows, and not fetched into it yet.
    check(&|project, _| {
        let bare = project.root().join("../bare.git");
        git(project.root(), &["clone", "-q", "--bare", ".", bare.as_str()]);
        git(project.root(), &["remote", "add", "origin", bare.as_str()]);
        git(project.root(), &["fetch", "-q"]);
        git(project.root(), &["branch", "-q", "--set-upstream-to=origin/main"]);
        git(project.root(), &["push", "-q", "origin", "main.a:refs/heads/later"]);
        squash(project);
        git(project.root(), &["push", "-q", "origin", "main"]);
        git(project.root(), &["reset", "-q", "--hard", "HEAD~1"]);
    });
}

#[test]
fn a_part_that_was_merged_does_not_make_the_rest_merged() {
    let project = TestProject::new();
    let site = site(&project);
    let plan = ended(&site, WorkspaceKind::Worktree);
    commit(&plan.path, "file", "1\n");
    git(project.root(), &["merge", "-q", "--squash", "main.a"]);
    git(project.root(), &["commit", "-qm", "a part"]);
    commit(&plan.path, "more", "1\n");
    assert!(refused(&site).contains("`more says 1`"));
}

#[test]
fn commits_on_no_branch_count() {
    let project = TestProject::new();
    let site = site(&project);
    let plan = ended(&site, WorkspaceKind::Worktree);
    git(&plan.path, &["switch", "-q", "--detach"]);
    commit(&plan.path, "file", "1\n");
    assert!(refused(&site).contains("`file says 1`"));
}

#[test]
fn forced_work_is_kept_and_comes_back() {
    let project = TestProject::new();
    commit(project.root(), "file", "1\n");
    commit(project.root(), "gone", "1\n");
    let site = site(&project);
    let plan = ended(&site, WorkspaceKind::Worktree);
    git(project.root(), &["config", "user.useConfigOnly", "true"]);
    git(project.root(), &["config", "commit.gpgsign", "true"]);
    git(project.root(), &["config", "gpg.program", "/bin/false"]);
    put(&plan.path.join("committed"), b"1\n");
    git(&plan.path, &["add", "committed"]);
    git(&plan.path, &["-c", "commit.gpgsign=false", "commit", "-qm", "work"]);
    put(&plan.path.join("file"), b"2\n");
    put(&plan.path.join("dir é"), b"new\n");
    put(&plan.path.join("staged"), b"staged\n");
    git(&plan.path, &["add", "staged"]);
    std::fs::remove_file(plan.path.join("gone")).unwrap();
    refused(&site);
    let cleaned = cleanup(&site, &name("a"), Force::Yes).unwrap();
    assert_gone(&site, &plan);
    let salvage = cleaned.salvage.clone().unwrap();
    assert!(salvage.starts_with("refs/exomonad/salvage/a-"), "{salvage}");
    let recovery = cleaned.recovery().unwrap();
    let arguments: Vec<_> = recovery.split(' ').skip(1).collect();
    git(project.root(), &arguments);
    let files = asked(project.root(), &["-c", "core.quotePath=false", "ls-files"]);
    assert_eq!(files, "committed\ndir é\nfile\nstaged");
    assert_eq!(std::fs::read_to_string(project.root().join("file")).unwrap(), "2\n");
}

#[test]
fn a_standalone_repositorys_work_is_kept_in_the_project() {
    let project = TestProject::new();
    commit(project.root(), "file", "1\n");
    let site = site(&project);
    let plan = ended(&site, WorkspaceKind::Standalone);
    commit(&plan.path, "file", "2\n");
    put(&plan.path.join("file"), b"put away\n");
    git(&plan.path, &["stash", "-q"]);
    assert!(refused(&site).contains("`file says 2`"));
    let cleaned = cleanup(&site, &name("a"), Force::Yes).unwrap();
    assert_gone(&site, &plan);
    let salvage = cleaned.salvage.unwrap();
    assert_eq!(asked(project.root(), &["show", &format!("{salvage}:file")]), "2");
    let kept = asked(project.root(), &["log", "--format=%s", &salvage]);
    assert!(kept.contains("file says 2") && kept.contains("WIP on main.a"), "{kept}");
}

#[test]
fn a_standalone_repository_whose_work_was_applied_may_go() {
    let project = TestProject::new();
    commit(project.root(), "file", "1\n");
    let site = site(&project);
    let plan = ended(&site, WorkspaceKind::Standalone);
    commit(&plan.path, "file", "2\n");
    commit(&plan.path, "new", "1\n");
    refused(&site);
    commit(project.root(), "file", "2\n");
    refused(&site);
    commit(project.root(), "new", "1\n");
    assert!(work(&site, &name("a")).unwrap().unwrap().is_merged);
    cleaned(&site, &plan);
}

#[test]
fn a_repository_inside_the_workspace_is_never_given_up() {
    let project = TestProject::new();
    let site = site(&project);
    let plan = ended(&site, WorkspaceKind::Worktree);
    std::fs::create_dir(plan.path.join("inner")).unwrap();
    git(&plan.path.join("inner"), &["init", "-q"]);
    git(&plan.path.join("inner"), &["commit", "-q", "--allow-empty", "-m", "inner work"]);
    assert!(refused(&site).contains("`inner/`"));
    let err = cleanup(&site, &name("a"), Force::Yes).unwrap_err();
    assert!(explain(&err).contains("`inner/` is a repository of its own"), "{err:?}");
    assert!(is_there(plan.path.join("inner/.git")));
}

#[test]
fn the_root_parents_and_strangers_are_refused() {
    let project = TestProject::new();
    let site = site(&project);
    let plan = ended(&site, WorkspaceKind::Worktree);
    let refusal = |who: &str, force| cleanup(&site, &name(who), force).unwrap_err();
    assert!(matches!(refusal("root", Force::Yes), CleanupError::Root));
    assert!(matches!(refusal("nobody", Force::Yes), CleanupError::Unknown { .. }));
    let mut child = site.store.agent(&plan.agent).unwrap().unwrap();
    child.name = name("a.b");
    child.parent = Some(plan.agent.clone());
    site.store.add_agent(&child).unwrap();
    let err = refusal("a", Force::Yes);
    assert_eq!(err.to_string(), "agent `a` has children: `a.b`");
    assert_eq!(err.hint().unwrap(), "clean them up first: `exomonad cleanup a.b`");
    assert!(is_there(&plan.path));
}

#[test]
fn an_agent_that_may_be_at_work_is_refused() {
    let project = TestProject::new();
    let site = site(&project);
    let plan = ended(&site, WorkspaceKind::Worktree);
    site.store.set_agent_state(&plan.agent, AgentState::Running).unwrap();
    let err = cleanup(&site, &plan.agent, Force::No).unwrap_err();
    assert!(matches!(err, CleanupError::Running { .. }), "{err:?}");
    site.store.set_agent_state(&plan.agent, AgentState::Starting).unwrap();
    let err = cleanup(&site, &plan.agent, Force::No).unwrap_err();
    assert!(matches!(err, CleanupError::Starting { .. }), "{err:?}");
    assert!(is_there(&plan.path));
}

#[test]
fn a_worker_goes_and_its_parents_directory_stays_as_it_is() {
    let project = TestProject::new();
    let site = site(&project);
    let plan = ended(&site, WorkspaceKind::Shared);
    project.write("new", "the parent's\n");
    let cleaned = cleanup(&site, &plan.agent, Force::No).unwrap();
    assert_eq!((cleaned.branch, cleaned.salvage), (None, None));
    assert!(is_there(project.root().join("new")));
    assert_eq!(site.store.agents().unwrap().len(), 1);
}

#[test]
fn a_cleanup_that_was_killed_is_finished_by_the_next() {
    let check = |mess: &dyn Fn(&WorkspacePlan, &AgentFiles)| {
        let project = TestProject::new();
        let site = site(&project);
        let plan = ended(&site, WorkspaceKind::Worktree);
        commit(&plan.path, "file", "1\n");
        git(project.root(), &["merge", "-q", "main.a"]);
        mess(&plan, &AgentFiles::new(&project.state_dir(), &plan.agent));
        cleaned(&site, &plan);
    };
    let aside = |plan: &WorkspacePlan| plan.path.with_file_name(format!(".{MARK}"));
    check(&|plan, _| std::fs::rename(&plan.path, aside(plan)).unwrap());
    check(&|plan, _| {
        std::fs::rename(&plan.path, aside(plan)).unwrap();
        std::fs::remove_file(aside(plan).join(".git")).unwrap();
    });
    check(&|plan, _| std::fs::remove_dir_all(&plan.path).unwrap());
    check(&|plan, files| {
        std::fs::remove_dir_all(&plan.path).unwrap();
        std::fs::remove_dir_all(&files.dir).unwrap();
    });
}

#[test]
fn a_workspace_that_git_cannot_read_is_not_taken_for_an_empty_one() {
    let check = |mess: &dyn Fn(&WorkspacePlan)| {
        let project = TestProject::new();
        let site = site(&project);
        let plan = ended(&site, WorkspaceKind::Worktree);
        let own = ProcessIdentity { pid: 1, started: "then".to_owned(), machine: "here".to_owned() };
        let run = site.store.begin_run(&plan.agent, &own, NOW).unwrap();
        site.store.end_run(run, Exit::Code(0), AgentState::Stopped, NOW).unwrap();
        put(&plan.path.join("new"), b"work\n");
        mess(&plan);
        let err = cleanup(&site, &plan.agent, Force::Yes).unwrap_err();
        assert!(matches!(err, CleanupError::Broken { .. }), "{err:?}");
        assert_eq!(std::fs::read_to_string(plan.path.join("new")).unwrap(), "work\n");
    };
    check(&|plan| std::fs::remove_file(plan.path.join(".git")).unwrap());
    check(&|plan| {
        let git_dir = Repository::find(&plan.path).unwrap().git_dir;
        std::fs::remove_file(git_dir.join("index")).unwrap();
    });
}

#[test]
fn a_worktree_that_was_moved_is_not_taken_away() {
    let project = TestProject::new();
    let site = site(&project);
    let plan = ended(&site, WorkspaceKind::Worktree);
    let there = project.root().join("../moved");
    git(project.root(), &["worktree", "move", "--force", "--force", plan.path.as_str(), there.as_str()]);
    let err = cleanup(&site, &plan.agent, Force::Yes).unwrap_err();
    assert!(explain(&err).contains("was moved to"), "{err:?}");
    assert_eq!(asked(&there, &["status", "--porcelain"]), "");
}
