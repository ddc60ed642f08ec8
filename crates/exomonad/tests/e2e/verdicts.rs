//! The answers our adapters write, read by the real agents.
//!
//! A stand-in gives them, since the built-in policy has no reason to give some of them.

use exomonad_testkit::{ClientRun, HookRecorder, Project, Script, Turn};
use serde_json::{Value, json};

use crate::agent::Agent;
use crate::held::require_result;

cases! {
    claude_newest:
        deny_stops_the_tool,
        ask_runs_nothing_and_says_why,
        rewrite_runs_the_other_command,
        a_rewritten_command_needs_the_users_leave,
        context_beside_no_opinion_reaches_the_model,
        a_stop_block_makes_it_go_on_once,
        a_null_voids_the_answer;
    claude_oldest:
        deny_stops_the_tool,
        ask_runs_nothing_and_says_why,
        rewrite_runs_the_other_command,
        a_rewritten_command_needs_the_users_leave,
        context_beside_no_opinion_reaches_the_model,
        a_stop_block_makes_it_go_on_once,
        a_null_voids_the_answer;
    gemini:
        deny_stops_the_tool,
        ask_runs_nothing,
        rewrite_runs_the_other_command,
        a_stop_block_makes_it_go_on_once,
        context_at_the_start_reaches_the_model;
}

/// An agent's own names for what the cases have in common.
struct Words {
    before_tool: &'static str,
    stop: &'static str,
    start: &'static str,
}

const CLAUDE: Words = Words { before_tool: "PreToolUse", stop: "Stop", start: "SessionStart" };
const GEMINI: Words = Words { before_tool: "BeforeTool", stop: "AfterAgent", start: "SessionStart" };

struct Answered {
    project: Project,
    recorder: HookRecorder,
    run: ClientRun,
}

fn words(agent: &Agent) -> &'static Words {
    if agent.harness == "gemini" { &GEMINI } else { &CLAUDE }
}

/// Answers one hook while the agent runs `touch asked.txt`.
fn answer(agent: &Agent, event: &str, answer: &Value) -> Answered {
    let project = agent.permissive_project();
    let recorder = HookRecorder::install(&project);
    let settings = match agent.harness {
        "gemini" => recorder.gemini_settings(&[event]),
        _ => recorder.claude_settings(&[event]),
    };
    project.write(agent.settings, &settings.to_string());
    recorder.answer_once(event, &answer.to_string());
    let script = Script::new([
        Turn::call(agent.shell, agent.shell_input("touch asked.txt")),
        Turn::say("first"),
        Turn::say("second"),
    ]);
    let run = agent.play(&project, script);
    Answered { project, recorder, run }
}

/// Claude's PreToolUse answer.
fn pre_tool_use(fields: Value) -> Value {
    let mut output = json!({"hookEventName": "PreToolUse"});
    if let (Value::Object(output), Value::Object(fields)) = (&mut output, fields) {
        output.extend(fields);
    }
    json!({ "hookSpecificOutput": output })
}

fn decision(agent: &Agent, word: &str) -> Value {
    match agent.harness {
        "gemini" => json!({"decision": word, "reason": "ours to say"}),
        _ => pre_tool_use(json!({"permissionDecision": word, "permissionDecisionReason": "ours to say"})),
    }
}

fn rewrite(agent: &Agent, command: &str) -> Value {
    let input = agent.shell_input(command);
    match agent.harness {
        "gemini" => json!({"hookSpecificOutput": {"tool_input": input}}),
        _ => pre_tool_use(json!({"updatedInput": input})),
    }
}

fn deny_stops_the_tool(agent: &Agent) {
    let Answered { project, run, .. } = answer(agent, words(agent).before_tool, &decision(agent, "deny"));
    assert!(!project.has("asked.txt"), "{run}");
    require_result(&run, "ours to say");
}

fn ask_runs_nothing_and_says_why(agent: &Agent) {
    let Answered { project, run, .. } = answer(agent, words(agent).before_tool, &decision(agent, "ask"));
    assert!(!project.has("asked.txt"), "{run}");
    require_result(&run, "ours to say");
}

fn ask_runs_nothing(agent: &Agent) {
    let Answered { project, run, .. } = answer(agent, words(agent).before_tool, &decision(agent, "ask"));
    assert!(!project.has("asked.txt"), "{run}");
}

fn rewrite_runs_the_other_command(agent: &Agent) {
    let said = rewrite(agent, "touch rewritten.txt");
    let Answered { project, run, .. } = answer(agent, words(agent).before_tool, &said);
    assert_eq!((project.has("asked.txt"), project.has("rewritten.txt")), (false, true), "{run}");
}

/// The user's rules judge the command that would run, not the one the model wanted.
fn a_rewritten_command_needs_the_users_leave(agent: &Agent) {
    let said = rewrite(agent, "mkdir rewritten");
    let Answered { project, run, .. } = answer(agent, words(agent).before_tool, &said);
    assert_eq!((project.has("asked.txt"), project.has("rewritten")), (false, false), "{run}");
}

fn context_beside_no_opinion_reaches_the_model(agent: &Agent) {
    let said = pre_tool_use(json!({"additionalContext": "ours to add"}));
    let Answered { project, run, .. } = answer(agent, words(agent).before_tool, &said);
    assert!(project.has("asked.txt"), "{run}");
    assert!(run.last_text().contains("ours to add"), "{run}");
}

fn context_at_the_start_reaches_the_model(agent: &Agent) {
    let said =
        json!({"hookSpecificOutput": {"hookEventName": "SessionStart", "additionalContext": "ours to add"}});
    let Answered { run, .. } = answer(agent, words(agent).start, &said);
    assert!(run.first_text().contains("ours to add"), "{run}");
}

fn a_stop_block_makes_it_go_on_once(agent: &Agent) {
    let word = if agent.harness == "gemini" { "deny" } else { "block" };
    let stop = words(agent).stop;
    let said = json!({"decision": word, "reason": "ours to finish"});
    let Answered { project: _project, recorder, run } = answer(agent, stop, &said);
    assert!(run.output.stdout.contains("second"), "{run}");
    assert!(run.last_text().contains("ours to finish"), "{run}");
    let mut active: Vec<_> =
        recorder.payloads(stop).iter().map(|payload| payload["stop_hook_active"].as_bool()).collect();
    active.sort_unstable();
    assert_eq!(active, [Some(false), Some(true)], "{run}");
}

/// Why our adapter leaves a key out instead of writing `null`.
fn a_null_voids_the_answer(agent: &Agent) {
    let output = json!({"hookEventName": "PreToolUse", "permissionDecision": "deny"});
    let said = json!({"hookSpecificOutput": output, "stopReason": null});
    let Answered { project, run, .. } = answer(agent, words(agent).before_tool, &said);
    assert!(project.has("asked.txt"), "{run}");
}
