//! Makes a value fit a schema, or says which argument does not and what was expected.
//!
//! It knows the part of JSON Schema that schemars writes for plain structs, enums and lists. What it does not know it
//! lets pass: deserialization has the last word.

use std::fmt;

use serde_json::{Map, Number, Value};

use crate::ToolError;

/// Where in the arguments a value stands.
pub(super) enum Place<'a> {
    Root,
    Field(&'a Self, &'a str),
    Item(&'a Self, usize),
}

/// Checks `value`, and turns strings into the numbers and booleans that `schema` asks for.
pub(super) fn fit(value: &mut Value, schema: &Value, place: &Place<'_>) -> Result<(), ToolError> {
    let schema = required_branch(schema);
    let kinds = kinds(schema);
    soften(value, &kinds);
    if !kinds.is_empty() && !kinds.iter().any(|kind| is_of_kind(value, kind)) {
        let message = format!("{place} must be {}, not {}", with_article(&kinds), describe(value));
        return Err(ToolError::new(message));
    }
    match value {
        Value::Object(object) => fit_object(object, schema, place),
        Value::Array(items) => match schema.get("items") {
            Some(schema) => {
                let mut items = items.iter_mut().enumerate();
                items.try_for_each(|(index, item)| fit(item, schema, &Place::Item(place, index)))
            }
            None => Ok(()),
        },
        Value::Number(number) => require_in_range(number, schema, place),
        Value::String(text) => require_choice(text, schema, place),
        Value::Null | Value::Bool(_) => Ok(()),
    }
}

fn fit_object(object: &mut Map<String, Value>, schema: &Value, place: &Place<'_>) -> Result<(), ToolError> {
    let properties = schema.get("properties").and_then(Value::as_object);
    let others = schema.get("additionalProperties").filter(|others| others.as_bool() != Some(false));
    // Where the fields depend on a choice, deserialization knows them and we do not.
    let is_choice = ["oneOf", "anyOf", "allOf"].iter().any(|keyword| schema.get(keyword).is_some());
    let is_struct = !is_choice && (properties.is_some() || matches!(place, Place::Root));
    for (name, value) in object.iter_mut() {
        let place = Place::Field(place, name);
        match (properties.and_then(|properties| properties.get(name)).or(others), is_struct) {
            (Some(schema), _) => fit(value, schema, &place)?,
            (None, true) => return Err(unknown(&place, properties)),
            (None, false) => {}
        }
    }
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    match required.filter_map(Value::as_str).find(|&name| !object.contains_key(name)) {
        Some(name) => Err(missing(&Place::Field(place, name), properties.and_then(|known| known.get(name)))),
        None => Ok(()),
    }
}

fn unknown(place: &Place<'_>, properties: Option<&Map<String, Value>>) -> ToolError {
    let known: Vec<&str> = properties.into_iter().flat_map(Map::keys).map(String::as_str).collect();
    let hint = if known.is_empty() {
        "none is known".to_owned()
    } else {
        format!("known are: {}", known.join(", "))
    };
    ToolError::new(format!("unknown {place}")).with_hint(hint)
}

fn missing(place: &Place<'_>, schema: Option<&Value>) -> ToolError {
    let error = ToolError::new(format!("missing {place}"));
    let Some(schema) = schema else { return error };
    let kinds = kinds(required_branch(schema));
    let description = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    match (kinds.is_empty(), description) {
        (true, "") => error,
        (true, description) => error.with_hint(description),
        (false, "") => error.with_hint(format!("it is {}", with_article(&kinds))),
        (false, description) => error.with_hint(format!("it is {}: {description}", with_article(&kinds))),
    }
}

/// The one branch of an `anyOf` that is not `null`: how an optional struct is written.
fn required_branch(schema: &Value) -> &Value {
    let branches = schema.get("anyOf").and_then(Value::as_array).map(Vec::as_slice);
    match branches {
        Some([branch, null] | [null, branch]) if kinds(null) == ["null"] => branch,
        _ => schema,
    }
}

fn kinds(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// Reads a string as the number or boolean that is wanted, and `3.0` as the integer 3.
fn soften(value: &mut Value, kinds: &[&str]) {
    let wants = |kind: &str| kinds.contains(&kind);
    if let Value::String(text) = value
        && !wants("string")
    {
        let read: Option<Value> = serde_json::from_str(text.trim()).ok();
        match read {
            Some(read @ Value::Number(_)) if wants("integer") || wants("number") => *value = read,
            Some(read @ Value::Bool(_)) if wants("boolean") => *value = read,
            _ => {}
        }
    }
    if let Some(whole) = value.as_f64().filter(|number| number.fract() == 0.0)
        && wants("integer")
        && value.is_f64()
        && let Ok(whole) = format!("{whole:.0}").parse::<i64>()
    {
        *value = whole.into();
    }
}

fn is_of_kind(value: &Value, kind: &str) -> bool {
    match value {
        Value::Null => kind == "null",
        Value::Bool(_) => kind == "boolean",
        Value::Number(number) => kind == "number" || (kind == "integer" && !number.is_f64()),
        Value::String(_) => kind == "string",
        Value::Array(_) => kind == "array",
        Value::Object(_) => kind == "object",
    }
}

fn require_in_range(number: &Number, schema: &Value, place: &Place<'_>) -> Result<(), ToolError> {
    let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
    let Some(value) = number.as_f64() else { return Ok(()) };
    if let Some(minimum) = bound("minimum").filter(|&minimum| value < minimum) {
        return Err(ToolError::new(format!("{place} must be at least {minimum}, not {number}")));
    }
    if let Some(maximum) = bound("maximum").filter(|&maximum| value > maximum) {
        return Err(ToolError::new(format!("{place} must be at most {maximum}, not {number}")));
    }
    Ok(())
}

/// A string that must be one of a list, which is written as `enum`, or as `oneOf` where each has a description.
fn require_choice(text: &str, schema: &Value, place: &Place<'_>) -> Result<(), ToolError> {
    let listed = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
    let described = schema.get("oneOf").and_then(Value::as_array).into_iter().flatten();
    let mut choices: Vec<&Value> = listed.collect();
    for branch in described {
        match (branch.get("const"), branch.get("enum").and_then(Value::as_array)) {
            (Some(choice), _) => choices.push(choice),
            (None, Some(several)) => choices.extend(several),
            (None, None) => return Ok(()),
        }
    }
    let choices: Vec<&str> = choices.into_iter().filter_map(Value::as_str).collect();
    if choices.is_empty() || choices.contains(&text) {
        return Ok(());
    }
    Err(ToolError::new(format!("{place} must be one of {}, not `{text}`", choices.join(", "))))
}

fn with_article(kinds: &[&str]) -> String {
    let kinds = kinds.iter().map(|kind| match *kind {
        "null" => "null".to_owned(),
        kind if kind.starts_with(['a', 'i', 'o']) => format!("an {kind}"),
        kind => format!("a {kind}"),
    });
    kinds.collect::<Vec<_>>().join(" or ")
}

fn describe(value: &Value) -> String {
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
