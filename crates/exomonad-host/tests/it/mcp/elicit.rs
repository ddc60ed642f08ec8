//! Questions to the person at the client, where nobody looks at a terminal session of the project's.

use exomonad_host::engine::GuestSource;
use exomonad_host::store::{RequestState, Store};
use exomonad_host::ui::{Given, Values, reply};
use serde_json::{Value, json};

use super::client::{Session, text};
use super::eras::meta;
use crate::support::{NOW, TestProject};

fn form() -> Value {
    json!({
        "title": "Which region?",
        "message": "The bill differs.",
        "wait_seconds": 60,
        "fields": [
            {"type": "choice", "id": "where", "label": "Region", "required": true, "options": [
                {"value": "eu", "label": "Frankfurt"}, {"value": "us", "label": "Oregon"},
            ]},
            {"type": "group", "id": "size", "label": "Size", "fields": [
                {"type": "slider", "id": "nodes", "label": "Nodes", "min": 1, "max": 9, "step": 2, "default": "3"},
            ]},
        ],
    })
}

fn stateless(capabilities: &Value) -> Value {
    let mut meta = meta();
    meta["io.modelcontextprotocol/clientCapabilities"] = capabilities.clone();
    meta
}

/// A call of `popup` by a client that describes itself in each request.
fn call(more: &Value) -> Value {
    let mut params = json!({
        "name": "popup", "arguments": form(), "_meta": stateless(&json!({"elicitation": {"form": {}}})),
    });
    for (name, value) in more.as_object().unwrap() {
        params[name] = value.clone();
    }
    params
}

/// The call that brings the answer to what a result asked.
fn again(asked: &Value, response: &Value) -> Value {
    let state = &asked["result"]["requestState"];
    call(&json!({"requestState": state, "inputResponses": {"form": response}}))
}

fn open_session(project: &TestProject) -> Session {
    Session::with_guest(project, &GuestSource::Builtin)
}

fn open_request(store: &Store) -> String {
    let open = store.open_requests().unwrap();
    assert_eq!(open.len(), 1);
    open.into_iter().next().unwrap().id
}

#[test]
fn a_call_returns_its_question_and_goes_on_with_the_answer() {
    let project = TestProject::new();
    let mut session = open_session(&project);
    let asked = session.request("tools/call", &call(&json!({})));
    let result = &asked["result"];
    assert_eq!(result["resultType"], "input_required", "{asked}");
    let request = &result["inputRequests"]["form"];
    assert_eq!(request["method"], "elicitation/create");
    assert_eq!(request["params"]["message"], "Which region?\n\nThe bill differs.");
    let schema = &request["params"]["requestedSchema"];
    assert_eq!(schema["required"], json!(["where"]));
    assert_eq!(schema["properties"]["where"]["oneOf"][1], json!({"const": "us", "title": "Oregon"}));
    assert_eq!(schema["properties"]["nodes"]["title"], "Size: Nodes");
    assert_eq!(schema["properties"]["nodes"]["description"], "In steps of 2.");
    let answer = json!({"action": "accept", "content": {"where": "us", "nodes": 5}});
    let done = session.request("tools/call", &again(&asked, &answer));
    assert_eq!(done["result"]["structuredContent"]["values"], json!({"where": "us", "nodes": 5}), "{done}");
    let late = session.request("tools/call", &again(&asked, &answer));
    assert_eq!(late["error"]["code"], -32602, "one question has one answer: {late}");
    assert_eq!(session.close(), [] as [Value; 0]);
}

#[test]
fn an_answer_that_does_not_fit_is_asked_for_again() {
    let project = TestProject::new();
    let mut session = open_session(&project);
    let asked = session.request("tools/call", &call(&json!({})));
    let wrong = json!({"action": "accept", "content": {"where": "us", "nodes": 4}});
    let asked = session.request("tools/call", &again(&asked, &wrong));
    let message = asked["result"]["inputRequests"]["form"]["params"]["message"].as_str().unwrap();
    assert!(
        message.starts_with("Not taken: field `nodes`: must be a number from 1 to 9 in steps of 2."),
        "{message}"
    );
    let done = session.request("tools/call", &again(&asked, &json!({"action": "decline"})));
    assert_eq!(done["result"]["structuredContent"]["outcome"], "declined", "{done}");
    assert_eq!(session.close(), [] as [Value; 0]);
}

