//! Nothing of the outside reaches a test project.

use super::Project;

#[test]
fn a_project_starts_clean_with_one_commit_on_main() {
    let project = Project::new();
    assert_eq!(project.git(["log", "--format=%an %s", "main"]), "A Tester first\n");
    assert_eq!(project.git(["status", "--porcelain"]), "");
}

#[test]
fn programs_see_the_projects_home_and_no_variable_of_the_caller() {
    let project = Project::new();
    let names = project.run("env").output().require_success().stdout;
    let names: Vec<&str> =
        names.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name).collect();
    let foreign = |name: &&str| {
        ["EXOMONAD", "CLAUDE", "GEMINI", "CARGO", "XDG", "TMUX", "ZELLIJ"].iter().any(|p| name.starts_with(p))
    };
    let own = ["TMUX_TMPDIR", "XDG_RUNTIME_DIR", "ZELLIJ_SOCKET_DIR"];
    let found: Vec<&str> = names.into_iter().filter(foreign).filter(|name| !own.contains(name)).collect();
    assert!(found.is_empty(), "{found:?}");
    assert_eq!(project.run("sh").args(["-c", "echo ~"]).output().stdout.trim(), project.home());
}

#[test]
fn a_script_takes_a_programs_place_without_touching_the_program() {
    let project = Project::new();
    let original = project.temp().join("original");
    std::fs::write(&original, "original").unwrap();
    project.install("tool", &original);
    project.install_script("tool", "echo scripted");
    assert_eq!(project.run("tool").output().require_success().stdout, "scripted\n");
    assert_eq!(std::fs::read_to_string(&original).unwrap(), "original");
}
