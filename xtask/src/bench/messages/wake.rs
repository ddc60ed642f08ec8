//! From a report to an idle parent, whose harness listens on a socket as Claude Code does.

use std::io::{BufRead as _, BufReader};
use std::os::unix::net::UnixListener;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::json;

use super::hook::Player;
use super::{crew, news};
use crate::bench::agents::stage::{Stage, require_done};
use crate::bench::options::Options;
use crate::bench::sample::Spread;
use crate::bench::tools::Tools;
use crate::output;

/// Enough for a median; each needs three hooks of the parent's, and a rest.
const MOST: u32 = 30;

/// How long the parent is idle before it is told: longer than its harness is given to settle after a turn.
const IDLE: Duration = Duration::from_millis(700);

/// What was measured, in microseconds.
pub(super) struct Wake {
    /// From the call of the tool to the line on the socket.
    pub(super) latency: Spread,
}

/// Measures.
pub(super) fn run(tools: &Tools, options: &Options) -> Result<Option<Wake>> {
    output::step("waking an idle parent");
    let stage = Stage::set(tools, "idle", "headless")?;
    let mut lead = stage.lead()?;
    let mut crew = crew(&stage, &mut lead, 1)?;
    let (_, child) = crew.first_mut().context("no agent was spawned")?;
    let socket = stage.private_dir()?.join("lead.sock");
    let listener = UnixListener::bind(&socket).with_context(|| format!("failed to listen on `{socket}`"))?;
    let parent = Player::new(&stage, "root", Some(socket));
    parent.rest()?;
    let mut latency = Vec::new();
    for round in 0..options.runs.min(MOST) {
        let text = format!("news number {round}");
        rest(IDLE);
        let begun = Instant::now();
        require_done(&child.ask("tools/call", news(&text))?)?;
        let line = next_message(&listener, &text)?;
        latency.push(u64::try_from(begun.elapsed().as_micros())?);
        // As the harness does: what woke it is its next prompt.
        parent.fire("user-prompt-submit", "UserPromptSubmit", json!({ "prompt": line }))?;
        parent.stop()?;
    }
    for (_, client) in crew {
        client.close()?;
    }
    lead.close()?;
    stage.leave()?;
    Ok(Spread::of(&latency).map(|latency| Wake { latency }))
}

fn rest(limit: Duration) {
    let begun = Instant::now();
    while begun.elapsed() < limit {
        std::thread::park_timeout(limit.saturating_sub(begun.elapsed()));
    }
}

/// The text of the line that comes next.
fn next_message(listener: &UnixListener, text: &str) -> Result<String> {
    let (stream, _) = listener.accept().context("nobody came to the socket")?;
    for line in BufReader::new(stream).lines() {
        let line: serde_json::Value = serde_json::from_str(&line?).context("a line without JSON")?;
        let content = line.pointer("/message/content").and_then(serde_json::Value::as_str);
        if let Some(content) = content.filter(|content| content.contains(text)) {
            return Ok(content.to_owned());
        }
    }
    bail!("the socket was closed before `{text}` came")
}
