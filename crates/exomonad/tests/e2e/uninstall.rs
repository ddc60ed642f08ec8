//! `exomonad uninstall` leaves the user's files as they were before `exomonad init`.

use crate::agent::Agent;
use crate::held::Held;

cases! {
    claude_newest: settings_and_status_are_as_before, settings_that_were_not_there_are_gone;
    claude_oldest: settings_and_status_are_as_before, settings_that_were_not_there_are_gone;
    gemini: settings_and_status_are_as_before, settings_that_were_not_there_are_gone;
    codex: settings_and_status_are_as_before, settings_that_were_not_there_are_gone;
}

/// Laid out as no program would.
const SETTINGS: &str = "{ \"permissions\" :{\"allow\":[ \"Bash(touch:*)\" ,\n\t\"Bash(ls)\"]},\r\n  \"hooks\": { },\"z\":1 , \"a\" : [ ] }\n\n";

fn settings_and_status_are_as_before(agent: &Agent) {
    let project = agent.project();
    project.write(agent.settings, SETTINGS);
    // Tracked, so that git notices the smallest difference whatever the agent writes into the user's ignore file.
    project.git(["add", agent.settings]);
    project.git(["commit", "--quiet", "--message=settings"]);
    let exclude = project.read(".git/info/exclude");
    let held = Held::with(agent, project);
    let run = held.shell("touch .exomonad/x");
    assert_ne!(held.project.read(agent.settings), SETTINGS, "{run}");
    held.exomonad(&["uninstall", "--purge"]);
    assert_eq!(held.project.read(agent.settings), SETTINGS);
    assert_eq!(held.project.read(".git/info/exclude"), exclude);
    assert_eq!(held.project.git(["status", "--porcelain"]), "");
}

fn settings_that_were_not_there_are_gone(agent: &Agent) {
    let held = Held::with(agent, agent.project());
    assert!(held.project.has(agent.settings));
    let run = held.shell("true");
    held.exomonad(&["uninstall"]);
    assert!(!held.project.has(agent.settings), "{run}");
    assert_eq!(held.project.git(["status", "--porcelain"]), "");
}
