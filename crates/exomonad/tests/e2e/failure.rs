//! What happens when exomonad itself fails: a guard fails closed wherever the agent lets it, a nudge fails open.

use exomonad_testkit::ClientRun;

use crate::agent::Agent;
use crate::held::Held;

cases! {
    claude_newest:
        a_missing_binary_stops_the_tool,
        a_crash_stops_the_tool,
        a_failure_without_a_word_stops_the_tool,
        a_hook_that_never_answers_stops_the_tool,
        an_answer_of_the_wrong_shape_stops_the_tool,
        an_answer_that_is_no_json_cannot_be_held,
        a_missing_binary_does_not_stop_the_session;
    claude_oldest:
        a_missing_binary_stops_the_tool,
        a_crash_stops_the_tool,
        a_failure_without_a_word_stops_the_tool,
        a_hook_that_never_answers_cannot_be_held,
        an_answer_of_the_wrong_shape_cannot_be_held,
        an_answer_that_is_no_json_cannot_be_held,
        a_missing_binary_does_not_stop_the_session;
    gemini:
        a_missing_binary_stops_the_tool,
        a_crash_stops_the_tool,
        a_failure_without_a_word_stops_the_tool,
        a_hook_that_never_answers_cannot_be_held,
        an_answer_of_the_wrong_shape_cannot_be_held,
        an_answer_that_is_no_json_cannot_be_held,
        a_missing_binary_does_not_stop_the_session;
    codex:
        a_missing_binary_stops_the_tool,
        a_crash_stops_the_tool,
        a_failure_without_a_word_stops_the_tool,
        a_hook_that_never_answers_cannot_be_held,
        an_answer_of_the_wrong_shape_cannot_be_held,
        an_answer_that_is_no_json_cannot_be_held,
        a_missing_binary_does_not_stop_the_session;
}

const CRASH: &str = "kill -SEGV $$";
const SILENT: &str = "exit 101";
/// Longer than the agents are told to wait. Gemini CLI gives up only when the hook itself has ended.
const NEVER: &str = "exec sleep 25";
const WRONG_SHAPE: &str = r#"echo '{"hookSpecificOutput":{"hookEventName":null,"permissionDecision":7}}'"#;
const NO_JSON: &str = "echo 'thread main panicked'";

/// Runs `touch guarded.txt` with this in exomonad's place, and tells whether it ran.
fn broken(agent: &Agent, script: &str) -> (bool, ClientRun) {
    let held = Held::new(agent);
    held.project.install_script("exomonad", &pre_tool_only(script));
    run(&held)
}

fn missing(agent: &Agent) -> (bool, ClientRun) {
    let held = Held::new(agent);
    held.project.uninstall("exomonad");
    run(&held)
}

fn run(held: &Held<'_>) -> (bool, ClientRun) {
    let run = held.shell("touch guarded.txt");
    assert_eq!(run.tool_results().len(), 1, "the tool was not called\n{run}");
    (held.project.has("guarded.txt"), run)
}

/// Only the guard fails, so that a test need not wait for every other hook's time to be up. The tools are gone at once.
fn pre_tool_only(script: &str) -> String {
    format!(
        "case \"$1\" in mcp-stdio) exit 1 ;; esac\ncat >/dev/null\ncase \"$2\" in pre-tool-use) ;; *) exit 0 ;; esac\n{script}"
    )
}

fn require_stopped((ran, run): (bool, ClientRun)) {
    assert!(!ran, "{run}");
}

/// Not what we want, but what this agent does; docs/security.md tells the user.
fn require_not_held((ran, run): (bool, ClientRun)) {
    assert!(ran, "this agent holds it now: move it to the cases that stop the tool\n{run}");
}

fn a_missing_binary_stops_the_tool(agent: &Agent) {
    require_stopped(missing(agent));
}

fn a_crash_stops_the_tool(agent: &Agent) {
    require_stopped(broken(agent, CRASH));
}

fn a_failure_without_a_word_stops_the_tool(agent: &Agent) {
    require_stopped(broken(agent, SILENT));
}

fn a_hook_that_never_answers_stops_the_tool(agent: &Agent) {
    require_stopped(broken(agent, NEVER));
}

fn a_hook_that_never_answers_cannot_be_held(agent: &Agent) {
    require_not_held(broken(agent, NEVER));
}

fn an_answer_of_the_wrong_shape_stops_the_tool(agent: &Agent) {
    require_stopped(broken(agent, WRONG_SHAPE));
}

fn an_answer_of_the_wrong_shape_cannot_be_held(agent: &Agent) {
    require_not_held(broken(agent, WRONG_SHAPE));
}

fn an_answer_that_is_no_json_cannot_be_held(agent: &Agent) {
    require_not_held(broken(agent, NO_JSON));
}

/// The other hooks of the session fail open: the model is asked, and has the last word.
fn a_missing_binary_does_not_stop_the_session(agent: &Agent) {
    let (_, run) = missing(agent);
    assert!(run.output.stdout.contains("done"), "{run}");
}
