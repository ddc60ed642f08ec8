//! A tool's arguments: their schema, and how lenient we are with what a model sends.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::ToolError;

/// JSON Schema 2020-12 of a type, with nested types in place: some clients do not follow `$ref`.
pub(crate) fn schema<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    if let Some(object) = schema.as_object_mut() {
        object.remove("title");
        object.entry("type").or_insert_with(|| "object".into());
    }
    schema
}

/// Reads arguments. Numbers and booleans that arrive as strings are accepted; an unknown argument is an error.
pub(crate) fn parse<T: DeserializeOwned + JsonSchema>(arguments: &str) -> Result<T, ToolError> {
    let schema = schema::<T>();
    let text = if arguments.trim().is_empty() { "{}" } else { arguments };
    let mut value: Value = serde_json::from_str(text)
        .map_err(|err| ToolError::new(format!("the arguments are not JSON: {err}")))?;
    let Some(object) = value.as_object_mut() else {
        return Err(ToolError::new("the arguments are not a JSON object"));
    };
    refuse_unknown(object, &schema)?;
    soften(&mut value, &schema);
    serde_json::from_value(value).map_err(|err| ToolError::new(format!("wrong arguments: {err}")))
}

fn refuse_unknown(object: &Map<String, Value>, schema: &Value) -> Result<(), ToolError> {
    let known: Vec<&str> = schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(Map::keys)
        .map(String::as_str)
        .collect();
    let Some(unknown) = object.keys().find(|key| !known.contains(&key.as_str())) else { return Ok(()) };
    let hint =
        if known.is_empty() { "it takes none".to_owned() } else { format!("it takes {}", known.join(", ")) };
    Err(ToolError::new(format!("unknown argument `{unknown}`")).with_hint(hint))
}

/// Turns a string into the number or boolean that the schema asks for, where it reads as one.
fn soften(value: &mut Value, schema: &Value) {
    match value {
        Value::Object(object) => {
            for (key, child) in object {
                if let Some(schema) = schema.get("properties").and_then(|properties| properties.get(key)) {
                    soften(child, schema);
                }
            }
        }
        Value::Array(items) => {
            if let Some(schema) = schema.get("items") {
                items.iter_mut().for_each(|item| soften(item, schema));
            }
        }
        Value::String(text) => {
            let wants = |name: &str| match schema.get("type") {
                Some(Value::String(kind)) => kind == name,
                Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == name),
                _ => false,
            };
            if wants("string") {
                return;
            }
            let read: Option<Value> = serde_json::from_str(text.trim()).ok();
            match read {
                Some(read @ Value::Number(_)) if wants("integer") || wants("number") => *value = read,
                Some(read @ Value::Bool(_)) if wants("boolean") => *value = read,
                _ => {}
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
