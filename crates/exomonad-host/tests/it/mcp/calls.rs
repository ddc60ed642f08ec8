//! Calls of tools: what they return, say, and how they end.

use exomonad_host::store::EventFilter;
use serde_json::{Value, json};

use super::client::{Session, text};
use crate::hooks::refuse_writes;
use crate::support::TestProject;

#[test]
fn a_call_returns_what_the_tool_said_and_is_recorded() {
    let project = TestProject::new();
    let mut session = Session::opened(&project);
    let reply = session.call("fixture_echo", &json!({"text": "hello"}));
    assert_eq!(reply["result"]["structuredContent"], json!({"text": "hello"}));
    assert_eq!(session.close(), [] as [Value; 0]);
    let filter = EventFilter { kinds: vec!["host.tool-called".to_owned()], ..EventFilter::default() };
    let events = project.store().first_events(&filter, 10).unwrap();
    assert_eq!(events.len(), 1);
    let data: Value = serde_json::from_str(&events[0].data).unwrap();
    assert_eq!((&data["tool"], &data["outcome"]), (&json!("fixture_echo"), &json!("done")));
}

#[test]
fn a_tool_that_traps_is_an_error_that_says_what_to_do() {
    let project = TestProject::new();
    let mut session = Session::opened(&project);
    let reply = session.call("fixture_behave", &json!({"text": "fixture_trap"}));
    assert_eq!(reply["result"]["isError"], true, "{reply}");
    assert!(text(&reply).contains("crashed") && text(&reply).contains("hint: call it once more"), "{reply}");
    assert!(text(&session.call("fixture_echo", &json!({"text": "on"}))).contains("on"));
    assert_eq!(session.close(), [] as [Value; 0]);
}

#[test]
fn a_tool_that_refuses_is_an_error_with_its_hint() {
    let project = TestProject::new();
    let mut session = Session::opened(&project);
    let reply = session.call("fixture_refuse", &json!({"text": "not now"}));
    assert_eq!(reply["result"]["isError"], true, "{reply}");
    assert_eq!(text(&reply), "not now\nhint: ask for something else");
    assert_eq!(session.close(), [] as [Value; 0]);
}

#[test]
fn an_unknown_tool_and_another_roles_tool_are_errors_that_name_what_there_is() {
    let project = TestProject::new();
    let mut session = Session::opened(&project);
    for (tool, part) in
        [("no_such", "your tools are: fixture_echo"), ("fixture_special", "only role worker has it")]
    {
        let reply = session.call(tool, &json!({}));
        assert_eq!(reply["error"]["code"], -32602, "{reply}");
        assert!(reply["error"]["message"].as_str().unwrap().contains(part), "{reply}");
    }
    assert_eq!(session.close(), [] as [Value; 0]);
}

#[test]
fn a_cancelled_call_is_not_answered_and_ends() {
    let project = TestProject::new();
    let mut session = Session::opened(&project);
    for (tool, arguments) in [
        ("fixture_wait", json!({"kind": "never", "seconds": 600})),
        ("fixture_behave", json!({"text": "fixture_spin"})),
    ] {
        let id = session.ask_tool(tool, &arguments);
        session.cancel(id);
        // The id is free again once the call has ended.
        let again = json!({"jsonrpc": "2.0", "id": id, "method": "ping"});
        loop {
            session.send(&again);
            let reply = session.until(|message| message["id"] == id).pop().unwrap();
            if reply["result"] == json!({}) {
                break;
            }
            assert_eq!(reply["error"]["code"], -32600, "{reply}");
        }
    }
    assert_eq!(session.close(), [] as [Value; 0]);
}

#[test]
fn a_storm_of_cancelled_calls_leaves_the_others_alone() {
    let project = TestProject::new();
    let mut session = Session::opened(&project);
    for n in 0..200 {
        let id = session.ask_tool("fixture_wait", &json!({"kind": "never", "seconds": 600}));
        let kept = session.ask_tool("fixture_echo", &json!({"text": n.to_string()}));
        session.cancel(id);
        let said = session.until(|message| message["id"] == kept);
        assert!(said.iter().all(|message| message["id"] != id), "{said:?}");
    }
    let said = session.close();
    assert!(said.iter().all(|message| message.get("id").is_none()), "{said:?}");
}

#[test]
fn a_tool_that_waits_delays_no_other_and_hears_what_it_waits_for() {
    let project = TestProject::new();
    let mut session = Session::opened(&project);
    let waiting = session.ask_tool("fixture_wait", &json!({"kind": "fixture.news", "seconds": 600}));
    session.until(|message| message["params"]["data"] == "waiting");
    assert!(text(&session.call("fixture_echo", &json!({"text": "meanwhile"}))).contains("meanwhile"));
    let emitting = session.ask_tool("fixture_emit", &json!({"kind": "fixture.news"}));
    let mut ids = [&session.next()["id"], &session.next()["id"]].map(|id| id.as_i64().unwrap());
    ids.sort_unstable();
    assert_eq!(ids, [waiting, emitting]);
    assert_eq!(session.close(), [] as [Value; 0]);
}

