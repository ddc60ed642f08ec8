//! A hook's payload as JSON, read field by field with errors that name the field.

use serde_json::{Map, Value};

/// The most bytes a payload may have.
pub const MAX_PAYLOAD_BYTES: usize = 16 * 1024 * 1024;

/// Why a payload cannot be understood.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// More than [`MAX_PAYLOAD_BYTES`].
    #[error("hook payload is too large: {bytes} bytes, the limit is {MAX_PAYLOAD_BYTES}")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// Not UTF-8.
    #[error("hook payload is not UTF-8")]
    NotUtf8(#[source] std::str::Utf8Error),
    /// Not JSON, or nested too deeply.
    #[error("hook payload is not JSON at line {line} column {column}")]
    NotJson {
        /// Where reading failed, from 1.
        line: usize,
        /// Where reading failed, from 1.
        column: usize,
        /// What is wrong there.
        #[source]
        source: serde_json::Error,
    },
    /// JSON, but not an object.
    #[error("hook payload is {found} where an object is expected")]
    NotObject {
        /// What it is.
        found: &'static str,
    },
    /// Something the event cannot be decided without.
    #[error("hook payload has no `{field}`")]
    MissingField {
        /// The key.
        field: &'static str,
    },
    /// A known field with a value of another type.
    #[error("hook payload has {found} in `{field}` where {expected} is expected")]
    WrongType {
        /// The key.
        field: &'static str,
        /// What it should be.
        expected: &'static str,
        /// What it is.
        found: &'static str,
    },
}

/// The payload's fields that have not been taken yet.
#[derive(Debug)]
pub(super) struct Payload {
    fields: Map<String, Value>,
}

impl Payload {
    /// Parses the text. Depth is limited by serde_json.
    pub(super) fn parse(text: &str) -> Result<Self, DecodeError> {
        let value = serde_json::from_str(text).map_err(|source| DecodeError::NotJson {
            line: source.line(),
            column: source.column(),
            source,
        })?;
        match value {
            Value::Object(fields) => Ok(Self { fields }),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                Err(DecodeError::NotObject { found: type_name(&value) })
            }
        }
    }

    /// Takes a field; null is absent.
    fn take(&mut self, field: &str) -> Option<Value> {
        self.fields.swap_remove(field).filter(|value| !value.is_null())
    }

    /// Takes a text.
    pub(super) fn text(&mut self, field: &'static str) -> Result<Option<String>, DecodeError> {
        match self.take(field) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(wrong_type(field, "a string", &other)),
        }
    }

    /// Takes a text that has to be there.
    pub(super) fn require_text(&mut self, field: &'static str) -> Result<String, DecodeError> {
        self.text(field)?.ok_or(DecodeError::MissingField { field })
    }

    /// Takes a yes or no; absent is no.
    pub(super) fn flag(&mut self, field: &'static str) -> Result<bool, DecodeError> {
        match self.take(field) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(other) => Err(wrong_type(field, "true or false", &other)),
        }
    }

    /// Takes an object.
    pub(super) fn object(&mut self, field: &'static str) -> Result<Option<Map<String, Value>>, DecodeError> {
        match self.take(field) {
            None => Ok(None),
            Some(Value::Object(object)) => Ok(Some(object)),
            Some(other) => Err(wrong_type(field, "an object", &other)),
        }
    }

    /// Takes a text or a number as text; absent is empty.
    pub(super) fn words(&mut self, field: &str) -> String {
        match self.take(field) {
            None => String::new(),
            Some(Value::String(text)) => text,
            Some(other) => other.to_string(),
        }
    }

    /// Takes whatever is there.
    pub(super) fn value(&mut self, field: &'static str) -> Option<Value> {
        self.take(field)
    }
}

fn wrong_type(field: &'static str, expected: &'static str, found: &Value) -> DecodeError {
    DecodeError::WrongType { field, expected, found: type_name(found) }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
