//! The tools that a request offers to the model.

use serde_json::Value;

use super::api::Api;
use super::request::{ModelRequest, items};

/// A tool, and how the model calls it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Offered<'a> {
    /// Its name in its group, or its only one.
    pub(super) own_name: &'a str,
    pub(super) form: Form<'a>,
    pub(super) declaration: &'a Value,
}

/// What a call looks like. Only the OpenAI Responses protocol has several.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Form<'a> {
    /// A JSON object of arguments, for a tool that may belong to a group.
    Function { namespace: Option<&'a str> },
    /// Plain text.
    Text,
    /// The agent's own search for tools that it did not offer at once.
    Search,
}

impl Offered<'_> {
    /// The name by which a script calls it.
    pub(super) fn name(&self) -> String {
        match self.form {
            Form::Function { namespace: Some(group) } => format!("{group}__{}", self.own_name),
            Form::Function { namespace: None } | Form::Text | Form::Search => self.own_name.to_owned(),
        }
    }
}

/// Every tool of the request, and those that a search found.
pub(super) fn offered(request: &ModelRequest) -> Vec<Offered<'_>> {
    let tools = items(&request.body, "tools");
    match request.api {
        Api::Anthropic => tools.iter().filter_map(|tool| function(tool, None)).collect(),
        Api::Gemini => tools
            .iter()
            .flat_map(|group| items(group, "functionDeclarations"))
            .filter_map(|tool| function(tool, None))
            .collect(),
        Api::OpenAi => {
            let found =
                items(&request.body, "input").iter().filter(|item| is_kind(item, "tool_search_output"));
            tools
                .iter()
                .chain(found.flat_map(|item| items(item, "tools")))
                .flat_map(responses_tools)
                .collect()
        }
    }
}

/// One entry of the Responses protocol: a tool, or a group of them.
fn responses_tools(entry: &Value) -> Vec<Offered<'_>> {
    if is_kind(entry, "namespace") {
        return items(entry, "tools").iter().filter_map(|tool| function(tool, text(entry, "name"))).collect();
    }
    let form = match text(entry, "type") {
        Some("custom") => Form::Text,
        Some("tool_search") => Form::Search,
        _ => Form::Function { namespace: None },
    };
    // What the provider itself would run has a type and no name.
    let own_name = text(entry, "name").or_else(|| text(entry, "type"));
    own_name.map(|own_name| Offered { own_name, form, declaration: entry }).into_iter().collect()
}

fn function<'a>(tool: &'a Value, namespace: Option<&'a str>) -> Option<Offered<'a>> {
    Some(Offered { own_name: text(tool, "name")?, form: Form::Function { namespace }, declaration: tool })
}

fn is_kind(value: &Value, kind: &str) -> bool {
    text(value, "type") == Some(kind)
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str)
}
