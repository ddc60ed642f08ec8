//! The project's `setup` command.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use exomonad_host::agent::workspace::{make, set_up};
use exomonad_host::agent::{Site, WorkspaceError};
use exomonad_host::config::Config;
use exomonad_host::contract::WorkspaceKind;
use exomonad_host::exec::ExecError;

use super::{MARK, is_there, made, planned, site};
use crate::support::{NOW, TestProject};

/// The project with this command in one of its configuration files.
fn with_setup(project: &TestProject, file: &str, script: &str) -> Site {
    // A list of texts is the same in JSON and in TOML.
    let argv = serde_json::json!(["sh", "-c", script]);
    project.write(&format!(".exomonad/{file}"), &format!("[agents]\nsetup = {argv}\n"));
    let config = Config::load(&project.state_dir(), None).unwrap();
    assert_eq!(config.warnings, Vec::<String>::new());
    Site { config: Arc::new(config), ..site(project) }
}

#[test]
fn it_runs_in_the_workspace_with_the_agents_name() {
    let project = TestProject::new();
    let site = with_setup(&project, "config.local.toml", "echo out; echo \"$EXOMONAD_AGENT $HOME\" > made");
    let plan = made(&site, "a");
    set_up(&site, &plan, &|| false).unwrap();
    let made = std::fs::read_to_string(plan.path.join("made")).unwrap();
    assert_eq!(made, format!("a {}\n", site.surroundings.home().unwrap()));
    let log = std::fs::read_to_string(project.state_dir().join("logs/setup-a.log")).unwrap();
    assert_eq!(log, "out\n");
}

#[test]
fn one_that_came_with_the_repository_runs_only_once_it_is_approved() {
    let project = TestProject::new();
    let site = with_setup(&project, "config.toml", "touch made");
    let plan = made(&site, "a");
    let err = set_up(&site, &plan, &|| false).unwrap_err();
    assert!(err.to_string().ends_with("was not approved yet: sh -c touch made"), "{err}");
    assert!(err.hint().unwrap().contains("`exomonad approve`"), "{err:?}");
    assert!(!is_there(plan.path.join("made")));
    let setup = site.config.agents.setup.clone().unwrap();
    site.store.approve(&setup.hash("agents.setup"), "sh -c touch made", NOW).unwrap();
    set_up(&site, &plan, &|| false).unwrap();
    assert!(is_there(plan.path.join("made")));
    let changed = with_setup(&project, "config.toml", "touch made again");
    assert!(matches!(set_up(&changed, &plan, &|| false), Err(WorkspaceError::NotApproved { .. })));
}

#[test]
fn a_failure_quotes_the_end_of_what_it_said() {
    let project = TestProject::new();
    let site = with_setup(&project, "config.local.toml", "seq 100; echo no network >&2; exit 3");
    let err = set_up(&site, &made(&site, "a"), &|| false).unwrap_err();
    assert_eq!(err.to_string(), "`agents.setup` failed with exit code 3; the end of its output:\nno network");
    let site = with_setup(&project, "config.local.toml", "seq 100; exit 3");
    let plan = planned(&site, "b", WorkspaceKind::Worktree, "b").unwrap();
    make(&site, &plan).unwrap();
    let err = set_up(&site, &plan, &|| false).unwrap_err().to_string();
    assert!(err.contains("output:\n81\n") && err.ends_with("\n100"), "{err}");
}

#[test]
fn it_can_be_stopped() {
    let project = TestProject::new();
    let site = with_setup(&project, "config.local.toml", "touch begun; sleep 1000");
    let plan = made(&site, "a");
    let stop = AtomicBool::new(false);
    let begun = plan.path.join("begun");
    let err = set_up(&site, &plan, &|| {
        stop.store(is_there(&begun), Ordering::Relaxed);
        stop.load(Ordering::Relaxed)
    });
    assert!(matches!(err, Err(WorkspaceError::SetUpExec(ExecError::Stopped { .. }))), "{err:?}");
}

#[test]
fn a_shared_directory_is_not_set_up_again() {
    let project = TestProject::new();
    let site = with_setup(&project, "config.local.toml", "exit 1");
    let plan = planned(&site, "a", WorkspaceKind::Shared, MARK).unwrap();
    set_up(&site, &plan, &|| false).unwrap();
}
