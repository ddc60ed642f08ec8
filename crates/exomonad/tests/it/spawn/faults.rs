//! Spawns that fail or are killed, at every step: nothing of them stays, and nothing of anybody else's goes.

use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

use camino::Utf8Path;
use exomonad_host::agent::{AgentName, Force, Repaired, SpawnError, Step, cleanup, repair, spawn, stop};
use exomonad_host::contract::{EffectErrorKind, WorkspaceKind};
use exomonad_host::store::AgentState;

use super::helper::Spawner;
use super::place::{At, KINDS, Place, patient, request};

fn root() -> AgentName {
    AgentName::root()
}

fn api() -> AgentName {
    AgentName::parse("api").unwrap()
}

/// Repairs, and requires that this was all there was to do.
#[track_caller]
fn mend(place: &Place) -> Repaired {
    let repaired = repair(&place.site()).unwrap();
    assert_eq!(repaired.left, Vec::<String>::new());
    assert_eq!(repair(&place.site()).unwrap(), Repaired::default(), "a second repair has nothing to do");
    repaired
}

#[test]
fn a_spawned_agent_runs_in_its_workspace_and_can_be_removed_again() {
    for kind in KINDS {
        let place = Place::new();
        let before = place.look();
        let site = place.site();
        let spawned = spawn(&site, &root(), &request(kind), &patient()).unwrap();
        assert_eq!((spawned.agent.state, spawned.notes), (AgentState::Running, Vec::new()), "{kind:?}");
        assert_eq!(repair(&site).unwrap(), Repaired::default(), "nothing is wrong with it");
        stop(&site, &api()).unwrap();
        cleanup(&site, &api(), Force::No).unwrap();
        place.require_quiet();
        if kind == WorkspaceKind::Worktree {
            place.project.git(["branch", "-D", "main.api"]);
        }
        mend(&place);
        assert_eq!(place.look(), before, "{kind:?}");
    }
}

#[test]
fn a_spawn_that_fails_at_any_step_leaves_nothing() {
    for kind in KINDS {
        let place = Place::new();
        let before = place.look();
        for failing in Step::ALL {
            let follower = At(|step| if step == failing { Err(SpawnError::Interrupted) } else { Ok(()) });
            let err = spawn(&place.site(), &root(), &request(kind), &follower).unwrap_err();
            assert!(matches!(err, SpawnError::Interrupted), "{kind:?} {failing:?}: {err:?}");
            place.require_quiet();
            assert_eq!(place.look(), before, "{kind:?} {failing:?}");
        }
    }
}

fn a_spawn_that_is_killed_is_undone_by_one_repair(kind: WorkspaceKind) {
    let place = Place::new();
    let before = place.look();
    for killed_at in Step::ALL.into_iter().filter(|step| *step != Step::Running) {
        let status = Spawner::start(&place, kind, Some(killed_at)).wait();
        assert_eq!(status.signal(), Some(9), "{killed_at:?}");
        mend(&place);
        place.require_quiet();
        assert_eq!(place.look(), before, "{kind:?} {killed_at:?}");
    }
}

#[test]
fn a_spawn_into_a_worktree_that_is_killed_is_undone_by_one_repair() {
    a_spawn_that_is_killed_is_undone_by_one_repair(WorkspaceKind::Worktree);
}

#[test]
fn a_spawn_into_a_standalone_repository_that_is_killed_is_undone_by_one_repair() {
    a_spawn_that_is_killed_is_undone_by_one_repair(WorkspaceKind::Standalone);
}

#[test]
fn a_spawn_into_a_shared_directory_that_is_killed_is_undone_by_one_repair() {
    a_spawn_that_is_killed_is_undone_by_one_repair(WorkspaceKind::Shared);
}

#[test]
fn a_spawn_that_is_killed_once_its_terminal_is_open_is_finished() {
    for kind in KINDS {
        let place = Place::new();
        let status = Spawner::start(&place, kind, Some(Step::Running)).wait();
        assert_eq!(status.signal(), Some(9));
        mend(&place);
        assert_eq!(place.row("api").unwrap().state, AgentState::Running, "{kind:?}");
        stop(&place.site(), &api()).unwrap();
        place.require_quiet();
    }
}

#[test]
fn a_spawn_that_is_killed_before_its_terminal_is_recorded_has_it_recorded() {
    let place = Place::new();
    let site = place.site();
    spawn(&site, &root(), &request(WorkspaceKind::Worktree), &patient()).unwrap();
    let pane = site.store.pane(&api()).unwrap();
    site.store.set_pane(&api(), None).unwrap();
    mend(&place);
    assert_eq!(site.store.pane(&api()).unwrap(), pane);
    stop(&site, &api()).unwrap();
    place.require_quiet();
}

