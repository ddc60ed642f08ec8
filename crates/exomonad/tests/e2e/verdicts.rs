//! The answers our adapters write, read by the real agents.
//!
//! A stand-in prints them, since the built-in policy has no reason to give some of them.

use exomonad_host::contract::{Decision, Verdict};
use exomonad_host::harness::Harness;
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
    codex:
        deny_stops_the_tool,
        context_beside_no_opinion_reaches_the_model,
        context_at_the_start_reaches_the_model,
        a_stop_block_makes_it_go_on_once,
        a_key_of_another_schema_voids_the_answer;
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

/// What our adapter prints for a verdict on the event, which it has to be able to express.
fn said(agent: &Agent, event: &str, decision: &Decision) -> Value {
    let harness: Harness = agent.harness.parse().expect("the agent has an adapter");
    let question = json!({
        "session_id": "s", "cwd": "/", "hook_event_name": event, "tool_name": agent.shell_in_hooks,
        "tool_input": agent.shell_input("touch asked.txt"),
    });
    let asked =
        harness.decode(event, question.to_string().as_bytes()).expect("the adapter reads the question");
    let answer = harness.encode(&asked, decision);
    assert_eq!(answer.downgrades, []);
    serde_json::from_str(&answer.stdout.expect("the adapter answers")).expect("the answer is JSON")
}

fn before_tool(agent: &Agent, verdict: Verdict) -> Value {
    said(agent, words(agent).before_tool, &Decision { verdict, message: None, context: None })
}

fn ours_to_add(agent: &Agent, event: &str) -> Value {
    let context = Some("ours to add".to_owned());
    said(agent, event, &Decision { verdict: Verdict::Pass, message: None, context })
}

fn rewrite(agent: &Agent, command: &str) -> Value {
    before_tool(agent, Verdict::Rewrite(agent.shell_input(command).to_string()))
}

fn deny_stops_the_tool(agent: &Agent) {
    let Answered { project, run, .. } =
        answer(agent, words(agent).before_tool, &before_tool(agent, Verdict::Deny("ours to say".to_owned())));
    assert!(!project.has("asked.txt"), "{run}");
    require_result(&run, "ours to say");
}

fn ask_runs_nothing_and_says_why(agent: &Agent) {
    let Answered { project, run, .. } =
        answer(agent, words(agent).before_tool, &before_tool(agent, Verdict::Ask("ours to say".to_owned())));
    assert!(!project.has("asked.txt"), "{run}");
    require_result(&run, "ours to say");
}

fn ask_runs_nothing(agent: &Agent) {
    let Answered { project, run, .. } =
        answer(agent, words(agent).before_tool, &before_tool(agent, Verdict::Ask("ours to say".to_owned())));
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
    let said = ours_to_add(agent, words(agent).before_tool);
    let Answered { project, run, .. } = answer(agent, words(agent).before_tool, &said);
    assert!(project.has("asked.txt"), "{run}");
    assert!(run.last_text().contains("ours to add"), "{run}");
}

fn context_at_the_start_reaches_the_model(agent: &Agent) {
    let said = ours_to_add(agent, words(agent).start);
    let Answered { run, .. } = answer(agent, words(agent).start, &said);
    assert!(run.first_text().contains("ours to add"), "{run}");
}

fn a_stop_block_makes_it_go_on_once(agent: &Agent) {
    let stop = words(agent).stop;
    let verdict = Verdict::Block("ours to finish".to_owned());
    let said = said(agent, stop, &Decision { verdict, message: None, context: None });
    let Answered { project: _project, recorder, run } = answer(agent, stop, &said);
    assert!(run.output.stdout.contains("second"), "{run}");
    assert!(run.last_text().contains("ours to finish"), "{run}");
    let mut active: Vec<_> =
        recorder.payloads(stop).iter().map(|payload| payload["stop_hook_active"].as_bool()).collect();
    active.sort_unstable();
    assert_eq!(active, [Some(false), Some(true)], "{run}");
}

/// Why our adapter has an answer of its own for each event.
fn a_key_of_another_schema_voids_the_answer(agent: &Agent) {
    let output = json!({"hookEventName": "PreToolUse", "permissionDecision": "deny", "permissionDecisionReason": "no"});
    let said = json!({"hookSpecificOutput": output, "ours": "to say"});
    let Answered { project, run, .. } = answer(agent, words(agent).before_tool, &said);
    assert!(project.has("asked.txt"), "{run}");
}

/// Why our adapter leaves a key out instead of writing `null`.
fn a_null_voids_the_answer(agent: &Agent) {
    let output = json!({"hookEventName": "PreToolUse", "permissionDecision": "deny"});
    let said = json!({"hookSpecificOutput": output, "stopReason": null});
    let Answered { project, run, .. } = answer(agent, words(agent).before_tool, &said);
    assert!(project.has("asked.txt"), "{run}");
}
