//! The official clients list our tools and call them.

use std::fs;
use std::os::unix::fs::symlink;

use exomonad_testkit::Project;
use serde_json::{Value, json};

use super::served::{ROOT, Served, installed};

/// A program that uses an official client.
struct Official {
    /// Its file in `clients/`.
    script: &'static str,
    /// Names the program that runs it.
    program: &'static str,
    /// Names the packages that a script may import.
    packages: Option<&'static str>,
}

const TYPESCRIPT_V1: Official =
    Official { script: "v1.mjs", program: "EXOMONAD_E2E_NODE", packages: Some("EXOMONAD_E2E_TYPESCRIPT_V1") };
const TYPESCRIPT_V2: Official =
    Official { script: "v2.mjs", program: "EXOMONAD_E2E_NODE", packages: Some("EXOMONAD_E2E_TYPESCRIPT_V2") };
const PYTHON: Official = Official { script: "client.py", program: "EXOMONAD_E2E_PYTHON", packages: None };

/// Lets a client list an agent's tools and make these calls, and returns what it says it learnt.
fn learn(client: &Official, mode: &str, served: &Served, calls: &Value) -> Value {
    let dir = scripts(&served.project);
    if let Some(packages) = client.packages {
        symlink(installed(packages), dir.join("node_modules")).expect("link the packages");
    }
    let script = dir.join(client.script);
    let output = served
        .project
        .run(installed(client.program))
        .args([script.as_str(), mode, &calls.to_string()])
        .args(served.command(ROOT))
        .output()
        .require_success();
    serde_json::from_str(&output.stdout).unwrap_or_else(|err| panic!("{err}\n{output}"))
}

/// A copy of our scripts, outside the checkout.
fn scripts(project: &Project) -> camino::Utf8PathBuf {
    let ours = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/mcp/clients");
    let dir = project.temp().join("clients");
    fs::create_dir(&dir).expect("make a directory");
    for entry in fs::read_dir(ours).expect("list our scripts") {
        let entry = entry.expect("read a directory entry");
        let name = entry.file_name();
        fs::copy(entry.path(), dir.as_std_path().join(name)).expect("copy a script");
    }
    dir
}

/// The client sees every tool, reads a result, hears progress, and can tell a tool's refusal from a wrong call.
fn check(client: &Official, mode: &str) {
    let calls = json!([
        ["test_simple_text", {}],
        ["test_error_handling", {}],
        ["test_tool_with_progress", {}],
        ["no_such_tool", {}],
    ]);
    let learnt = learn(client, mode, &Served::fixture(), &calls);
    let tools: Vec<&str> =
        learnt["tools"].as_array().expect("tools").iter().filter_map(Value::as_str).collect();
    for tool in ["test_simple_text", "test_tool_with_progress", "json_schema_2020_12_tool"] {
        assert!(tools.contains(&tool), "`{tool}` is not among {tools:?}");
    }
    let [text, error, progress, unknown] = [0, 1, 2, 3].map(|number| learnt["calls"][number].clone());
    assert_eq!(
        (&text["failed"], &text["text"]),
        (&json!(false), &json!("This is a simple text response for testing."))
    );
    assert_eq!(error["failed"], true);
    assert_eq!(error["text"], "This tool intentionally returns an error for testing");
    assert_eq!(progress["text"], "The tool reported its progress.");
    let done: Vec<_> = progress["progress"].as_array().expect("progress").iter().map(Value::as_f64).collect();
    let whole = [Some(0.0), Some(50.0), Some(100.0)];
    // The TypeScript clients drop the progress that they read together with the answer.
    let heard = if client.script == PYTHON.script { done == whole } else { whole.starts_with(&done) };
    assert!(heard, "{learnt:#}");
    assert_eq!(unknown["code"], -32602, "{learnt:#}");
    assert!(unknown["message"].as_str().is_some_and(|text| text.contains("no_such_tool")), "{learnt:#}");
}

#[test]
fn typescript_v1_lists_and_calls_our_tools() {
    check(&TYPESCRIPT_V1, "legacy");
}

#[test]
fn typescript_v2_lists_and_calls_our_tools_after_a_handshake() {
    check(&TYPESCRIPT_V2, "legacy");
}

#[test]
fn typescript_v2_lists_and_calls_our_tools_when_it_may_choose() {
    check(&TYPESCRIPT_V2, "auto");
}

#[test]
fn typescript_v2_lists_and_calls_our_tools_without_a_handshake() {
    check(&TYPESCRIPT_V2, "2026-07-28");
}

#[test]
fn python_lists_and_calls_our_tools_after_a_handshake() {
    check(&PYTHON, "legacy");
}

#[test]
fn python_lists_and_calls_our_tools_when_it_may_choose() {
    check(&PYTHON, "auto");
}

#[test]
fn python_lists_and_calls_our_tools_without_a_handshake() {
    check(&PYTHON, "2026-07-28");
}
