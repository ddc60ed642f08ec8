//! The MCP Inspector's command line lists each role's tools and calls one.

use exomonad_testkit::{Output, Run};
use serde_json::{Value, json};

use super::served::{ROOT, Served, installed};

/// Asks the Inspector to start an agent's server in this era of the protocol: `legacy`, `auto` or `modern`.
fn inspect(served: &Served, agent: &str, era: &str, arguments: &[&str]) -> Output {
    let words = served.command(agent);
    let (program, rest) = words.split_first().expect("a command has a program");
    let dir = served.project.dir();
    let server = json!({"command": program, "args": rest, "cwd": dir.as_str(), "protocolEra": era});
    let config = served.project.temp().join("inspector.json");
    std::fs::write(&config, json!({"mcpServers": {"exomonad": server}}).to_string())
        .expect("write the config");
    run(served)
        .args(["--cli", "--config", config.as_str(), "--server", "exomonad", "--format", "json"])
        .args(arguments)
        .output()
}

fn run(served: &Served) -> Run {
    served.project.run(installed("EXOMONAD_E2E_NODE")).arg(installed("EXOMONAD_E2E_INSPECTOR"))
}

fn json_of(output: &Output) -> Value {
    serde_json::from_str(&output.stdout).unwrap_or_else(|err| panic!("{err}\n{output}"))
}

/// The names of a role's tools, as the Inspector lists them, without a complaint about their schemas.
fn tools(role: &str, era: &str) -> Vec<String> {
    let served = Served::builtin();
    let agent = if role == "tl" { ROOT } else { "some-agent" };
    if agent != ROOT {
        served.add_agent(agent, role);
    }
    let output = inspect(&served, agent, era, &["--method", "tools/list", "--strict"]).require_success();
    let listed = json_of(&output);
    let tools = listed.pointer("/tools").or_else(|| listed.pointer("/result/tools"));
    let tools = tools.and_then(Value::as_array).unwrap_or_else(|| panic!("no tools\n{output}"));
    let mut names: Vec<String> =
        tools.iter().filter_map(|tool| tool["name"].as_str().map(str::to_owned)).collect();
    names.sort_unstable();
    names
}

#[test]
fn each_roles_tools_are_listed_in_both_eras() {
    let leads = [
        "file_pr",
        "inbox",
        "list_agents",
        "merge_pr",
        "notify_parent",
        "popup",
        "review_pr",
        "send_message",
        "spawn_from_issues",
        "spawn_leaf_subtree",
        "spawn_subtree",
        "spawn_workers",
        "stop_agent",
        "whoami",
    ];
    for era in ["legacy", "modern"] {
        for (role, expected) in [
            ("tl", leads.as_slice()),
            ("dev", &["file_pr", "inbox", "notify_parent", "send_message", "whoami"]),
            ("worker", &["inbox", "notify_parent", "send_message", "whoami"]),
        ] {
            assert_eq!(tools(role, era), expected, "{role}, {era}");
        }
    }
}

#[test]
fn whoami_is_called_in_both_eras() {
    let served = Served::builtin();
    served.add_agent("some-dev", "dev");
    for era in ["legacy", "modern"] {
        let call = ["--method", "tools/call", "--tool-name", "whoami"];
        let output = inspect(&served, "some-dev", era, &call).require_success();
        let text = json_of(&output).to_string();
        assert!(text.contains("some-dev") && text.contains("dev"), "{output}");
    }
}

#[test]
fn a_tool_that_fails_is_a_failure_of_the_inspector() {
    let call = ["--method", "tools/call", "--tool-name", "test_error_handling"];
    let output = inspect(&Served::fixture(), ROOT, "auto", &call);
    assert!(output.stdout.contains("intentionally returns an error"), "{output}");
}
