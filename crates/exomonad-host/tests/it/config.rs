//! What the configuration files say of tools and programs.

use std::time::Duration;

use exomonad_host::config::Config;
use exomonad_host::mux::MuxChoice;

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

#[test]
fn without_a_file_there_are_three_levels_ten_children_and_thirty_agents() {
    let agents = Config::load(&TestProject::new().state_dir(), None).unwrap().agents;
    assert_eq!((agents.max_depth, agents.max_children, agents.max_agents), (3, 10, 30));
    assert_eq!((agents.skip_permissions, agents.mux, agents.setup), (false, MuxChoice::Auto, None));
}

#[test]
fn a_cap_of_nothing_is_an_error_that_names_its_key() {
    let project = TestProject::new();
    for key in ["max_depth", "max_children", "max_agents"] {
        project.write(".exomonad/config.toml", &format!("[agents]\n{key} = 0\n"));
        let err = Config::load(&project.state_dir(), None).unwrap_err();
        assert!(err.to_string().ends_with(&format!("`agents.{key}` must be at least 1")), "{err}");
    }
}

#[test]
fn of_a_role_each_key_is_the_earliest_files_that_has_it_whatever_the_role_is_called() {
    let project = TestProject::new();
    project.write(".exomonad/config.local.toml", "[roles.reviewer]\nmodel = \"m\"\n");
    project.write(".exomonad/config.toml", "[roles.reviewer]\nharness = \"gemini\"\nmodel = \"n\"\n");
    let config = Config::load(&project.state_dir(), None).unwrap();
    let role = &config.agents.roles["reviewer"];
    assert_eq!((role.harness.as_deref(), role.model.as_deref()), (Some("gemini"), Some("m")));
    assert_eq!(config.warnings, Vec::<String>::new());
}

#[test]
fn a_commit_cannot_skip_permission_prompts_and_its_commands_need_approval() {
    let project = TestProject::new();
    let text = "[agents]\nskip_permissions = true\nsetup = [\"make\"]\n[harness.x]\ncommand = [\"x\"]\n";
    project.write(".exomonad/config.toml", text);
    let config = Config::load(&project.state_dir(), None).unwrap();
    assert!(!config.agents.skip_permissions);
    assert!(config.warnings[0].contains("`agents.skip_permissions` is ignored"), "{:?}", config.warnings);
    assert!(config.agents.setup.unwrap().needs_approval);
    assert!(config.agents.harnesses["x"].needs_approval);

    project.write(".exomonad/config.local.toml", text);
    let config = Config::load(&project.state_dir(), None).unwrap();
    assert!(config.agents.skip_permissions);
    assert!(!config.agents.setup.unwrap().needs_approval);
    assert!(!config.agents.harnesses["x"].needs_approval);
}

#[test]
fn a_harness_that_is_known_cannot_be_another_command() {
    let project = TestProject::new();
    for (text, shown) in [
        ("[harness.claude]\ncommand = [\"x\"]\n", "choose another name"),
        ("[harness.x]\ncommand = []\n", "names no program"),
        ("mux = \"screen\"\n", "expected one of: auto, zellij, tmux, headless"),
    ] {
        project.write(".exomonad/config.local.toml", text);
        let err = Config::load(&project.state_dir(), None).unwrap_err();
        assert!(err.to_string().ends_with(shown), "{err}");
    }
}

#[test]
fn events_go_nowhere_else_and_a_quarter_of_an_hour_is_long_unless_a_file_says_so() {
    let project = TestProject::new();
    let load = || Config::load(&project.state_dir(), None);
    let config = load().unwrap();
    assert_eq!((config.events.zellij_pipe, config.agents.stuck_minutes), (None, 15));
    project.write(".exomonad/config.toml", "[events]\nzellij_pipe = \"feed\"\n[agents]\nstuck_minutes = 0\n");
    let config = load().unwrap();
    assert_eq!((config.events.zellij_pipe.as_deref(), config.agents.stuck_minutes), (Some("feed"), 0));
    assert_eq!(config.warnings, Vec::<String>::new());
    project.write(".exomonad/config.local.toml", "[events]\nzellij_pipe = \"\"\n");
    assert_eq!(load().unwrap().events.zellij_pipe, None, "an empty name takes an earlier one away");
    project.write(".exomonad/config.local.toml", "[events]\nzellij_pipe = \"--plugin\"\n");
    assert!(load().unwrap_err().to_string().contains("`events.zellij_pipe`"));
}
