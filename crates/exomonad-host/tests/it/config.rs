//! What the configuration files say of tools and programs.

use std::time::Duration;

use exomonad_host::config::Config;

use crate::support::TestProject;

#[test]
fn limits_of_tools_are_their_own_and_the_earlier_file_wins() {
    let project = TestProject::new();
    project.write(".exomonad/config.local.toml", "[limits]\nwait_ms = 0\n");
    project.write(".exomonad/config.toml", "[limits]\ntool_ms = 40\nwait_ms = 50\nguest_effects = 7\n");
    let config = Config::load(&project.state_dir(), None).unwrap();
    assert_eq!(config.tool_limits.wall, Duration::from_millis(40));
    assert_eq!(config.tool_limits.wait, Duration::ZERO);
    assert_eq!((config.tool_limits.effects, config.limits.effects), (7, 7));
    assert_eq!((config.limits.wall, config.limits.wait), (Duration::from_secs(2), Duration::ZERO));
    assert_eq!(config.warnings, Vec::<String>::new());
}

#[test]
fn without_a_file_tools_wait_for_ten_minutes_and_run_no_program() {
    let config = Config::load(&TestProject::new().state_dir(), None).unwrap();
    assert_eq!(config.tool_limits.wait, Duration::from_secs(600));
    assert_eq!(config.programs, Vec::<String>::new());
}

#[test]
fn a_tool_that_may_take_no_time_is_an_error() {
    let project = TestProject::new();
    project.write(".exomonad/config.toml", "[limits]\ntool_ms = 0\n");
    let err = Config::load(&project.state_dir(), None).unwrap_err();
    assert!(err.to_string().ends_with("`limits.tool_ms` must be at least 1"), "{err}");
}

#[test]
fn allowed_programs_of_the_users_files_are_put_together() {
    let project = TestProject::new();
    project.write(".exomonad/config.local.toml", "[process]\nallow = [\"make\", \"cargo\"]\n");
    project.write("user.toml", "[process]\nallow = [\"cargo\", \"npm\"]\n");
    let config = Config::load(&project.state_dir(), Some(&project.root().join("user.toml"))).unwrap();
    assert_eq!(config.programs, ["cargo", "npm", "make"]);
    assert_eq!(config.warnings, Vec::<String>::new());
}

#[test]
fn a_commit_cannot_allow_a_program() {
    let project = TestProject::new();
    project.write(".exomonad/config.toml", "[process]\nallow = [\"sh\"]\n");
    let config = Config::load(&project.state_dir(), None).unwrap();
    assert_eq!(config.programs, Vec::<String>::new());
    assert!(config.warnings[0].contains("`process.allow` is ignored"), "{:?}", config.warnings);
}

#[test]
fn a_program_is_allowed_by_its_name_and_not_by_its_path() {
    let project = TestProject::new();
    for (name, shown) in [("./build.sh", "not `./build.sh`"), ("", "not ``")] {
        project.write(".exomonad/config.local.toml", &format!("[process]\nallow = [\"{name}\"]\n"));
        let err = Config::load(&project.state_dir(), None).unwrap_err();
        assert!(err.to_string().ends_with(shown), "{err}");
    }
}
