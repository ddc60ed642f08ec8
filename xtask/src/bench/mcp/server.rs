//! The MCP servers that are measured.

use anyhow::{Result, bail};
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value, json};

use super::client::{Client, Era};

/// What part a server plays in the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Ours; the call is answered by the guest alone.
    Pure,
    /// Ours; the call asks the host for effects.
    Effects,
    /// The Rust SDK without anything else.
    Bare,
    /// Another language's SDK.
    Script,
}

/// A server, and the call that is measured.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) part: Part,
    pub(super) name: String,
    pub(super) dir: Utf8PathBuf,
    pub(super) command: Vec<String>,
    pub(super) era: Era,
    tool: &'static str,
    arguments: Value,
    /// What a right reply contains.
    reply: &'static str,
}

impl Server {
    /// Ours. A call that the guest refuses is one that it answers alone: it takes the way of every other call, to the
    /// guest and back, and no effect is asked for.
    pub(super) fn ours(part: Part, exe: &Utf8Path, dir: &Utf8Path, era: Era) -> Self {
        let (what, tool, arguments, reply) = match part {
            Part::Effects => ("`whoami`", "whoami", json!({}), "\"name\":\"root\""),
            Part::Pure | Part::Bare | Part::Script => {
                ("a call refused by the guest", "send_message", json!({ "to": "nobody" }), "isError\":true")
            }
        };
        Self {
            part,
            name: format!("exomonad, {}, {what}", era_name(era)),
            dir: dir.to_owned(),
            command: vec![exe.to_string(), "mcp-stdio".to_owned()],
            era,
            tool,
            arguments,
            reply,
        }
    }

    /// A server whose one tool, `echo`, returns its argument.
    pub(super) fn echo(part: Part, name: &str, dir: &Utf8Path, command: Vec<String>, era: Era) -> Self {
        Self {
            part,
            name: format!("{name}, {}", era_name(era)),
            dir: dir.to_owned(),
            command,
            era,
            tool: "echo",
            arguments: json!({ "text": "hello" }),
            reply: "hello",
        }
    }

    /// The parameters of the call.
    pub(super) fn call(&self) -> Value {
        json!({ "name": self.tool, "arguments": self.arguments })
    }

    /// Starts it and makes sure that it does what it is measured for.
    pub(super) fn start(&self) -> Result<(Client, std::time::Duration)> {
        Client::start(&self.dir, &self.command, self.era)
    }

    /// Fails where the reply is another than the one it is measured for.
    pub(super) fn require_answer(&self, client: &mut Client) -> Result<()> {
        let reply = client.ask("tools/call", self.call())?.to_string();
        if !reply.contains(self.reply) {
            bail!("{} gave another answer than the one it is measured for: {reply}", self.name);
        }
        Ok(())
    }
}

fn era_name(era: Era) -> &'static str {
    match era {
        Era::Initialize => "2025-11-25",
        Era::Discover => "2026-07-28",
    }
}
