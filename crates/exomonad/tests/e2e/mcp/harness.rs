//! The real coding agents, with our server and a scripted model.

use exomonad_testkit::{ClientRun, Script, Turn};
use serde_json::{Value, json};

use super::served::{ROOT, Served};
use crate::agent::Agent;
use crate::held::require_result;

cases! {
    claude_newest:
        the_models_first_request_has_our_tools,
        the_model_reads_a_tools_result,
        the_model_reads_a_tools_error,
        the_model_reads_our_instructions,
        whoami_and_notify_parent_leave_their_rows;
    claude_oldest:
        the_models_first_request_has_our_tools,
        the_model_reads_a_tools_result,
        the_model_reads_a_tools_error,
        the_model_reads_our_instructions,
        whoami_and_notify_parent_leave_their_rows;
    gemini:
        the_models_first_request_has_our_tools,
        the_model_reads_a_tools_result,
        the_model_reads_a_tools_error,
        the_model_reads_our_instructions,
        whoami_and_notify_parent_leave_their_rows;
    codex:
        the_models_first_request_has_our_tools,
        the_model_reads_a_tools_result,
        the_model_reads_a_tools_error,
        the_models_tools_begin_with_our_instructions,
        a_model_that_the_agent_knows_reads_our_instructions_and_searches_for_our_tools,
        whoami_and_notify_parent_leave_their_rows;
}

/// What the root of the tree reads when it reports to its parent.
const NO_PARENT: &str = "agent `root` has no parent";

/// The name under which the agent's model sees a tool of ours.
fn seen_as(agent: &Agent, tool: &str) -> String {
    match agent.harness {
        "gemini" => format!("mcp_exomonad_{tool}"),
        _ => format!("mcp__exomonad__{tool}"),
    }
}

/// Puts our server into the agent's settings, and leaves it nothing to ask the user about.
fn register(agent: &Agent, served: &Served, name: &str) {
    let words = served.command(name);
    let (program, arguments) = words.split_first().expect("a command has a program");
    let server = json!({"command": program, "args": arguments, "trust": true});
    let servers = json!({"mcpServers": {"exomonad": server}});
    match agent.harness {
        "gemini" => served.project.write(agent.settings, &servers.to_string()),
        // The command that `init` prints.
        "codex" => {
            let add = ["mcp", "add", "exomonad", "--"].into_iter().chain(words.iter().map(String::as_str));
            drop(served.project.run("codex").args(add).output().require_success());
        }
        _ => {
            served.project.write(".mcp.json", &servers.to_string());
            let settings = json!({
                "enabledMcpjsonServers": ["exomonad"],
                "permissions": {"allow": ["mcp__exomonad"]},
            });
            served.project.write(".claude/settings.json", &settings.to_string());
        }
    }
}

/// Lets the model make these calls of the root's tools, one after the other.
fn play(agent: &Agent, served: &Served, calls: &[(&str, Value)]) -> ClientRun {
    play_as(ROOT, agent, served, calls)
}

/// As [`play`], for another agent of the tree.
fn play_as(name: &str, agent: &Agent, served: &Served, calls: &[(&str, Value)]) -> ClientRun {
    register(agent, served, name);
    let turns = calls.iter().map(|(tool, input)| Turn::call(seen_as(agent, tool), input.clone()));
    agent.play(&served.project, Script::new(turns))
}

fn served(agent: &Agent) -> Served {
    Served::builtin_in(agent.project())
}

/// Not behind a search that the model would have to think of first.
fn the_models_first_request_has_our_tools(agent: &Agent) {
    let run = play(agent, &served(agent), &[]);
    let first = *run.conversation().first().unwrap_or_else(|| panic!("the model was never asked\n{run}"));
    let offered = first.tools();
    for tool in ["whoami", "notify_parent", "send_message", "inbox", "list_agents"] {
        let name = seen_as(agent, tool);
        assert!(offered.contains(&name), "`{name}` is not among {offered:?}\n{run}");
    }
    let arguments = first.tool_arguments(&seen_as(agent, "notify_parent")).unwrap_or_default();
    for argument in ["status", "message", "pr_number", "tasks_completed"] {
        assert!(arguments.iter().any(|known| known == argument), "`{argument}` is not among {arguments:?}");
    }
}

