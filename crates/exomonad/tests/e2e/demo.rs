//! `exomonad demo` in the real multiplexers.

use std::time::Duration;

use exomonad_testkit::Project;

use crate::agent::installed;

/// Five agents in real terminals; a loaded machine takes many times what it takes alone.
const LIMIT: Duration = Duration::from_secs(300);

#[test]
fn the_demo_plays_in_tmux() {
    check("tmux", &Project::new());
}

#[test]
fn the_demo_plays_in_zellij() {
    let project = Project::new();
    project.install("zellij", &installed("EXOMONAD_E2E_ZELLIJ"));
    check("zellij", &project);
}

/// It keeps its promises, and nothing of it is left.
#[track_caller]
fn check(mux: &str, project: &Project) {
    let exomonad = env!("CARGO_BIN_EXE_exomonad");
    let demo = project.run(exomonad).args(["demo", "--mux", mux]).dir(project.bin()).limit(LIMIT);
    let output = demo.output().require_success();
    let last = output.stdout.lines().last().unwrap_or_default();
    assert!(last.starts_with("✓ 5 agents, 4 pull requests merged, "), "{output}");
    let left = |dir: &camino::Utf8Path| dir.read_dir_utf8().expect("list a directory").count();
    assert_eq!((left(project.home()), left(project.temp())), (0, 0), "{output}");
}
