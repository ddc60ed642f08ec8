//! One request for the model, seen alike whichever protocol it came by.

use serde_json::Value;

use super::api::Api;
use super::offered::{Offered, offered};

/// A request that an agent sent to the model.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelRequest {
    /// The protocol.
    pub api: Api,
    /// The request's path and query.
    pub target: String,
    /// The whole body.
    pub body: Value,
}

impl ModelRequest {
    /// Whether it belongs to the conversation; otherwise it is one of the agent's own side questions.
    #[must_use]
    pub fn is_conversation(&self) -> bool {
        self.answer_schema().is_none() && !self.tools().is_empty()
    }

    /// The names of the tools it offers.
    #[must_use]
    pub fn tools(&self) -> Vec<String> {
        offered(self).iter().map(Offered::name).collect()
    }

    /// The names of the arguments of a tool it offers, in the schema's order; absent when it offers no such tool.
    #[must_use]
    pub fn tool_arguments(&self, tool: &str) -> Option<Vec<String>> {
        let offered = self.offered(tool)?.declaration;
        let schema =
            ["input_schema", "parametersJsonSchema", "parameters"].iter().find_map(|key| offered.get(key));
        let properties = schema.and_then(|schema| schema.get("properties")).and_then(Value::as_object);
        Some(properties.map(|properties| properties.keys().cloned().collect()).unwrap_or_default())
    }

    /// The tool of this name, if it is offered.
    pub(super) fn offered(&self, tool: &str) -> Option<Offered<'_>> {
        offered(self).into_iter().find(|offered| offered.name() == tool)
    }

    /// How often the model has spoken so far.
    #[must_use]
    pub fn model_turns(&self) -> usize {
        let (history, is_models): (_, fn(&Value) -> bool) = match self.api {
            Api::Anthropic => ("messages", |message| has_role(message, "assistant")),
            Api::Gemini => ("contents", |message| has_role(message, "model")),
            Api::OpenAi => ("input", |item| has_role(item, "assistant") || kind_ends(item, "_call")),
        };
        items(&self.body, history).iter().filter(|message| is_models(message)).count()
    }

    /// The results of the tools called so far, in order, as text.
    #[must_use]
    pub fn tool_results(&self) -> Vec<String> {
        match self.api {
            Api::Anthropic => items(&self.body, "messages")
                .iter()
                .flat_map(|message| items(message, "content"))
                .filter(|block| block.get("type").is_some_and(|kind| kind == "tool_result"))
                .map(|block| all_text(block.get("content").unwrap_or(&Value::Null)))
                .collect(),
            Api::Gemini => items(&self.body, "contents")
                .iter()
                .flat_map(|message| items(message, "parts"))
                .filter_map(|part| part.pointer("/functionResponse/response"))
                .map(all_text)
                .collect(),
            Api::OpenAi => items(&self.body, "input")
                .iter()
                .filter(|item| kind_ends(item, "_output"))
                .filter_map(|item| item.get("output"))
                .map(all_text)
                .collect(),
        }
    }

    /// Every text the model would read, tool descriptions left out.
    #[must_use]
    pub fn text(&self) -> String {
        ["system", "systemInstruction", "instructions", "messages", "contents", "input"]
            .iter()
            .filter_map(|key| self.body.get(key))
            .map(all_text)
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// The schema that the answer has to follow, where one is demanded.
    pub(super) fn answer_schema(&self) -> Option<&Value> {
        let places: &[&str] = match self.api {
            Api::Anthropic => &["/output_config/format/schema", "/output_format/schema"],
            Api::Gemini => &["/generationConfig/responseJsonSchema", "/generationConfig/responseSchema"],
            Api::OpenAi => &["/text/format/schema"],
        };
        places.iter().find_map(|place| self.body.pointer(place))
    }

    pub(super) fn wants_stream(&self) -> bool {
        self.body.get("stream").and_then(Value::as_bool).unwrap_or(false)
    }
}

fn has_role(message: &Value, role: &str) -> bool {
    message.get("role").is_some_and(|known| known == role)
}

fn kind_ends(item: &Value, end: &str) -> bool {
    item.get("type").and_then(Value::as_str).is_some_and(|kind| kind.ends_with(end))
}

pub(super) fn items<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Every string inside, one a line, without the words of the protocol itself.
fn all_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(all_text).collect::<Vec<_>>().join("\n"),
        Value::Object(members) => members
            .iter()
            .filter(|(key, _)| !matches!(key.as_str(), "type" | "role" | "cache_control"))
            .map(|(_, member)| all_text(member))
            .collect::<Vec<_>>()
            .join("\n"),
        Value::Null | Value::Bool(_) | Value::Number(_) => String::new(),
    }
}
