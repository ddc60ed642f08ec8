//! An MCP tool, and the entry it has in a role's table.

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Context, Host, ToolError, ToolHints, ToolInfo, ToolOutput, args};

/// A tool that agents call over MCP.
pub trait Tool {
    /// The arguments. The JSON Schema comes from the type: its fields, their doc comments and their types.
    type Args: DeserializeOwned + JsonSchema;
    /// The structured result.
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
        input_schema: args::schema::<T::Args>().to_string(),
        output_schema: Some(args::schema::<T::Output>().to_string()),
        hints: T::HINTS,
    }
}

fn call<T: Tool>(host: &mut dyn Host, cx: &Context, arguments: &str) -> Result<ToolOutput, ToolError> {
    let output = T::call(host, cx, args::parse(arguments)?)?;
    let structured = serde_json::to_string(&output)
        .map_err(|err| ToolError::new(format!("the result of `{}` is not JSON: {err}", T::NAME)))?;
    Ok(ToolOutput { structured, text: T::text(&output) })
}