fn the_model_reads_a_tools_result(agent: &Agent) {
    let served = served(agent);
    let run = play(agent, &served, &[("whoami", json!({}))]);
    require_result(&run, served.project.dir().as_str());
}

/// With its hint.
fn the_model_reads_a_tools_error(agent: &Agent) {
    let report = json!({"status": "success", "message": "done"});
    let run = play(agent, &served(agent), &[("notify_parent", report)]);
    require_result(&run, NO_PARENT);
    require_result(&run, "hint: ");
}

fn the_model_reads_our_instructions(agent: &Agent) {
    let served = served(agent);
    let sentence = instructed(&served);
    let run = play(agent, &served, &[]);
    assert!(run.first_text().contains(&sentence), "`{sentence}` did not reach the model\n{run}");
}

/// They stand above our tools, where the model reads what each is for.
fn the_models_tools_begin_with_our_instructions(agent: &Agent) {
    let served = served(agent);
    let sentence = instructed(&served);
    let run = play(agent, &served, &[]);
    let first = *run.conversation().first().unwrap_or_else(|| panic!("the model was never asked\n{run}"));
    let groups = first.body["tools"].as_array().expect("a list of tools");
    let ours = groups.iter().find(|group| group["name"] == "mcp__exomonad").expect("our group");
    assert!(ours["description"].as_str().is_some_and(|text| text.contains(&sentence)), "{ours}");
}

/// Codex leaves the tools of servers out of the first request where the model can search for them.
fn a_model_that_the_agent_knows_reads_our_instructions_and_searches_for_our_tools(agent: &Agent) {
    let served = served(agent);
    let sentence = instructed(&served);
    register(agent, &served, ROOT);
    let whoami = seen_as(agent, "whoami");
    let search = Turn::call("tool_search", json!({"query": "exomonad whoami who am I"}));
    let script = Script::new([search, Turn::call(&whoami, json!({}))]);
    let run = agent.play_with("gpt-5.5", &served.project, script);
    assert!(run.first_text().contains(&sentence), "`{sentence}` did not reach the model\n{run}");
    let offered = run.conversation().first().map(|request| request.tools()).unwrap_or_default();
    assert!(!offered.contains(&whoami), "it is offered at once now: {offered:?}");
    require_result(&run, served.project.dir().as_str());
}

/// The first sentence of what our server says of itself.
fn instructed(served: &Served) -> String {
    let mut session = exomonad_testkit::McpSession::start(served.server(ROOT));
    let opening = session.initialize("2025-11-25");
    drop(session.leave().require_success());
    let instructions =
        opening["result"]["instructions"].as_str().expect("the built-in guest has instructions");
    instructions.lines().find(|line| !line.is_empty()).expect("they say something").to_owned()
}

fn whoami_and_notify_parent_leave_their_rows(agent: &Agent) {
    let served = served(agent);
    served.add_agent("some-dev", "dev");
    let said = json!({"status": "success", "message": "the parser is done"});
    let run = play_as("some-dev", agent, &served, &[("whoami", json!({})), ("notify_parent", said)]);
    require_result(&run, "some-dev");
    let called = served.events("host.tool-called");
    let tools: Vec<_> = called.iter().map(|event| (&event["agent"], &event["data"]["tool"])).collect();
    let name = json!("some-dev");
    assert_eq!(tools, [(&name, &json!("whoami")), (&name, &json!("notify_parent"))], "{run}");
    assert!(called.iter().all(|event| event["data"]["outcome"] == "done"), "{called:?}\n{run}");
    let queued = served.events("message.queued");
    let [message] = queued.as_slice() else { panic!("not one message: {queued:?}\n{run}") };
    assert_eq!((&message["agent"], &message["data"]["from"]), (&json!(ROOT), &name), "{run}");
    let id = message["data"]["id"].as_str().expect("a message has an id");
    let stored = served.store().message(id).expect("read the message").expect("the message is stored");
    assert!(stored.body.contains("the parser is done"), "{stored:?}");
}
