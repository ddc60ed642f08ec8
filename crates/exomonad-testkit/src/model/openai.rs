//! The OpenAI Responses protocol's answers.

use serde_json::{Value, json};

use super::offered::{Form, Offered};
use super::script::Turn;

/// A whole response. `tool` is the offered tool that the turn calls.
pub(super) fn response(number: usize, turn: &Turn, tool: Option<&Offered<'_>>) -> Value {
    envelope(number, "completed", &json!([item(number, turn, tool)]))
}

/// The same response as server-sent events.
pub(super) fn stream(number: usize, turn: &Turn, tool: Option<&Offered<'_>>) -> String {
    let item = item(number, turn, tool);
    let created = envelope(number, "in_progress", &json!([]));
    let mut events = vec![
        json!({"type": "response.created", "response": created}),
        json!({"type": "response.output_item.added", "output_index": 0, "item": item}),
    ];
    if let Turn::Say(text) = turn {
        events.push(json!({
            "type": "response.output_text.delta",
            "output_index": 0,
            "content_index": 0,
            "item_id": item_id(number),
            "delta": text,
        }));
    }
    events.push(json!({"type": "response.output_item.done", "output_index": 0, "item": item}));
    events.push(json!({"type": "response.completed", "response": response(number, turn, tool)}));
    events.iter().map(event).collect()
}

fn event(data: &Value) -> String {
    let name = data.get("type").and_then(Value::as_str).unwrap_or_default();
    format!("event: {name}\ndata: {data}\n\n")
}

fn envelope(number: usize, status: &str, output: &Value) -> Value {
    json!({
        "id": format!("resp_{number}"),
        "object": "response",
        "status": status,
        "output": output,
        "usage": {
            "input_tokens": 10,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": 10,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 20,
        },
    })
}

fn item_id(number: usize) -> String {
    format!("item_{number}")
}

fn item(number: usize, turn: &Turn, tool: Option<&Offered<'_>>) -> Value {
    let (id, call) = (item_id(number), format!("call_{number}"));
    match turn {
        Turn::Say(text) => json!({
            "type": "message",
            "id": id,
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": text, "annotations": []}],
        }),
        Turn::Call { tool: name, input } => {
            let name = tool.map_or(name.as_str(), |tool| tool.own_name);
            match tool.map_or(Form::Function { namespace: None }, |tool| tool.form) {
                Form::Function { namespace } => {
                    let mut item = json!({
                        "type": "function_call",
                        "id": id,
                        "call_id": call,
                        "name": name,
                        "arguments": input.to_string(),
                        "status": "completed",
                    });
                    if let (Some(item), Some(namespace)) = (item.as_object_mut(), namespace) {
                        item.insert("namespace".to_owned(), json!(namespace));
                    }
                    item
                }
                Form::Text => json!({
                    "type": "custom_tool_call",
                    "id": id,
                    "call_id": call,
                    "name": name,
                    "input": input.as_str().unwrap_or_default(),
                    "status": "completed",
                }),
                Form::Search => json!({
                    "type": "tool_search_call",
                    "id": id,
                    "call_id": call,
                    "execution": "client",
                    "arguments": input,
                    "status": "completed",
                }),
            }
        }
    }
}