#[test]
fn a_dialog_that_was_closed_leaves_the_question_to_others() {
    let project = TestProject::new();
    let store = project.store();
    let mut session = open_session(&project);
    let asked = session.request("tools/call", &call(&json!({})));
    let id = session.ask("tools/call", &again(&asked, &json!({"action": "cancel"})));
    let request = open_request(&store);
    assert_eq!(store.request(&request).unwrap().unwrap().state, RequestState::Open);
    let values = Values::from_iter([("where".to_owned(), json!("eu"))]);
    reply(&store, &request, Given::Values(&values), "reply", NOW).unwrap();
    let done = session.next();
    assert_eq!(done["id"], id);
    assert_eq!(done["result"]["structuredContent"]["values"], json!({"where": "eu", "nodes": 3}), "{done}");
    assert_eq!(session.close(), [] as [Value; 0]);
}

#[test]
fn what_others_answered_meanwhile_is_the_result() {
    let project = TestProject::new();
    let store = project.store();
    let mut session = open_session(&project);
    let asked = session.request("tools/call", &call(&json!({})));
    reply(&store, &open_request(&store), Given::Declined, "reply", NOW).unwrap();
    let answer = json!({"action": "accept", "content": {"where": "us"}});
    let done = session.request("tools/call", &again(&asked, &answer));
    assert_eq!(done["result"]["structuredContent"]["outcome"], "declined", "{done}");
    assert_eq!(session.close(), [] as [Value; 0]);
}

#[test]
fn a_client_is_asked_only_what_it_can_show() {
    let project = TestProject::new();
    let store = project.store();
    let mut pages = form();
    pages["panes"] = json!([
        {"id": "one", "fields": pages["fields"]}, {"id": "two", "fields": [{"type": "text", "id": "why", "label": "Why"}]},
    ]);
    pages["fields"] = json!([]);
    let none = json!({"_meta": stateless(&json!({}))});
    let by_url = json!({"_meta": stateless(&json!({"elicitation": {"url": {}}}))});
    for more in [none, by_url, json!({"arguments": pages})] {
        let mut session = open_session(&project);
        let id = session.ask("tools/call", &call(&more));
        let watching = store.changes().watch();
        let mut seen = watching.generation();
        while store.open_requests().unwrap().is_empty() {
            seen = watching.wait(seen, std::time::Duration::from_secs(1));
        }
        reply(&store, &open_request(&store), Given::Declined, "reply", NOW).unwrap();
        let done = session.next();
        assert_eq!((&done["id"], &done["result"]["resultType"]), (&json!(id), &json!("complete")), "{done}");
        assert_eq!(session.close(), [] as [Value; 0]);
    }
}

#[test]
fn a_client_of_before_is_asked_by_a_request() {
    let project = TestProject::new();
    let mut session = open_session(&project);
    session.initialize_with("2025-06-18", &json!({"elicitation": {}}));
    let id = session.ask_tool("popup", &form());
    let question = session.next();
    assert_eq!(question["method"], "elicitation/create", "{question}");
    let answer = |question: &Value, content: Value| json!({"jsonrpc": "2.0", "id": question["id"], "result": {"action": "accept", "content": content}});
    session.send(&answer(&question, json!({"where": "mars"})));
    let question = session.next();
    assert!(
        question["params"]["message"].as_str().unwrap().starts_with("Not taken: field `where`"),
        "{question}"
    );
    session.send(&answer(&question, json!({"where": "eu"})));
    let done = session.next();
    assert_eq!(done["id"], id);
    assert!(text(&done).contains("- where: \"eu\""), "{done}");
    assert_eq!(session.close(), [] as [Value; 0]);
}

#[test]
fn a_question_that_others_answered_is_taken_back_from_the_client() {
    let project = TestProject::new();
    let store = project.store();
    let mut session = open_session(&project);
    session.initialize_with("2025-11-25", &json!({"elicitation": {"form": {}}}));
    let id = session.ask_tool("popup", &form());
    let question = session.next();
    reply(&store, &open_request(&store), Given::Declined, "reply", NOW).unwrap();
    let said = [session.next(), session.next()];
    let back = said.iter().find(|said| said["method"] == "notifications/cancelled").unwrap();
    assert_eq!(back["params"]["requestId"], question["id"], "{said:?}");
    assert!(said.iter().any(|said| said["id"] == id), "{said:?}");
    assert_eq!(session.close(), [] as [Value; 0]);
}
