//! What it costs to talk and to merge: from a report to the disk and to its reader, ten thousand messages at once, a merge, and
//! the whole loop.

mod aims;
mod demo;
mod durable;
mod flood;
mod hook;
mod merge;
mod wake;

use anyhow::Result;
use serde_json::{Value, json};

use super::agents::stage::{Stage, require_done, spawn};
use super::mcp::client::Client;
use super::options::Options;
use super::tools::Tools;

/// Measures, and writes the sections of the report.
pub(super) fn measure(tools: &Tools, options: &Options) -> Result<String> {
    let durable = durable::run(tools, options)?;
    let wake = wake::run(tools, options)?;
    let floods = flood::run(tools)?;
    let merges = merge::run(tools, options)?;
    let demo = demo::run(tools)?;
    let aims = aims::judge(durable.as_ref(), floods.as_deref());
    Ok([
        durable::section(durable.as_ref(), wake.as_ref()),
        flood::section(floods.as_deref()),
        merge::section(merges.as_ref()),
        demo::section(&demo),
        aims,
    ]
    .join("\n\n"))
}

/// Agents below the lead, with their sidecars.
fn crew(stage: &Stage<'_>, lead: &mut Client, size: u32) -> Result<Vec<(String, Client)>> {
    let mut crew = Vec::new();
    for number in 0..size {
        let name = format!("agent-{number}");
        require_done(&lead.ask("tools/call", spawn(&name))?)?;
        let client = stage.sidecar(&name)?;
        crew.push((name, client));
    }
    Ok(crew)
}

/// News for the parent.
fn news(text: &str) -> Value {
    json!({ "name": "notify_parent", "arguments": { "status": "update", "message": text } })
}
