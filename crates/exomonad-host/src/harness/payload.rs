//! A hook's payload as JSON, read field by field with errors that name the field.

use serde::de::IgnoredAny;
use serde_json::{Map, Value};

/// The most bytes a payload may have.
pub const MAX_PAYLOAD_BYTES: usize = 16 * 1024 * 1024;

/// Why a payload cannot be understood.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// More than [`MAX_PAYLOAD_BYTES`].
    #[error("hook payload is larger than {MAX_PAYLOAD_BYTES} bytes")]
    TooLarge,
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

/// The payload's fields, each as the JSON text that was sent. A field is parsed when it is read, so a tool's result of
/// some megabytes is checked and copied, and never built up.
#[derive(Debug)]
pub(super) struct Payload<'a> {
    fields: Vec<(String, &'a str)>,
}

impl<'a> Payload<'a> {
    /// Splits the text, and checks that all of it is JSON.
    pub(super) fn parse(text: &'a str) -> Result<Self, DecodeError> {
        match text.chars().next() {
            Some('{') => {}
            Some(_) | None => return Err(not_an_object(text)),
        }
        // Reading the whole text once more says where it is wrong.
        split(text)
            .map(|fields| Self { fields })
            .map_err(|err| not_json(serde_json::from_str::<Value>(text).err().unwrap_or(err)))
    }

    /// The text of a field; null is absent. Of a key that was sent twice the last one counts.
    pub(super) fn text_of(&self, field: &str) -> Option<&'a str> {
        let (_, text) = self.fields.iter().rev().find(|(key, _)| key == field)?;
        Some(*text).filter(|text| *text != "null")
    }

    fn value(&self, field: &str) -> Result<Option<Value>, DecodeError> {
        self.text_of(field).map(|text| serde_json::from_str(text).map_err(not_json)).transpose()
    }

    /// A text.
    pub(super) fn text(&self, field: &'static str) -> Result<Option<String>, DecodeError> {
        match self.value(field)? {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(wrong_type(field, "a string", &other)),
        }
    }

    /// A text that has to be there.
    pub(super) fn require_text(&self, field: &'static str) -> Result<String, DecodeError> {
        self.text(field)?.ok_or(DecodeError::MissingField { field })
    }

    /// A text or a number as text; absent is empty.
    pub(super) fn words(&self, field: &str) -> Result<String, DecodeError> {
        Ok(match self.value(field)? {
            None => String::new(),
            Some(Value::String(text)) => text,
            Some(other) => other.to_string(),
        })
    }

    /// A yes or no; absent is no.
    pub(super) fn flag(&self, field: &'static str) -> Result<bool, DecodeError> {
        match self.value(field)? {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(other) => Err(wrong_type(field, "true or false", &other)),
        }
    }

    /// An object.
    pub(super) fn object(&self, field: &'static str) -> Result<Option<Map<String, Value>>, DecodeError> {
        match self.value(field)? {
            None => Ok(None),
            Some(Value::Object(object)) => Ok(Some(object)),
            Some(other) => Err(wrong_type(field, "an object", &other)),
        }
    }
}

/// The keys and values of the object that is the whole text.
fn split(text: &str) -> Result<Vec<(String, &str)>, serde_json::Error> {
    let mut fields = Vec::new();
    let mut rest = Rest { text };
    rest.expect('{')?;
    if rest.accept('}') {
        return rest.end(fields);
    }
    loop {
        let (_, key) = rest.next::<String>()?;
        rest.expect(':')?;
        let (value, IgnoredAny) = rest.next()?;
        fields.push((key, value));
        if !rest.accept(',') {
            rest.expect('}')?;
            return rest.end(fields);
        }
    }
}

/// What of the text has not been read yet.
struct Rest<'a> {
    text: &'a str,
}

impl<'a> Rest<'a> {
    /// Reads one value, and gives its text beside it.
    fn next<T: serde::de::DeserializeOwned>(&mut self) -> Result<(&'a str, T), serde_json::Error> {
        let mut stream = serde_json::Deserializer::from_str(self.text).into_iter::<T>();
        let value = stream.next().unwrap_or_else(|| Err(malformed("a value")))?;
        let (read, rest) =
            self.text.split_at_checked(stream.byte_offset()).ok_or_else(|| malformed("a value"))?;
        self.text = rest;
        Ok((read.trim_ascii(), value))
    }

    fn accept(&mut self, character: char) -> bool {
        match self.text.trim_ascii_start().strip_prefix(character) {
            Some(rest) => {
                self.text = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, character: char) -> Result<(), serde_json::Error> {
        if self.accept(character) { Ok(()) } else { Err(malformed("a separator")) }
    }

    fn end<T>(&self, value: T) -> Result<T, serde_json::Error> {
        if self.text.trim_ascii().is_empty() { Ok(value) } else { Err(malformed("the end")) }
    }
}

fn malformed(expected: &str) -> serde_json::Error {
    serde::de::Error::custom(format_args!("expected {expected}"))
}

fn not_json(source: serde_json::Error) -> DecodeError {
    DecodeError::NotJson { line: source.line(), column: source.column(), source }
}

fn not_an_object(text: &str) -> DecodeError {
    match serde_json::from_str::<Value>(text) {
        Ok(value) => DecodeError::NotObject { found: type_name(&value) },
        Err(err) => not_json(err),
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
