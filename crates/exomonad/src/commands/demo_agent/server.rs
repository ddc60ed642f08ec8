//! The scripted agent's tools: an MCP client, as small as can be, for the sidecar that it starts.

use std::time::Duration;

use anyhow::{Context as _, bail};
use exomonad_host::exec::{Cmd, Conversation};
use serde_json::{Map, Value, json};

/// The version of the protocol that it asks for.
const PROTOCOL: &str = "2025-11-25";

/// The sidecar.
#[derive(Debug)]
pub(super) struct Server {
    conversation: Conversation,
    asked: u64,
    tools: Vec<String>,
}

/// What a tool returned.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Returned {
    /// It says so itself.
    pub(super) failed: bool,
    /// What the model reads.
    pub(super) text: String,
    /// The same for programs; null when there is none.
    pub(super) structured: Value,
    /// Everything that the model gets, as it came.
    pub(super) content: Value,
}

impl Server {
    /// Starts it, greets it, and asks for its tools.
    pub(super) fn start(cmd: &Cmd) -> anyhow::Result<Self> {
        let conversation =
            cmd.clone().limit(Duration::MAX).converse().context("failed to start the MCP server")?;
        let mut server = Self { conversation, asked: 0, tools: Vec::new() };
        let client = json!({"name": "exomonad-demo", "version": env!("CARGO_PKG_VERSION")});
        let hello = json!({"protocolVersion": PROTOCOL, "capabilities": {}, "clientInfo": client});
        server.ask("initialize", &hello)?;
        server.tell(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}))?;
        let listed = server.ask("tools/list", &json!({}))?;
        let names = listed.get("tools").and_then(Value::as_array).into_iter().flatten();
        server.tools = names.filter_map(|tool| Some(tool.get("name")?.as_str()?.to_owned())).collect();
        Ok(server)
    }

    /// Calls a tool that it listed.
    pub(super) fn call(&mut self, tool: &str, arguments: &Map<String, Value>) -> anyhow::Result<Returned> {
        if !self.tools.iter().any(|known| known == tool) {
            bail!("the MCP server has no tool `{tool}`, only {}", self.tools.join(", "));
        }
        let result = self.ask("tools/call", &json!({"name": tool, "arguments": arguments}))?;
        let content = result.get("content").cloned().unwrap_or_default();
        let parts = content.as_array().into_iter().flatten();
        let texts: Vec<&str> = parts.filter_map(|part| part.get("text")?.as_str()).collect();
        Ok(Returned {
            failed: result.get("isError") == Some(&Value::Bool(true)),
            text: texts.join("\n"),
            structured: result.get("structuredContent").cloned().unwrap_or_default(),
            content,
        })
    }

    fn ask(&mut self, method: &str, params: &Value) -> anyhow::Result<Value> {
        self.asked += 1;
        let id = json!(self.asked);
        self.tell(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))?;
        loop {
            let line = self.conversation.hear().context("failed to read what the MCP server says")?;
            let line = line.with_context(|| format!("the MCP server ended before it answered `{method}`"))?;
            let message: Value =
                serde_json::from_str(&line).context("the MCP server said something that is no JSON")?;
            if message.get("method").is_some() {
                self.refuse(&message)?;
            } else if message.get("id") == Some(&id) {
                return answered(method, &message);
            }
        }
    }

    /// A question of the server's is answered: nothing was offered that it could ask for. News needs no answer.
    fn refuse(&mut self, message: &Value) -> anyhow::Result<()> {
        let Some(id) = message.get("id") else { return Ok(()) };
        let error = json!({"code": -32601, "message": "this client offers nothing"});
        self.tell(&json!({"jsonrpc": "2.0", "id": id, "error": error}))
    }

    fn tell(&mut self, message: &Value) -> anyhow::Result<()> {
        self.conversation.say(&message.to_string()).context("failed to write to the MCP server")
    }
}

fn answered(method: &str, message: &Value) -> anyhow::Result<Value> {
    match message.get("result") {
        Some(result) => Ok(result.clone()),
        None => bail!(
            "the MCP server refused `{method}`: {}",
            message.pointer("/error/message").and_then(Value::as_str).unwrap_or("it did not say why")
        ),
    }
}
