//! The smallest value that a JSON schema accepts.

use serde_json::{Map, Value, json};

pub(super) fn smallest(schema: &Value) -> Value {
    if let Some(first) = schema.pointer("/enum/0").or_else(|| schema.get("const")) {
        return first.clone();
    }
    if let Some(choice) = schema.pointer("/anyOf/0").or_else(|| schema.pointer("/oneOf/0")) {
        return smallest(choice);
    }
    let kind = schema.get("type").map_or("object", |kind| {
        kind.as_str().or_else(|| kind.pointer("/0").and_then(Value::as_str)).unwrap_or("object")
    });
    match kind.to_ascii_lowercase().as_str() {
        "string" => json!("ok"),
        "boolean" => json!(false),
        "array" => json!([]),
        "number" | "integer" => schema.get("minimum").cloned().unwrap_or_else(|| json!(0)),
        "null" => Value::Null,
        _ => object(schema),
    }
}

fn object(schema: &Value) -> Value {
    let empty = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    let required: Vec<&str> = match schema.get("required").and_then(Value::as_array) {
        Some(names) => names.iter().filter_map(Value::as_str).collect(),
        None => properties.keys().map(String::as_str).collect(),
    };
    let member = |name: &str| smallest(properties.get(name).unwrap_or(&Value::Null));
    Value::Object(required.into_iter().map(|name| (name.to_owned(), member(name))).collect())
}
