//! A question as an MCP client shows it to the person it serves, and what the client makes of the answer.
//!
//! Elicitation, since 2025-06-18: a form of one page, flat, of texts, numbers, choices and boxes. Until 2025-11-25 the server
//! asks the client by a request of its own; from 2026-07-28 on a call returns the question, and the client calls again with the
//! answer.

use std::collections::BTreeMap;

use rmcp::RoleServer;
use rmcp::model::{
    ElicitRequest, ElicitRequestParams, ElicitResult, ElicitationAction, ElicitationSchema, InputRequest,
    InputRequiredResult, InputResponses, ServerRequest,
};
use rmcp::service::RequestContext;
use serde_json::{Map, Value, json};

use crate::clock::Clock;
use crate::store::Store;
use crate::ui::{Choice, Field, Form, Given, Kind, ReplyError, Values, reply};

/// What the question is called in a result that asks it, and in the call that answers it.
const KEY: &str = "form";

/// Says in the record of a request how its answer came.
const BY: &str = "client";

/// A question for the client's person.
#[derive(Debug)]
pub(super) struct Question {
    /// The request it belongs to.
    pub(super) request: String,
    form: Form,
    /// Why the answer before was none.
    problem: Option<String>,
}

impl Question {
    pub(super) fn new(request: &str, form: &Form) -> Self {
        Self { request: request.to_owned(), form: form.clone(), problem: None }
    }

    /// The same once more, with what was wrong with the answer.
    pub(super) fn again(self, problem: String) -> Self {
        Self { problem: Some(problem), ..self }
    }

    /// The request of a server to its client.
    pub(super) fn server_request(&self) -> Option<ServerRequest> {
        Some(ServerRequest::ElicitRequest(ElicitRequest::new(self.params()?)))
    }

    /// The result of a call that goes on when it is made again with the answer.
    pub(super) fn result(&self, state: String) -> Option<InputRequiredResult> {
        let request = InputRequest::Elicitation(ElicitRequest::new(self.params()?));
        Some(InputRequiredResult::new(Some(BTreeMap::from([(KEY.to_owned(), request)])), Some(state)))
    }

    /// Nothing for a form that a client cannot show: one of several pages, or whose fields depend on one another.
    fn params(&self) -> Option<ElicitRequestParams> {
        let [page] = self.form.panes.as_slice() else { return None };
        let mut properties = Map::new();
        let mut required = Vec::new();
        add(&page.fields, "", &mut properties, &mut required)?;
        let schema = json!({ "type": "object", "properties": properties, "required": required });
        let schema: ElicitationSchema = match serde_json::from_value(schema) {
            Ok(schema) => schema,
            Err(err) => {
                tracing::warn!(%err, "a form cannot be said in MCP's words");
                return None;
            }
        };
        let problem = self.problem.as_ref().map(|problem| format!("Not taken: {problem}."));
        let said = [
            problem.as_ref(),
            Some(&self.form.title),
            self.form.message.as_ref(),
            page.title.as_ref(),
            page.message.as_ref(),
        ];
        let message = said.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join("\n\n");
        Some(ElicitRequestParams::FormElicitationParams { meta: None, message, requested_schema: schema })
    }
}

/// Adds the fields to a schema's properties; those of a group with its name before theirs.
fn add(
    fields: &[Field],
    group: &str,
    properties: &mut Map<String, Value>,
    required: &mut Vec<String>,
) -> Option<()> {
    for field in fields {
        if field.visible_when.is_some() {
            return None;
        }
        let title = format!("{group}{}", field.label);
        let mut property = match &field.kind {
            Kind::Group(inner) => {
                add(inner, &format!("{title}: "), properties, required)?;
                continue;
            }
            Kind::Text(rules) | Kind::Textbox(rules) => {
                json!({ "type": "string", "maxLength": rules.max, "default": rules.default })
            }
            Kind::Choice { options, default } => {
                let mut property = json!({ "type": "string", "oneOf": named(options) });
                if let (Some(default), Some(property)) = (default, property.as_object_mut()) {
                    property.insert("default".to_owned(), default.as_str().into());
                }
                property
            }
            Kind::Multiselect { options, min, max, default } => json!({
                "type": "array", "minItems": min, "maxItems": max, "default": default,
                "items": { "anyOf": named(options) },
            }),
            Kind::Checkbox { default } => json!({ "type": "boolean", "default": default }),
            Kind::Slider(range) => json!({
                "type": "number", "minimum": range.min, "maximum": range.max, "default": range.default,
            }),
        };
        let step = match &field.kind {
            Kind::Slider(range) => Some(format!("In steps of {}.", range.step)),
            Kind::Text(_)
            | Kind::Textbox(_)
            | Kind::Choice { .. }
            | Kind::Multiselect { .. }
            | Kind::Checkbox { .. }
            | Kind::Group(_) => None,
        };
        let help: Vec<_> = field.help.iter().chain(&step).map(String::as_str).collect();
        if let Some(property) = property.as_object_mut() {
            property.insert("title".to_owned(), title.into());
            if !help.is_empty() {
                property.insert("description".to_owned(), help.join(" ").into());
            }
        }
        if field.required {
            required.push(field.id.clone());
        }
        properties.insert(field.id.clone(), property);
    }
    Some(())
}

fn named(options: &[Choice]) -> Vec<Value> {
    options.iter().map(|option| json!({ "const": option.value, "title": option.label })).collect()
}

/// Whether the client of a request shows forms. Before 2025-11-25 there was nothing else that a client could show.
pub(super) fn is_offered(cx: &RequestContext<RoleServer>) -> bool {
    let offered = cx.client_capabilities().and_then(|capabilities| capabilities.elicitation);
    offered.is_some_and(|offered| offered.form.is_some() || offered.url.is_none())
}

/// The client's result for our question among those of a call.
pub(super) fn response(responses: Option<InputResponses>) -> Option<ElicitResult> {
    let result = responses?.remove(KEY)?;
    serde_json::from_value(result)
        .map_err(|err| tracing::warn!(%err, "the client's answer cannot be read"))
        .ok()
}

/// Gives the answer to whoever waits for it. A dialog that was closed without one is no answer: the question stays open.
/// Returns what is wrong with the answer.
pub(super) fn give(store: &Store, clock: Clock, request: &str, result: ElicitResult) -> Option<String> {
    let values;
    let given = match (result.action, result.content) {
        (ElicitationAction::Accept, Some(Value::Object(content))) => {
            values = Values::from_iter(content);
            Given::Values(&values)
        }
        (ElicitationAction::Accept, _) => {
            values = Values::new();
            Given::Values(&values)
        }
        (ElicitationAction::Decline, _) => Given::Declined,
        _ => return None,
    };
    match reply(store, request, given, BY, clock.now_ms()) {
        Ok(()) | Err(ReplyError::Ended { .. } | ReplyError::NoRequest { .. }) => None,
        Err(ReplyError::Answer(problem)) => Some(problem.to_string()),
        Err(err @ (ReplyError::Form { .. } | ReplyError::Store(_))) => {
            tracing::warn!("an answer was not kept: {}", crate::explain(&err));
            None
        }
    }
}
