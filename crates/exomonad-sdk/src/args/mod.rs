//! A tool's arguments, and how lenient we are with what a model sends.

mod fit;
mod problem;

use problem::{Place, Problems};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{ToolError, schema};

/// Reads arguments.
///
/// Values that arrive as strings are accepted where the schema wants a number, a boolean, an array or an object, and
/// `null` is the same as nothing for what may be left out. All else that does not fit is an error that names every
/// argument that is wrong: a model mends them in one go.
pub(crate) fn parse<T: DeserializeOwned + JsonSchema>(arguments: &str) -> Result<T, ToolError> {
    let text = if matches!(arguments.trim(), "" | "null") { "{}" } else { arguments };
    let mut value: Value = serde_json::from_str(text)
        .map_err(|err| ToolError::new(format!("the arguments are not JSON: {err}")))?;
    let mut problems = Problems::default();
    fit::fit(&mut value, &schema::input::<T>(), &Place::Root, &mut problems);
    problems.none_or_error()?;
    serde_json::from_value(value).map_err(|err| ToolError::new(format!("wrong arguments: {err}")))
}

#[cfg(test)]
mod tests;
