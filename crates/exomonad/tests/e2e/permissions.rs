//! What exomonad has no opinion on is the user's own permissions' to decide.

use exomonad_testkit::{ClientRun, Project};
use serde_json::json;

use crate::agent::{Agent, allowing};
use crate::held::Held;

cases! {
    claude_newest:
        a_command_nobody_allowed_is_still_refused,
        a_command_the_user_allows_still_runs,
        a_command_the_user_denies_is_still_refused;
    claude_oldest:
        a_command_nobody_allowed_is_still_refused,
        a_command_the_user_allows_still_runs,
        a_command_the_user_denies_is_still_refused;
    gemini:
        the_users_policy_still_refuses,
        a_tool_nobody_allowed_is_still_not_offered;
    codex:
        the_users_sandbox_still_allows,
        the_users_sandbox_still_refuses;
}

fn touch(agent: &Agent, project: Project) -> (bool, ClientRun) {
    let held = Held::with(agent, project);
    let run = held.shell("touch plain.txt");
    assert_eq!(run.tool_results().len(), 1, "the tool was not called\n{run}");
    (held.project.has("plain.txt"), run)
}

fn a_command_nobody_allowed_is_still_refused(agent: &Agent) {
    let (ran, run) = touch(agent, agent.project());
    assert!(!ran, "{run}");
}

fn a_command_the_user_allows_still_runs(agent: &Agent) {
    let project = agent.project();
    project.write(".claude/settings.json", &allowing(&["Bash(touch plain.txt)"]).to_string());
    let (ran, run) = touch(agent, project);
    assert!(ran, "{run}");
}

fn a_command_the_user_denies_is_still_refused(agent: &Agent) {
    let project = agent.project();
    let rules = json!({"permissions": {"allow": ["Bash(touch:*)"], "deny": ["Bash(touch plain.txt)"]}});
    project.write(".claude/settings.json", &rules.to_string());
    let (ran, run) = touch(agent, project);
    assert!(!ran, "{run}");
}

fn the_users_sandbox_still_allows(agent: &Agent) {
    let (ran, run) = touch(agent, agent.project());
    assert!(ran, "{run}");
}

fn the_users_sandbox_still_refuses(agent: &Agent) {
    let project = agent.project();
    project.write(".codex/config.toml", "sandbox_mode = \"read-only\"\n");
    let (ran, run) = touch(agent, project);
    assert!(!ran, "{run}");
}

fn the_users_policy_still_refuses(agent: &Agent) {
    let project = agent.project();
    let rule = "[[rule]]\ntoolName = \"run_shell_command\"\ncommandPrefix = \"touch\"\ndecision = \"deny\"\npriority = 999\n";
    project.write_home(".gemini/policies/own.toml", rule);
    let (ran, run) = touch(agent, project);
    assert!(!ran, "{run}");
}

fn a_tool_nobody_allowed_is_still_not_offered(agent: &Agent) {
    let held = Held::with(agent, agent.project());
    let run = agent.play_unattended(&held.project);
    let offered = run.conversation().first().map(|request| request.tools()).unwrap_or_default();
    assert!(!offered.is_empty() && !offered.iter().any(|tool| tool == agent.shell), "{run}");
}
