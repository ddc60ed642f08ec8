//! The scripted model, asked as the real clients ask it.

use std::io::{Cursor, Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use super::{Cast, FakeModel, Script, Turn};
use crate::http;

fn post(model: &FakeModel, target: &str, body: &Value) -> String {
    let mut stream = TcpStream::connect(model.url().strip_prefix("http://").unwrap()).unwrap();
    let body = body.to_string();
    let length = body.len();
    let head =
        format!("POST {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
    stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

fn ask(model: &FakeModel, messages: &Value) -> Value {
    let body = json!({"model": "m", "tools": [{"name": "Bash"}], "messages": messages});
    let answer = post(model, "/v1/messages?beta=true", &body);
    serde_json::from_str::<Value>(&answer).unwrap()["content"][0].clone()
}

#[test]
fn each_agent_has_the_script_whose_marker_is_first_in_its_conversation() {
    let says = |text: &str| Script::new([Turn::say(text)]);
    let model = FakeModel::start_cast(Cast::default().part("LEAD", says("lead")).part("LEAF", says("leaf")));
    let asked = |text: &str| json!([{"role": "user", "content": text}]);
    assert_eq!(ask(&model, &asked("you are LEAD, spawn LEAF"))["text"], "lead");
    assert_eq!(ask(&model, &asked("you are LEAF"))["text"], "leaf");
    assert_eq!(ask(&model, &asked("you are nobody"))["text"], "done");
}

#[test]
fn turns_follow_the_models_own_words_in_the_history() {
    let model =
        FakeModel::start(Script::new([Turn::call("Bash", json!({"command": "ls"})), Turn::say("second")]));
    let asked = json!({"role": "user", "content": "go"});
    let spoken = json!({"role": "assistant", "content": "x"});
    assert_eq!(ask(&model, &json!([asked]))["input"], json!({"command": "ls"}));
    assert_eq!(ask(&model, &json!([asked]))["input"], json!({"command": "ls"}));
    assert_eq!(ask(&model, &json!([asked, spoken, asked]))["text"], "second");
    assert_eq!(ask(&model, &json!([asked, spoken, asked, spoken, asked]))["text"], "done");
    assert_eq!(model.requests().len(), 4);
}

#[test]
fn a_tool_that_is_not_offered_is_named_instead_of_called() {
    let model = FakeModel::start(Script::call("Write", json!({})));
    let said = ask(&model, &json!([{"role": "user", "content": "go"}]));
    assert_eq!(said["text"], "the script's tool `Write` was not offered");
}

#[test]
fn side_questions_get_the_smallest_answer_and_use_no_turn() {
    let model = FakeModel::start(Script::new([Turn::say("first")]));
    let schema =
        json!({"type": "object", "required": ["model"], "properties": {"model": {"enum": ["flash", "pro"]}}});
    let body = json!({"contents": [], "generationConfig": {"responseJsonSchema": schema}});
    let answer: Value =
        serde_json::from_str(&post(&model, "/v1beta/models/m:generateContent", &body)).unwrap();
    assert_eq!(answer["candidates"][0]["content"]["parts"][0]["text"], r#"{"model":"flash"}"#);
    assert!(!model.requests()[0].is_conversation());
}

#[test]
fn a_streamed_message_is_the_same_message_in_events() {
    let model = FakeModel::start(Script::call("Bash", json!({"command": "ls"})));
    let body = json!({
        "model": "m", "stream": true, "tools": [{"name": "Bash"}], "messages": [{"role": "user", "content": "go"}],
    });
    let events = post(&model, "/v1/messages", &body);
    let names: Vec<&str> = events.lines().filter_map(|line| line.strip_prefix("event: ")).collect();
    assert_eq!(
        names,
        [
            "message_start",
            "content_block_start",
            "content_block_delta",
            "content_block_stop",
            "message_delta",
            "message_stop",
        ]
    );
    assert!(events.contains(r#""partial_json":"{\"command\":\"ls\"}""#), "{events}");
}

#[test]
fn what_the_model_read_is_one_text_in_both_protocols() {
    let model = FakeModel::start(Script::default());
    let result =
        json!([{"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "no"}]}]);
    ask(&model, &json!([{"role": "user", "content": result}]));
    let response = json!({"functionResponse": {"name": "x", "response": {"error": "no"}}});
    let body = json!({"contents": [{"role": "user", "parts": [response]}]});
    post(&model, "/v1beta/models/m:streamGenerateContent?alt=sse", &body);
    for request in model.requests() {
        assert_eq!(request.tool_results(), ["no"]);
        assert!(request.text().contains("no"));
    }
}

/// Three ways to offer a tool, and what a call of each is.
#[test]
fn a_tool_of_the_responses_protocol_is_called_in_its_own_form() {
    let tools = json!([
        {"type": "function", "name": "exec_command", "parameters": {"properties": {"cmd": {}}}},
        {"type": "custom", "name": "apply_patch"},
        {"type": "tool_search"},
        {"type": "namespace", "name": "mcp__ours", "tools": [{"type": "function", "name": "whoami"}]},
    ]);
    let found =
        json!([{"type": "namespace", "name": "mcp__late", "tools": [{"type": "function", "name": "inbox"}]}]);
    let model = FakeModel::start(Script::new([
        Turn::call("exec_command", json!({"cmd": "ls"})),
        Turn::call("apply_patch", json!("*** Begin Patch")),
        Turn::call("tool_search", json!({"query": "inbox"})),
        Turn::call("mcp__late__inbox", json!({})),
        Turn::call("mcp__ours__whoami", json!({})),
    ]));
    let mut input =
        vec![json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": "go"}]})];
    let mut ask = |result: Value| {
        let body = json!({"model": "m", "tools": tools, "input": input});
        let answer: Value = serde_json::from_str(&post(&model, "/v1/responses", &body)).unwrap();
        let said = answer["output"][0].clone();
        input.extend([said.clone(), result]);
        said
    };
    let output = |text: &str| json!({"type": "function_call_output", "output": text});
    assert_eq!(ask(output("a file"))["arguments"], r#"{"cmd":"ls"}"#);
    let said = ask(json!({"type": "custom_tool_call_output", "output": "patched"}));
    assert_eq!((&said["type"], &said["input"]), (&json!("custom_tool_call"), &json!("*** Begin Patch")));
    let said = ask(json!({"type": "tool_search_output", "tools": found}));
    assert_eq!((&said["type"], &said["arguments"]), (&json!("tool_search_call"), &json!({"query": "inbox"})));
    for (group, tool) in [("mcp__late", "inbox"), ("mcp__ours", "whoami")] {
        let said = ask(output("yes"));
        assert_eq!((&said["namespace"], &said["name"]), (&json!(group), &json!(tool)));
    }
    assert_eq!(ask(output(""))["content"][0]["text"], "done");
    let request = model.requests().pop().unwrap();
    assert_eq!(request.tool_results(), ["a file", "patched", "yes", "yes"]);
    assert_eq!(request.tool_arguments("exec_command"), Some(vec!["cmd".to_owned()]));
}

#[test]
fn a_streamed_response_ends_with_the_same_response() {
    let model = FakeModel::start(Script::new([Turn::say("hello")]));
    let tools = json!([{"type": "function", "name": "exec_command"}]);
    let events = post(&model, "/v1/responses", &json!({"stream": true, "tools": tools, "input": []}));
    let names: Vec<&str> = events.lines().filter_map(|line| line.strip_prefix("event: ")).collect();
    let expected = [
        "response.created",
        "response.output_item.added",
        "response.output_text.delta",
        "response.output_item.done",
        "response.completed",
    ];
    assert_eq!(names, expected);
    let last = events.lines().filter_map(|line| line.strip_prefix("data: ")).next_back().unwrap();
    let last: Value = serde_json::from_str(last).unwrap();
    assert_eq!(last["response"]["output"][0]["content"][0]["text"], "hello");
}

#[test]
fn chunked_bodies_and_kept_connections_are_read() {
    let bytes = "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\nGET /b HTTP/1.1\r\n\r\n";
    let mut reader = Cursor::new(bytes);
    let first = http::read(&mut reader).unwrap().unwrap();
    assert_eq!((first.target.as_str(), first.body.as_slice()), ("/a", b"abcde".as_slice()));
    assert_eq!(http::read(&mut reader).unwrap().unwrap().target, "/b");
    assert_eq!(http::read(&mut reader).unwrap(), None);
}
