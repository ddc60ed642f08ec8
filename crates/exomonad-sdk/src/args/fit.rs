//! Makes a value fit a schema, or says which arguments do not and what was expected.
//!
//! It knows the part of JSON Schema that [`crate::schema`] writes for plain structs, enums and lists. What it does not
//! know it lets pass: deserialization has the last word.

use serde_json::{Map, Number, Value};

use super::problem::{Place, Problems, describe, with_article};

/// Arguments that a client adds to the calls of every tool on its own account: Gemini CLI's order of its calls.
const ADDED_BY_CLIENTS: &[&str] = &["wait_for_previous"];

/// How alike two names must be, of 1, for the one to be taken for a slip of the other.
const ALIKE: f64 = 0.85;

/// Checks `value`, and turns strings into what `schema` asks for.
pub(super) fn fit(value: &mut Value, schema: &Value, place: &Place<'_>, problems: &mut Problems) {
    let kinds = kinds(schema);
    soften(value, &kinds);
    if !kinds.is_empty() && !kinds.iter().any(|kind| is_of_kind(value, kind)) {
        problems.add(format!("{place} must be {}, not {}", with_article(&kinds), describe(value)));
        return;
    }
    match value {
        Value::Object(object) => fit_object(object, schema, place, problems),
        Value::Array(items) => fit_array(items, schema, place, problems),
        Value::Number(number) => check_range(number, schema, place, problems),
        Value::String(text) => check_text(text, schema, place, problems),
        Value::Null | Value::Bool(_) => {}
    }
}

fn fit_object(object: &mut Map<String, Value>, schema: &Value, place: &Place<'_>, problems: &mut Problems) {
    let properties = schema.get("properties").and_then(Value::as_object);
    let others = schema.get("additionalProperties").filter(|others| others.as_bool() != Some(false));
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    // Where the fields depend on a choice, deserialization knows them and we do not.
    let is_choice = ["oneOf", "anyOf", "allOf"].iter().any(|keyword| schema.get(keyword).is_some());
    let is_struct = !is_choice && properties.is_some() && others.is_none();
    let is_known = |name: &str| properties.is_some_and(|properties| properties.contains_key(name));
    object.retain(|name, value| {
        let is_left_out = value.is_null() && is_known(name) && !required.contains(&name.as_str());
        let is_added = is_struct && !is_known(name) && ADDED_BY_CLIENTS.contains(&name.as_str());
        !is_left_out && !is_added
    });
    let unknown = object.keys().filter(|name| is_struct && !is_known(name));
    for name in unknown {
        let free = properties.into_iter().flat_map(Map::keys).filter(|known| !object.contains_key(*known));
        let hint = match nearest(name, free) {
            Some(known) => format!("did you mean `{known}`?"),
            None => known_names(properties),
        };
        problems.add_with_hint(format!("unknown {}", Place::Field(place, name)), hint);
    }
    for (name, value) in object.iter_mut() {
        if let Some(schema) = properties.and_then(|properties| properties.get(name)).or(others) {
            fit(value, schema, &Place::Field(place, name), problems);
        }
    }
    for name in required.into_iter().filter(|&name| !object.contains_key(name)) {
        missing(&Place::Field(place, name), properties.and_then(|known| known.get(name)), problems);
    }
}

fn fit_array(items: &mut [Value], schema: &Value, place: &Place<'_>, problems: &mut Problems) {
    let count = items.len();
    if let Some(least) = bound(schema, "minItems").filter(|&least| count < least) {
        problems.add(format!("{place} must have {least} items or more, not {count}"));
    }
    if let Some(most) = bound(schema, "maxItems").filter(|&most| count > most) {
        problems.add(format!("{place} must have {most} items or fewer, not {count}"));
    }
    let Some(schema) = schema.get("items") else { return };
    for (index, item) in items.iter_mut().enumerate() {
        fit(item, schema, &Place::Item(place, index), problems);
    }
}

