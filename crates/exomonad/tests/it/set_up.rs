//! `init`, `doctor`, `uninstall` and what they print.

use exomonad_testkit::process::End;
use exomonad_testkit::project::Project;

use crate::support::{ask, bare, exomonad, set_up, succeed, transcript};

#[test]
fn init_says_what_it_made_and_how_to_undo_it() {
    let project = bare();
    let output = exomonad(&project, &["init", "--hooks-only", "--harness", "claude"]).output();
    expect_test::expect![[r#"
        Code(0)
        --- stdout
        --- stderr
        ✓ [project]/.exomonad/config.toml: made
        ✓ [project]/.exomonad/state.db: made
        ✓ git exclude: [project]/.git/info/exclude: our entries were added; yours are as they were
        ✓ Claude Code: [project]/.claude/settings.local.json: made
        ✓ Claude Code: [project]/.mcp.json: made
        ↳ see what the agents do: `exomonad events -f`; check the set-up: `exomonad doctor`
        ↳ undo: `exomonad uninstall`
    "#]]
    .assert_eq(&transcript(&project, &output));
}

#[test]
fn init_a_second_time_changes_nothing() {
    let project = set_up();
    let settings = project.read(".claude/settings.local.json");
    let arguments = ["init", "--hooks-only", "--harness", "claude"];
    let output = exomonad(&project, &arguments).output().require_success();
    assert_eq!(project.read(".claude/settings.local.json"), settings);
    assert!(!output.stderr.contains('✓'), "{}", output.stderr);
}

#[test]
fn a_dry_run_prints_the_difference_and_writes_nothing() {
    let project = bare();
    let output = exomonad(&project, &["init", "--dry-run", "--harness", "claude"]).output().require_success();
    assert!(output.stdout.contains("+++ "), "{}", output.stdout);
    assert!(output.stdout.contains("PreToolUse"), "{}", output.stdout);
    assert!(!project.has(".exomonad") && !project.has(".claude"));
}

#[test]
fn uninstall_leaves_git_status_and_settings_as_they_were() {
    let project = bare();
    let mine = "{\n\t\"permissions\": {\"allow\": [\"Bash(ls)\"]}}\n\n";
    project.write(".claude/settings.local.json", mine);
    let status = || project.git(["status", "--porcelain", "--ignored"]).replace("!! .exomonad/\n", "");
    let (before, exclude) = (status(), project.read(".git/info/exclude"));
    succeed(&project, &["init", "--harness", "claude"]);
    assert_ne!(project.read(".claude/settings.local.json"), mine);
    drop(ask(&project, "ls"));
    succeed(&project, &["uninstall"]);
    assert_eq!(project.read(".claude/settings.local.json"), mine);
    assert_eq!(project.read(".git/info/exclude"), exclude);
    assert_eq!(status(), before);
    assert!(project.has(".exomonad/state.db"), "what was recorded is kept");
    succeed(&project, &["init", "--harness", "claude"]);
    assert!(!project.has(".exomonad/.gitignore"), "and used again");
    succeed(&project, &["uninstall", "--purge"]);
    assert!(!project.has(".exomonad"));
}

#[test]
fn purge_refuses_while_a_workspace_is_there() {
    let project = set_up();
    project.write(".exomonad/worktrees/one/work.txt", "precious");
    let output = exomonad(&project, &["uninstall", "--purge"]).output();
    assert_eq!(output.end, End::Code(1));
    assert!(output.stderr.contains("holds agents' workspaces"), "{}", output.stderr);
    assert_eq!(project.read(".exomonad/worktrees/one/work.txt"), "precious");
    assert!(project.read(".claude/settings.local.json").contains("hook"), "nothing was done by halves");
}

#[test]
fn init_outside_a_repository_says_so() {
    let project = Project::new();
    let output = exomonad(&project, &["init"]).dir(project.temp()).output();
    assert_eq!(output.end, End::Code(1));
    assert!(output.stderr.contains("is not inside a git repository"), "{}", output.stderr);
    assert!(output.stderr.contains("hint: run it inside a git repository"), "{}", output.stderr);
}

#[test]
fn init_in_a_worktree_names_the_main_checkout() {
    let project = set_up();
    let side = project.temp().join("side");
    project.git(["worktree", "add", "-q", "-b", "side", side.as_str()]);
    let output = exomonad(&project, &["init"]).dir(&side).output();
    assert_eq!(output.end, End::Code(1));
    assert!(output.stderr.contains("run it in the main checkout"), "{}", output.stderr);
}

#[test]
fn broken_settings_stop_init_before_it_touches_anything() {
    let project = bare();
    project.write(".claude/settings.local.json", "{ \"hooks\": ");
    let output = exomonad(&project, &["init", "--harness", "claude"]).output();
    assert_eq!(output.end, End::Code(1));
    assert!(output.stderr.contains("settings.local.json:1:"), "{}", output.stderr);
    assert_eq!(project.read(".claude/settings.local.json"), "{ \"hooks\": ");
    assert!(!project.has(".exomonad"));
}

#[test]
fn doctor_names_what_is_wrong_and_the_fix() {
    let project = set_up();
    assert_eq!(exomonad(&project, &["doctor"]).output().end, End::Code(0));
    let settings = project.read(".claude/settings.local.json").replacen("PreToolUse", "PreTolUse", 1);
    project.write(".claude/settings.local.json", &settings);
    let output = exomonad(&project, &["doctor", "--json"]).output();
    assert_eq!(output.end, End::Code(1));
    let report: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let bad: Vec<_> = findings.iter().filter(|finding| finding["health"] == "bad").collect();
    assert_eq!(bad.len(), 1, "{bad:?}");
    assert_eq!(bad[0]["check"], "hooks");
    assert!(bad[0]["what"].as_str().unwrap().contains("hooks.PreToolUse"), "{bad:?}");
    assert_eq!(bad[0]["fix"], "run `exomonad init`");
}

#[test]
fn config_show_prints_what_holds() {
    let project = set_up();
    project.write(".exomonad/config.local.toml", "[limits]\nguest_effects = 7\n");
    let output = exomonad(&project, &["config", "show", "--json"]).output().require_success();
    let shown: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(shown["limits"]["guest_effects"], 7);
    assert_eq!(shown["limits"]["guest_ms"], 2000);
}

#[test]
fn every_command_has_help_and_every_shell_a_completion_script() {
    let project = Project::new();
    for command in [
        "init",
        "hook",
        "events",
        "tools",
        "call",
        "mcp-stdio",
        "doctor",
        "uninstall",
        "config",
        "completions",
    ] {
        let output = exomonad(&project, &[command, "--help"]).output().require_success();
        assert!(output.stdout.contains("Usage: exomonad"), "{command}");
    }
    for shell in ["bash", "zsh", "fish"] {
        let output = exomonad(&project, &["completions", shell]).output().require_success();
        for command in ["uninstall", "tools", "call"] {
            assert!(output.stdout.contains(command), "{shell}");
        }
    }
}