#[test]
fn a_spawn_that_is_killed_while_setup_runs_is_undone() {
    let place =
        Place::with_config("[agents]\nsetup = [\"sh\", \"-c\", \"touch ../../../../tmp/at; sleep 1000\"]\n");
    let before = place.look();
    let mut spawner = Spawner::start(&place, WorkspaceKind::Worktree, None);
    await_file(&place.project.temp().join("at"));
    spawner.kill();
    mend(&place);
    assert_eq!(place.look(), before);
}

#[test]
fn a_spawn_that_is_killed_while_git_makes_the_worktree_is_undone() {
    let place = Place::new();
    let before = place.look();
    let real = "/usr/bin/git";
    let script =
        |act: &str| format!("case \"$*\" in *'worktree add'*) {act} ;; *) exec {real} \"$@\" ;; esac");
    let done = place.project.temp().join("done");
    for act in [
        format!("kill -9 $PPID; {real} \"$@\"; touch {done}"),
        format!("{real} \"$@\"; kill -9 $PPID; touch {done}"),
        format!("kill -9 $PPID; touch {done}"),
    ] {
        place.project.install_script("git", &script(&act));
        let status = Spawner::start(&place, WorkspaceKind::Worktree, None).wait();
        place.project.uninstall("git");
        assert_eq!(status.signal(), Some(9));
        await_file(&done);
        std::fs::remove_file(&done).unwrap();
        mend(&place);
        assert_eq!(place.look(), before, "{act}");
    }
}

#[test]
fn what_a_user_makes_under_the_name_in_between_survives() {
    let place = Place::new();
    let dir = place.project.dir().to_owned();
    let in_the_way = |make: &dyn Fn()| {
        let follower = At(|step| {
            if step == Step::Workspace {
                make();
            }
            Ok(())
        });
        let err = spawn(&place.site(), &root(), &request(WorkspaceKind::Worktree), &follower).unwrap_err();
        assert_eq!(err.kind(), EffectErrorKind::Conflict, "{err:?}");
        assert_eq!(place.row("api"), None);
        mend(&place);
    };
    in_the_way(&|| drop(place.project.git(["branch", "main.api"])));
    place.project.git(["rev-parse", "--verify", "refs/heads/main.api"]);
    place.project.git(["branch", "-D", "main.api"]);
    in_the_way(&|| place.project.write(".exomonad/worktrees/api/notes", "mine"));
    assert_eq!(place.project.read(".exomonad/worktrees/api/notes"), "mine");
    std::fs::remove_dir_all(dir.join(".exomonad/worktrees/api")).unwrap();
    in_the_way(&|| {
        drop(place.project.git(["worktree", "add", "-q", "-b", "mine", ".exomonad/worktrees/api"]));
    });
    assert!(place.project.has(".exomonad/worktrees/api/README.md"));
    place.project.git(["rev-parse", "--verify", "refs/heads/mine"]);
}

#[test]
fn a_harness_that_cannot_be_started_is_told_why_and_leaves_nothing() {
    let place = Place::new();
    let before = place.look();
    place.project.write(
        ".exomonad/config.local.toml",
        "mux = \"headless\"\n[harness.script]\ncommand = [\"no-such-program\"]\n",
    );
    let err = spawn(&place.site(), &root(), &request(WorkspaceKind::Worktree), &patient()).unwrap_err();
    let SpawnError::NotStarted { reason } = err else { panic!("{err:?}") };
    assert!(reason.contains("`no-such-program` is not installed"), "{reason}");
    place.require_quiet();
    assert_eq!(place.look(), before);
}

#[test]
fn work_of_a_killed_spawn_is_named_and_left() {
    let place = Place::new();
    Spawner::start(&place, WorkspaceKind::Worktree, Some(Step::Include)).wait();
    let worktree = place.project.dir().join(".exomonad/worktrees/api");
    let commit = ["commit", "-q", "--allow-empty", "-m", "somebody's"];
    let arguments = [&["-C", worktree.as_str()], &commit[..]].concat();
    place.project.git(arguments);
    let repaired = repair(&place.site()).unwrap();
    assert!(repaired.left.iter().any(|left| left.contains("has commits of its own")), "{repaired:?}");
    assert_eq!(place.row("api").unwrap().state, AgentState::Failed);
    assert_eq!(repair(&place.site()).unwrap().left, repaired.left, "as often as it is asked");
    assert!(worktree.join("README.md").exists());
}

#[track_caller]
fn await_file(path: &Utf8Path) {
    let begun = std::time::Instant::now();
    while !path.exists() {
        assert!(begun.elapsed() < Duration::from_secs(60), "`{path}` does not come");
        std::thread::park_timeout(Duration::from_millis(10));
    }
}
