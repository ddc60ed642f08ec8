//! What our server says when it is opened and asked for its tools, word for word, for each role.
//!
//! A changed snapshot is what every client sees from now on: read it before accepting it.

use exomonad_testkit::McpSession;
use expect_test::{ExpectFile, expect_file};
use serde_json::{Value, json};

use super::served::{ROOT, Served};

/// The newest version with a handshake.
const HANDSHAKE: &str = "2025-11-25";

fn session(served: &Served, agent: &str) -> McpSession {
    McpSession::start(served.server(agent))
}

fn leave(session: McpSession) {
    assert_eq!(session.notices, Vec::<Value>::new(), "nothing was asked that would have an answer like this");
    drop(session.leave().require_success());
}

/// The answer, readable, with our version by name.
fn shown(answer: &Value) -> String {
    let text = serde_json::to_string_pretty(answer).expect("JSON can be written");
    format!("{}\n", text.replace(env!("CARGO_PKG_VERSION"), "[version]"))
}

fn check_tools(name: &str, role: &str, expected: &ExpectFile) {
    let served = Served::builtin();
    if name != ROOT {
        served.add_agent(name, role);
    }
    let mut with_handshake = session(&served, name);
    let opening = with_handshake.initialize(HANDSHAKE);
    let instructions = opening["result"]["instructions"].as_str().unwrap_or("none").to_owned();
    let listed = with_handshake.request("tools/list", &json!({}));
    leave(with_handshake);
    expected.assert_eq(&format!("{instructions}\n\n{}", shown(&listed["result"]["tools"])));

    let mut without = session(&served, name);
    let modern = without.modern_request("tools/list", json!({}));
    leave(without);
    assert_eq!(modern["result"]["tools"], listed["result"]["tools"], "both eras have the same tools");
}

#[test]
fn tools_of_the_lead() {
    check_tools(ROOT, "tl", &expect_file!["golden/tools_tl.txt"]);
}

#[test]
fn tools_of_a_dev() {
    check_tools("some-dev", "dev", &expect_file!["golden/tools_dev.txt"]);
}

#[test]
fn tools_of_a_worker() {
    check_tools("some-worker", "worker", &expect_file!["golden/tools_worker.txt"]);
}

#[test]
fn the_answer_to_initialize() {
    let served = Served::fixture();
    for version in ["2024-11-05", "2025-03-26", "2025-06-18", HANDSHAKE] {
        let mut session = session(&served, ROOT);
        let answer = session.initialize(version);
        leave(session);
        assert_eq!(answer["result"]["protocolVersion"], version);
        if version == HANDSHAKE {
            expect_file!["golden/initialize.json"].assert_eq(&shown(&answer));
        }
    }
}

#[test]
fn the_answer_to_discover() {
    let served = Served::fixture();
    let mut session = session(&served, ROOT);
    let answer = session.modern_request("server/discover", json!({}));
    leave(session);
    expect_file!["golden/discover.json"].assert_eq(&shown(&answer));
}
