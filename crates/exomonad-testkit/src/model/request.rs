//! One request for the model, seen alike whichever protocol it came by.

use serde_json::Value;

use super::api::Api;

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
        self.offered().into_iter().filter_map(name_of).map(str::to_owned).collect()
    }

    /// The names of the arguments of a tool it offers, in the schema's order; absent when it offers no such tool.
    #[must_use]
    pub fn tool_arguments(&self, tool: &str) -> Option<Vec<String>> {
        let offered = self.offered().into_iter().find(|offered| name_of(offered) == Some(tool))?;
        let schema =
            ["input_schema", "parametersJsonSchema", "parameters"].iter().find_map(|key| offered.get(key));
        let properties = schema.and_then(|schema| schema.get("properties")).and_then(Value::as_object);
        Some(properties.map(|properties| properties.keys().cloned().collect()).unwrap_or_default())
    }

    fn offered(&self) -> Vec<&Value> {
        let tools = items(&self.body, "tools");
        match self.api {
            Api::Anthropic => tools.iter().collect(),
            Api::Gemini => tools.iter().flat_map(|group| items(group, "functionDeclarations")).collect(),
        }
    }

    /// How often the model has spoken so far.
    #[must_use]
    pub fn model_turns(&self) -> usize {
        let (history, role) = match self.api {
            Api::Anthropic => ("messages", "assistant"),
            Api::Gemini => ("contents", "model"),
        };
        items(&self.body, history)
            .iter()
            .filter(|message| message.get("role").is_some_and(|r| r == role))
            .count()
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
        }
    }

    /// Every text the model would read, tool descriptions left out.
    #[must_use]
    pub fn text(&self) -> String {
        ["system", "systemInstruction", "messages", "contents"]
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
        };
        places.iter().find_map(|place| self.body.pointer(place))
    }

    pub(super) fn wants_stream(&self) -> bool {
        self.body.get("stream").and_then(Value::as_bool).unwrap_or(false)
    }
}

fn name_of(tool: &Value) -> Option<&str> {
    tool.get("name").and_then(Value::as_str)
}

fn items<'a>(value: &'a Value, key: &str) -> &'a [Value] {
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