#[test]
fn the_end_of_the_input_releases_calls_that_wait() {
    let project = TestProject::new();
    for over in [Session::over_pipes, Session::over_socket] {
        let mut session = over(&project);
        session.initialize("2025-06-18");
        let waiting = session.ask_tool("fixture_wait", &json!({"kind": "never", "seconds": 600}));
        session.until(|message| message["params"]["data"] == "waiting");
        let said = session.close();
        assert_eq!((said.len(), &said[0]["id"]), (1, &json!(waiting)), "{said:?}");
        assert!(text(&said[0]).contains("nothing came"), "{said:?}");
    }
}

#[test]
fn the_end_of_the_input_stops_calls_that_run_on() {
    let project = TestProject::new();
    for over in [Session::stopping_over_pipes, Session::stopping_over_socket] {
        let mut session = over(&project);
        session.initialize("2025-06-18");
        let spinning = session.ask_tool("fixture_behave", &json!({"text": "fixture_spin"}));
        assert!(text(&session.call("fixture_echo", &json!({"text": "meanwhile"}))).contains("meanwhile"));
        let said = session.close();
        assert_eq!((said.len(), &said[0]["id"]), (1, &json!(spinning)), "{said:?}");
        assert!(said[0].to_string().contains("cancelled"), "{said:?}");
    }
}

fn progress(token: &Value) -> Value {
    let meta = json!({"progressToken": token});
    json!({"name": "fixture_progress", "arguments": {"steps": 3}, "_meta": meta})
}

#[test]
fn progress_grows_and_comes_before_the_reply() {
    let project = TestProject::new();
    let mut session = Session::opened(&project);
    for token in [json!("t"), json!(7)] {
        let id = session.ask("tools/call", &progress(&token));
        let said = session.until(|message| message["id"] == id);
        let expect = |done: f64| {
            let params = json!({"progressToken": token, "progress": done, "total": 3.0, "message": "a step"});
            json!({"jsonrpc": "2.0", "method": "notifications/progress", "params": params})
        };
        assert_eq!(said[..3], [expect(1.0), expect(2.0), expect(3.0)]);
        assert_eq!(said.len(), 4, "{said:?}");
    }
    let reply = session.call("fixture_progress", &json!({"steps": 3}));
    assert!(text(&reply).contains("done"), "{reply}");
    assert_eq!(session.close(), [] as [Value; 0]);
}

fn levels(said: &[Value]) -> Vec<&str> {
    said.iter().filter_map(|message| message["params"]["level"].as_str()).collect()
}

#[test]
fn the_client_hears_what_the_guest_logs_from_the_level_it_set() {
    let project = TestProject::new();
    let mut session = Session::opened(&project);
    for (level, expect) in [
        (None, vec!["info", "warning", "error"]),
        (Some("debug"), vec!["debug", "info", "warning", "error"]),
        (Some("notice"), vec!["warning", "error"]),
        (Some("emergency"), vec![]),
    ] {
        if let Some(level) = level {
            assert_eq!(session.request("logging/setLevel", &json!({"level": level}))["result"], json!({}));
        }
        let id = session.ask_tool("fixture_log", &json!({"text": "news"}));
        let said = session.until(|message| message["id"] == id);
        assert_eq!(levels(&said), expect);
        for message in said.iter().filter(|message| message.get("id").is_none()) {
            assert_eq!(message["params"]["data"], json!({"message": "news", "field": 1}));
        }
    }
    assert_eq!(session.close(), [] as [Value; 0]);
}

#[test]
fn a_stateless_request_says_itself_which_level_it_wants() {
    let project = TestProject::new();
    let mut session = Session::over_pipes(&project);
    for (level, expect) in [(Value::Null, vec![]), (json!("warning"), vec!["warning", "error"])] {
        let mut meta = super::eras::meta();
        if level != Value::Null {
            meta["io.modelcontextprotocol/logLevel"] = level;
        }
        let params = json!({"name": "fixture_log", "arguments": {"text": "news"}, "_meta": meta});
        let id = session.ask("tools/call", &params);
        assert_eq!(levels(&session.until(|message| message["id"] == id)), expect);
    }
    assert_eq!(session.close(), [] as [Value; 0]);
}

#[test]
fn two_sidecars_of_one_agent_live_side_by_side() {
    let project = TestProject::new();
    let (mut first, mut second) = (Session::opened(&project), Session::opened(&project));
    let id = first.ask_tool("fixture_wait", &json!({"kind": "fixture.news", "seconds": 600}));
    first.until(|message| message["params"]["data"] == "waiting");
    second.call("fixture_emit", &json!({"kind": "fixture.news"}));
    let reply = first.until(|message| message["id"] == id).pop().unwrap();
    assert!(text(&reply).contains("fixture"), "{reply}");
    assert_eq!(second.close(), [] as [Value; 0]);
    assert!(text(&first.call("fixture_echo", &json!({"text": "still here"}))).contains("still here"));
    assert_eq!(first.close(), [] as [Value; 0]);
    assert_eq!(project.store().sidecars().unwrap(), []);
}

#[test]
fn a_project_that_cannot_be_written_is_served() {
    let project = TestProject::new();
    project.store().checkpoint().unwrap();
    refuse_writes(&project);
    let mut session = Session::opened(&project);
    assert!(text(&session.call("fixture_echo", &json!({"text": "hello"}))).contains("hello"));
    let reply = session.call("fixture_emit", &json!({"kind": "fixture.news"}));
    assert_eq!(reply["result"]["isError"], true, "{reply}");
    assert!(text(&reply).contains("writable"), "{reply}");
    assert_eq!(session.close(), [] as [Value; 0]);
}
