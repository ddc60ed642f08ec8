//! The built-in guest's decisions, as a real agent and its model meet them.

use std::time::Duration;

use exomonad_testkit::{Script, Turn};
use serde_json::json;

use crate::agent::Agent;
use crate::held::{Held, require_result};

cases! {
    claude_newest:
        our_own_files_are_kept,
        a_deny_rule_stops_the_tool_and_its_reason_reaches_the_model,
        a_rule_for_another_command_changes_nothing,
        an_ask_rule_asks_and_nobody_is_there,
        the_model_learns_at_the_start_who_it_is,
        a_broken_configuration_stops_the_tool_and_says_so;
    claude_oldest:
        our_own_files_are_kept,
        a_deny_rule_stops_the_tool_and_its_reason_reaches_the_model,
        a_rule_for_another_command_changes_nothing,
        an_ask_rule_asks_and_nobody_is_there,
        the_model_learns_at_the_start_who_it_is,
        a_broken_configuration_stops_the_tool_and_says_so;
    gemini:
        our_own_files_are_kept,
        a_deny_rule_stops_the_tool_and_its_reason_reaches_the_model,
        a_rule_for_another_command_changes_nothing,
        an_ask_rule_stops_the_tool_where_nobody_is_there_and_the_run_with_it,
        the_model_learns_at_the_start_who_it_is,
        a_broken_configuration_stops_the_tool_and_says_so;
    codex:
        our_own_files_are_kept,
        a_deny_rule_stops_the_tool_and_its_reason_reaches_the_model,
        a_rule_for_another_command_changes_nothing,
        an_ask_rule_asks_and_nobody_is_there,
        the_model_learns_at_the_start_who_it_is,
        a_broken_configuration_stops_the_tool_and_says_so,
        a_patch_of_our_own_files_is_refused_and_another_is_made;
}

const DENY: &str = r#"
[[rules]]
event = "pre-tool"
tool = "shell"
matches = "touch forbidden*"
decision = "deny"
reason = "ours to say: no forbidden files"
"#;

const ASK: &str = r#"
[[rules]]
event = "pre-tool"
tool = "shell"
matches = "touch delicate*"
decision = "ask"
reason = "ours to say: somebody should look"
"#;

fn our_own_files_are_kept(agent: &Agent) {
    let held = Held::new(agent);
    let run = held.shell("touch .exomonad/x");
    assert!(!held.project.has(".exomonad/x"), "{run}");
    require_result(&run, ".exomonad");
}

fn a_deny_rule_stops_the_tool_and_its_reason_reaches_the_model(agent: &Agent) {
    let held = Held::configured(agent, DENY);
    let run = held.shell("touch forbidden.txt");
    assert!(!held.project.has("forbidden.txt"), "{run}");
    require_result(&run, "ours to say: no forbidden files");
}

fn a_rule_for_another_command_changes_nothing(agent: &Agent) {
    let held = Held::configured(agent, DENY);
    let run = held.shell("touch harmless.txt");
    assert!(held.project.has("harmless.txt"), "{run}");
}

fn an_ask_rule_asks_and_nobody_is_there(agent: &Agent) {
    let held = Held::configured(agent, ASK);
    let run = held.shell("touch delicate.txt");
    assert!(!held.project.has("delicate.txt"), "{run}");
    require_result(&run, "ours to say: somebody should look");
}

/// Gemini CLI has no answer and goes no further: it waits for ever while an MCP server such as ours runs, and ends without
/// a word where none does.
fn an_ask_rule_stops_the_tool_where_nobody_is_there_and_the_run_with_it(agent: &Agent) {
    let held = Held::configured(agent, ASK);
    let run = agent.shell_for(Duration::from_secs(60), &held.project, "touch delicate.txt");
    assert!(!held.project.has("delicate.txt"), "{run}");
    assert_eq!((run.conversation().len(), run.output.stdout.as_str()), (1, ""), "{run}");
}

fn the_model_learns_at_the_start_who_it_is(agent: &Agent) {
    let held = Held::new(agent);
    let run = held.shell("true");
    assert!(run.first_text().contains("exomonad"), "{run}\n{}", run.first_text());
}

fn a_broken_configuration_stops_the_tool_and_says_so(agent: &Agent) {
    let held = Held::configured(agent, "[[rules]\n");
    let run = held.shell("touch harmless.txt");
    assert!(!held.project.has("harmless.txt"), "{run}");
    require_result(&run, "config.toml");
}

/// Codex's own way to change files, which it offers to the models that it knows.
fn a_patch_of_our_own_files_is_refused_and_another_is_made(agent: &Agent) {
    let held = Held::new(agent);
    let patch = |path: &str| format!("*** Begin Patch\n*** Add File: {path}\n+text\n*** End Patch\n");
    let patches = ["new.txt", ".exomonad/x", "docs/../.codex/hooks/x"].map(patch);
    let script = Script::new(patches.map(|patch| Turn::call("apply_patch", json!(patch))));
    let run = agent.play_with("gpt-5.5", &held.project, script);
    assert_eq!(run.tool_results().len(), 3, "{run}");
    let made = ["new.txt", ".exomonad/x", ".codex/hooks/x"].map(|path| held.project.has(path));
    assert_eq!(made, [true, false, false], "{run}");
}
