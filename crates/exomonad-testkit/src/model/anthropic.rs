//! The Anthropic Messages protocol's answers.

use serde_json::{Value, json};

use super::script::Turn;

/// A whole message.
pub(super) fn message(model: &str, number: usize, turn: &Turn) -> Value {
    let content = match turn {
        Turn::Say(text) => json!({"type": "text", "text": text}),
        Turn::Call { tool, input } => call(number, tool, input),
    };
    envelope(model, number, &json!([content]), &json!(stop_reason(turn)))
}

/// The same message as server-sent events.
pub(super) fn stream(model: &str, number: usize, turn: &Turn) -> String {
    let head = envelope(model, number, &json!([]), &Value::Null);
    let (opening, delta) = match turn {
        Turn::Say(text) => (json!({"type": "text", "text": ""}), json!({"type": "text_delta", "text": text})),
        Turn::Call { tool, input } => (
            call(number, tool, &json!({})),
            json!({"type": "input_json_delta", "partial_json": input.to_string()}),
        ),
    };
    let end = json!({"stop_reason": stop_reason(turn), "stop_sequence": null});
    let events = [
        json!({"type": "message_start", "message": head}),
        json!({"type": "content_block_start", "index": 0, "content_block": opening}),
        json!({"type": "content_block_delta", "index": 0, "delta": delta}),
        json!({"type": "content_block_stop", "index": 0}),
        json!({"type": "message_delta", "delta": end, "usage": usage()}),
        json!({"type": "message_stop"}),
    ];
    events.iter().map(event).collect()
}

fn event(data: &Value) -> String {
    let name = data.get("type").and_then(Value::as_str).unwrap_or_default();
    format!("event: {name}\ndata: {data}\n\n")
}

fn envelope(model: &str, number: usize, content: &Value, stop_reason: &Value) -> Value {
    json!({
        "id": format!("msg_{number}"),
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": content,
        "stop_reason": stop_reason,
        "stop_sequence": null,
        "usage": usage(),
    })
}

fn call(number: usize, tool: &str, input: &Value) -> Value {
    json!({"type": "tool_use", "id": format!("toolu_{number}"), "name": tool, "input": input})
}

fn stop_reason(turn: &Turn) -> &'static str {
    match turn {
        Turn::Say(_) => "end_turn",
        Turn::Call { .. } => "tool_use",
    }
}

fn usage() -> Value {
    json!({
        "input_tokens": 10,
        "output_tokens": 10,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
    })
}
