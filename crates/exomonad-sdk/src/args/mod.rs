//! A tool's arguments: their schema, and how lenient we are with what a model sends.

mod fit;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use serde_json::Value;

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
    let text = if arguments.trim().is_empty() { "{}" } else { arguments };
    let mut value: Value = serde_json::from_str(text)
        .map_err(|err| ToolError::new(format!("the arguments are not JSON: {err}")))?;
    fit::fit(&mut value, &schema::<T>(), &fit::Place::Root)?;
    serde_json::from_value(value).map_err(|err| ToolError::new(format!("wrong arguments: {err}")))
}

#[cfg(test)]
mod tests;
