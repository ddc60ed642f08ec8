//! What is no message, and what is too much of one.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::client::{Session, text};
use crate::support::TestProject;

const PING: &[u8] = b"{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"method\":\"ping\"}\n";

#[test]
fn whatever_is_no_message_is_answered_and_the_session_goes_on() {
    let project = TestProject::new();
    let mut session = Session::opened(&project);
    for (frame, code, id) in [
        (&b"{\n"[..], -32700, Value::Null),
        (b"\xFF\xFE\n", -32700, Value::Null),
        (b"[]\n", -32600, Value::Null),
        (b"{\"jsonrpc\":\"2.0\",\"id\":5}\n", -32600, json!(5)),
        (b"{\"jsonrpc\":\"2.0\",\"id\":6,\"method\":\"tools/call\",\"params\":{}}\n", -32602, json!(6)),
        (b"{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/brew\"}\n", -32601, json!(7)),
        (b"{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":\"prompts/list\"}\n", -32601, json!(8)),
        (b"{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"resources/list\"}\n", -32601, json!(9)),
    ] {
        session.write(frame);
        let reply = session.next();
        assert_eq!((&reply["error"]["code"], reply.get("id")), (&json!(code), Some(&id)), "{reply}");
        session.write(PING);
        assert_eq!(session.next(), json!({"jsonrpc": "2.0", "id": "p", "result": {}}));
    }
    assert_eq!(session.close(), [] as [Value; 0]);
}

#[test]
fn the_id_that_cannot_be_read_is_left_out_where_the_schema_has_no_null() {
    let project = TestProject::new();
    for (version, null) in [("2024-11-05", true), ("2025-06-18", true), ("2025-11-25", false)] {
        let mut session = Session::over_socket(&project);
        session.initialize(version);
        session.write(b"{\n");
        assert_eq!(session.next().get("id"), null.then_some(&Value::Null), "{version}");
        assert_eq!(session.close(), [] as [Value; 0]);
    }
}

#[test]
fn carriage_returns_blank_lines_and_a_byte_order_mark_are_taken() {
    let project = TestProject::new();
    let mut session = Session::over_pipes(&project);
    session.write(b"\xEF\xBB\xBF{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"method\":\"ping\"}\r\n\r\n\n  \n");
    assert_eq!(session.next()["id"], "p");
    assert_eq!(session.close(), [] as [Value; 0]);
}

#[test]
fn notifications_and_replies_before_the_first_request_are_dropped() {
    let project = TestProject::new();
    let mut session = Session::over_pipes(&project);
    session.write(b"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n");
    session.write(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n");
    session.initialize("2025-06-18");
    assert_eq!(session.close(), [] as [Value; 0]);
}

#[test]
fn a_message_without_the_end_of_its_line_counts_when_the_input_ends() {
    let project = TestProject::new();
    for over in [Session::over_pipes, Session::over_socket] {
        let mut session = over(&project);
        session.initialize("2025-06-18");
        session.write(b"{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"method\":\"ping\"}");
        assert_eq!(session.close(), [json!({"jsonrpc": "2.0", "id": "p", "result": {}})]);
    }
}

#[test]
fn half_a_message_is_a_parse_error_when_the_input_ends() {
    let project = TestProject::new();
    let mut session = Session::opened(&project);
    session.write(b"{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"meth");
    let said = session.close();
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!(said[0]["error"]["code"], -32700);
}

#[test]
fn an_id_that_waits_for_its_reply_is_not_taken_twice() {
    let project = TestProject::new();
    let mut session = Session::opened(&project);
    let id = session.ask_tool("fixture_wait", &json!({"kind": "never", "seconds": 600}));
    session.until(|message| message["params"]["data"] == "waiting");
    session.send(&json!({"jsonrpc": "2.0", "id": id, "method": "tools/list"}));
    let reply = session.next();
    assert_eq!((&reply["id"], &reply["error"]["code"]), (&json!(id), &json!(-32600)), "{reply}");
    let said = session.close();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(text(&said[0]).contains("nothing came"), "{said:?}");
}

#[test]
fn ten_megabytes_of_arguments_are_refused_in_words() {
    let project = TestProject::new();
    for over in [Session::over_pipes, Session::over_socket] {
        let mut session = over(&project);
        session.initialize("2025-06-18");
        let reply = session.call("fixture_echo", &json!({"text": "x".repeat(10_000_000)}));
        assert_eq!(reply["result"]["isError"], true, "{reply}");
        assert!(text(&reply).contains("limit") && text(&reply).contains("file"), "{reply}");
        assert!(text(&session.call("fixture_echo", &json!({"text": "small"}))).contains("small"));
        assert_eq!(session.close(), [] as [Value; 0]);
    }
}

#[test]
fn a_thousand_rapid_calls_are_answered_once_each() {
    let project = TestProject::new();
    for over in [Session::over_pipes, Session::over_socket] {
        let mut session = over(&project);
        session.initialize("2025-06-18");
        let asked: HashSet<i64> =
            (0..1000).map(|n| session.ask_tool("fixture_echo", &json!({"text": n.to_string()}))).collect();
        let replies: Vec<Value> = (0..1000).map(|_| session.next()).collect();
        let answered: HashSet<i64> = replies.iter().map(|reply| reply["id"].as_i64().unwrap()).collect();
        assert_eq!(answered, asked);
        assert!(replies.iter().all(|reply| reply["result"]["isError"] != true));
        assert_eq!(session.close(), [] as [Value; 0]);
    }
}

#[test]
fn a_client_that_reads_late_gets_all_it_asked_for() {
    let project = TestProject::new();
    let mut session = Session::opened(&project);
    let asked: HashSet<i64> =
        (0..100).map(|_| session.ask_tool("fixture_big", &json!({"bytes": 1_000_000}))).collect();
    let answered: HashSet<i64> = (0..100).map(|_| session.next()["id"].as_i64().unwrap()).collect();
    assert_eq!(answered, asked);
    assert_eq!(session.close(), [] as [Value; 0]);
}
