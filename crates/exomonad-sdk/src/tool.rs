//! An MCP tool, and the entry it has in a role's table.

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Content, Context, Host, ToolError, ToolHints, ToolInfo, ToolOutput, args, schema};

/// A tool that agents call over MCP.
pub trait Tool {
    /// The arguments: a struct. The JSON Schema comes from it: its fields, their doc comments, their types and defaults.
    type Args: DeserializeOwned + JsonSchema;
    /// The structured result: a struct. A type that is no JSON object, such as `()`, leaves only the content.
    ///
    /// Some clients show a model only this, others only [`Tool::content`]: each must say all that matters.
    type Output: Serialize + JsonSchema;

    /// The name, in `snake_case`.
    const NAME: &'static str;
    /// A short name for people.
    const TITLE: &'static str;
    /// What it does and when to use it, for the model.
    const DESCRIPTION: &'static str;
    /// What it does to the world.
    const HINTS: ToolHints;

    /// Does it.
    ///
    /// # Errors
    /// Whatever the model should read: what failed, and the next step.
    fn call(host: &mut dyn Host, cx: &Context, args: Self::Args) -> Result<Self::Output, ToolError>;

    /// The result for a reader; JSON unless written.
    fn text(output: &Self::Output) -> String {
        serde_json::to_string_pretty(output).unwrap_or_default()
    }

    /// What a model gets to see: [`Tool::text`] unless written.
    fn content(output: &Self::Output) -> Vec<Content> {
        vec![Content::Text(Self::text(output))]
    }

    /// The schema that clients see; that of [`Tool::Args`] unless written.
    #[must_use]
    fn input_schema() -> Value {
        schema::input::<Self::Args>()
    }
}

/// A tool in a role's table: [`Tool`] with its types hidden.
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    info: fn() -> ToolInfo,
    call: fn(&mut dyn Host, &Context, &str) -> Result<ToolOutput, ToolError>,
}

impl Entry {
    pub(crate) fn of<T: Tool>() -> Self {
        Self { name: T::NAME, info: info::<T>, call: call::<T> }
    }

    pub(crate) fn info(&self) -> ToolInfo {
        (self.info)()
    }

    pub(crate) fn call(
        &self,
        host: &mut dyn Host,
        cx: &Context,
        arguments: &str,
    ) -> Result<ToolOutput, ToolError> {
        (self.call)(host, cx, arguments)
    }
}

fn info<T: Tool>() -> ToolInfo {
    ToolInfo {
        name: T::NAME.to_owned(),
        title: T::TITLE.to_owned(),
        description: T::DESCRIPTION.to_owned(),
        input_schema: T::input_schema().to_string(),
        output_schema: schema::output::<T::Output>().map(|schema| schema.to_string()),
        hints: T::HINTS,
    }
}

fn call<T: Tool>(host: &mut dyn Host, cx: &Context, arguments: &str) -> Result<ToolOutput, ToolError> {
    let output = T::call(host, cx, args::parse(arguments)?)?;
    let value = serde_json::to_value(&output)
        .map_err(|err| ToolError::new(format!("the result of `{}` is not JSON: {err}", T::NAME)))?;
    let structured = value.is_object().then(|| value.to_string());
    Ok(ToolOutput { structured, content: T::content(&output) })
}
