//! What a request is answered with.

use serde_json::{Value, json};

/// An answer, before it is written.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Answer {
    /// JSON, with a status.
    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            content_type: "application/json; charset=utf-8",
            headers: Vec::new(),
            body: body.to_string(),
        }
    }

    /// JSON.
    pub(super) fn ok(body: &Value) -> Self {
        Self::json(200, body)
    }

    /// Nothing but a status.
    pub(super) fn empty(status: u16) -> Self {
        Self::text(status, String::new())
    }

    /// A text.
    pub(super) fn text(status: u16, body: String) -> Self {
        Self { status, content_type: "text/plain; charset=utf-8", headers: Vec::new(), body }
    }

    /// A refusal in GitHub's shape.
    pub(super) fn refusal(status: u16, message: &str) -> Self {
        Self::json(status, &refusal(status, message))
    }

    /// What GitHub says when there is no such thing, and when the token may not see it.
    pub(super) fn not_found() -> Self {
        Self::refusal(404, "Not Found")
    }

    /// A field that has no sensible value.
    pub(super) fn invalid(resource: &str, field: &str, code: &str) -> Self {
        Self::unprocessable(
            "Validation Failed",
            &json!([{"resource": resource, "field": field, "code": code}]),
        )
    }

    /// A refusal with a sentence of its own.
    pub(super) fn invalid_because(resource: &str, message: &str) -> Self {
        Self::unprocessable(
            "Validation Failed",
            &json!([{"resource": resource, "code": "custom", "message": message}]),
        )
    }

    /// A refusal whose reasons are bare sentences.
    pub(super) fn unprocessable(message: &str, errors: &Value) -> Self {
        let mut body = refusal(422, message);
        if let Some(body) = body.as_object_mut() {
            body.insert("errors".to_owned(), errors.clone());
        }
        Self::json(422, &body)
    }

    /// The same, with a further header.
    pub(super) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }
}

fn refusal(status: u16, message: &str) -> Value {
    json!({
        "message": message,
        "documentation_url": "https://docs.github.com/rest",
        "status": status.to_string(),
    })
}
