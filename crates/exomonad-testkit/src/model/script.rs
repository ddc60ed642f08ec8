//! What the model says, turn by turn.

use serde_json::Value;

use super::request::ModelRequest;
use super::schema;

/// One turn of the model.
#[derive(Debug, Clone, PartialEq)]
pub enum Turn {
    /// Plain text, which ends the agent's turn.
    Say(String),
    /// One tool call.
    Call {
        /// The tool's name, as the agent offers it; one of a group has the group's name and `__` before it.
        tool: String,
        /// Its arguments: a JSON object, or a string for a tool that takes plain text.
        input: Value,
    },
}

impl Turn {
    /// Says some text.
    #[must_use]
    pub fn say(text: impl Into<String>) -> Self {
        Self::Say(text.into())
    }

    /// Calls a tool.
    #[must_use]
    pub fn call(tool: impl Into<String>, input: Value) -> Self {
        Self::Call { tool: tool.into(), input }
    }
}

/// The turns of one conversation; after the last one the model only says `done`.
///
/// A turn is chosen by how often the model has spoken in the request's own history. So a request that the agent sends
/// again gets the same answer, and a subagent's conversation starts at the first turn.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Script {
    turns: Vec<Turn>,
}

impl Script {
    /// Plays these turns in order.
    #[must_use]
    pub fn new(turns: impl IntoIterator<Item = Turn>) -> Self {
        Self { turns: turns.into_iter().collect() }
    }

    /// Calls one tool, then says `done`.
    #[must_use]
    pub fn call(tool: impl Into<String>, input: Value) -> Self {
        Self::new([Turn::call(tool, input)])
    }

    pub(super) fn answer(&self, request: &ModelRequest) -> Turn {
        // The agents ask questions of their own on the side, such as which model to use or what to call the session.
        if let Some(schema) = request.answer_schema() {
            return Turn::Say(schema::smallest(schema).to_string());
        }
        let tools = request.tools();
        if tools.is_empty() {
            return Turn::say("ok");
        }
        match self.turns.get(request.model_turns()) {
            Some(Turn::Call { tool, .. }) if !tools.iter().any(|offered| offered == tool) => {
                Turn::say(format!("the script's tool `{tool}` was not offered"))
            }
            Some(turn) => turn.clone(),
            None => Turn::say("done"),
        }
    }
}
