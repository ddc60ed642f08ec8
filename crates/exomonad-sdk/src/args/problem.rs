//! What is wrong with arguments, where, and in which words a model is told.

use std::fmt;

use serde_json::Value;

use crate::ToolError;

/// The most problems that are told: a model mends those, and then sees the rest.
const MAX_TOLD: usize = 8;

/// Where in the arguments a value stands.
pub(super) enum Place<'a> {
    Root,
    Field(&'a Self, &'a str),
    Item(&'a Self, usize),
}

/// Everything that is wrong.
#[derive(Default)]
pub(super) struct Problems(Vec<ToolError>);

impl Problems {
    pub(super) fn add(&mut self, message: String) {
        self.0.push(ToolError::new(message));
    }

    pub(super) fn add_with_hint(&mut self, message: String, hint: String) {
        self.0.push(ToolError::new(message).with_hint(hint));
    }

    pub(super) fn none_or_error(mut self) -> Result<(), ToolError> {
        if self.0.len() < 2 {
            return self.0.pop().map_or(Ok(()), Err);
        }
        let count = self.0.len();
        let lines = self.0.into_iter().take(MAX_TOLD).map(|problem| match problem.hint {
            Some(hint) => format!("\n- {} ({hint})", problem.message),
            None => format!("\n- {}", problem.message),
        });
        let lines: String = lines.collect();
        let more = count.saturating_sub(MAX_TOLD);
        let more = if more == 0 { String::new() } else { format!("\n- and {more} more") };
        Err(ToolError::new(format!("{count} things are wrong with the arguments:{lines}{more}")))
    }
}

/// `a string or an object`.
pub(super) fn with_article(kinds: &[&str]) -> String {
    let kinds = kinds.iter().map(|kind| match *kind {
        "null" => "null".to_owned(),
        kind if kind.starts_with(['a', 'i', 'o']) => format!("an {kind}"),
        kind => format!("a {kind}"),
    });
    kinds.collect::<Vec<_>>().join(" or ")
}

/// What a value is, with the value where it is short.
pub(super) fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(bool) => format!("the boolean {bool}"),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) if text.chars().count() > 40 => "a string".to_owned(),
        Value::String(_) => format!("the string {value}"),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

impl Place<'_> {
    fn path(&self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Field(Self::Root, name) => (*name).to_owned(),
            Self::Field(parent, name) => format!("{}.{name}", parent.path()),
            Self::Item(parent, index) => format!("{}[{index}]", parent.path()),
        }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => formatter.write_str("the value with all arguments"),
            Self::Field(..) | Self::Item(..) => write!(formatter, "argument `{}`", self.path()),
        }
    }
}