/// The argument that was probably meant. Letter case and underscores do not count.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a String>) -> Option<&'a str> {
    let squash = |name: &str| name.to_ascii_lowercase().replace(['_', '-'], "");
    let alike = |known: &str| strsim::jaro_winkler(&squash(known), &squash(name));
    known
        .map(|known| (alike(known), known.as_str()))
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, known)| known)
}

fn known_names(properties: Option<&Map<String, Value>>) -> String {
    let known: Vec<&str> = properties.into_iter().flat_map(Map::keys).map(String::as_str).collect();
    if known.is_empty() { "none is known".to_owned() } else { format!("known are: {}", known.join(", ")) }
}

fn missing(place: &Place<'_>, schema: Option<&Value>, problems: &mut Problems) {
    let message = format!("missing {place}");
    let description = schema.and_then(|schema| schema.get("description")).and_then(Value::as_str);
    let described = description.and_then(|text| text.lines().next());
    let choices = schema.map(choices).unwrap_or_default();
    let kinds = schema.map(kinds).unwrap_or_default();
    let wanted = match (choices.is_empty(), kinds.is_empty()) {
        (false, _) => Some(format!("it is one of {}", choices.join(", "))),
        (true, false) => Some(format!("it is {}", with_article(&kinds))),
        (true, true) => None,
    };
    match (wanted, described) {
        (Some(wanted), Some(described)) => problems.add_with_hint(message, format!("{wanted}: {described}")),
        (Some(hint), None) => problems.add_with_hint(message, hint),
        (None, Some(hint)) => problems.add_with_hint(message, hint.to_owned()),
        (None, None) => problems.add(message),
    }
}

fn kinds(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// Reads a string as what is wanted in its place, and `3.0` as the integer 3.
fn soften(value: &mut Value, kinds: &[&str]) {
    let wants = |kind: &str| kinds.contains(&kind);
    if let Value::String(text) = value
        && !wants("string")
        && let Ok(read) = serde_json::from_str::<Value>(text.trim())
    {
        let is_wanted = match &read {
            Value::Number(_) => wants("integer") || wants("number"),
            Value::Bool(_) => wants("boolean"),
            Value::Array(_) => wants("array"),
            Value::Object(_) => wants("object"),
            Value::Null | Value::String(_) => false,
        };
        if is_wanted {
            *value = read;
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

fn bound(schema: &Value, keyword: &str) -> Option<usize> {
    schema.get(keyword).and_then(Value::as_u64).and_then(|bound| usize::try_from(bound).ok())
}

fn check_range(number: &Number, schema: &Value, place: &Place<'_>, problems: &mut Problems) {
    let bound = |keyword: &str| schema.get(keyword).and_then(Value::as_f64);
    let Some(value) = number.as_f64() else { return };
    if let Some(minimum) = bound("minimum").filter(|&minimum| value < minimum) {
        problems.add(format!("{place} must be at least {minimum}, not {number}"));
    }
    if let Some(maximum) = bound("maximum").filter(|&maximum| value > maximum) {
        problems.add(format!("{place} must be at most {maximum}, not {number}"));
    }
}

fn check_text(text: &str, schema: &Value, place: &Place<'_>, problems: &mut Problems) {
    let choices = choices(schema);
    if !choices.is_empty() && !choices.contains(&text) {
        problems.add(format!(
            "{place} must be one of {}, not {}",
            choices.join(", "),
            describe(&text.into())
        ));
        return;
    }
    let count = text.chars().count();
    match bound(schema, "minLength") {
        Some(1) if count == 0 => problems.add(format!("{place} must not be empty")),
        Some(least) if count < least => {
            problems.add(format!("{place} must have {least} characters or more, not {count}"));
        }
        Some(_) | None => {}
    }
    if let Some(most) = bound(schema, "maxLength").filter(|&most| count > most) {
        problems.add(format!("{place} must have {most} characters or fewer, not {count}"));
    }
}

fn choices(schema: &Value) -> Vec<&str> {
    let listed = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
    listed.filter_map(Value::as_str).collect()
}
