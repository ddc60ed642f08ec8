//! The Gemini generateContent protocol's answers.

use serde_json::{Value, json};

use super::script::Turn;

/// A whole response.
pub(super) fn response(model: &str, number: usize, turn: &Turn) -> Value {
    let part = match turn {
        Turn::Say(text) => json!({"text": text}),
        Turn::Call { tool, input } => {
            json!({"functionCall": {"id": format!("call_{number}"), "name": tool, "args": input}})
        }
    };
    json!({
        "candidates": [{"index": 0, "content": {"role": "model", "parts": [part]}, "finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 10, "candidatesTokenCount": 10, "totalTokenCount": 20},
        "modelVersion": model,
        "responseId": format!("response-{number}"),
    })
}

/// The same response as one server-sent event.
pub(super) fn stream(model: &str, number: usize, turn: &Turn) -> String {
    format!("data: {}\n\n", response(model, number, turn))
}

/// The model's name in a request's target, such as `/v1beta/models/<name>:generateContent`.
pub(super) fn model_name(target: &str) -> &str {
    let after = target.split_once("/models/").map_or("", |(_, after)| after);
    after.split(':').next().unwrap_or_default()
}
