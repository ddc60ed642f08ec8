//! Ten thousand messages among twenty agents, in an empty project and in one with a past.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::crew;
use super::hook::Player;
use crate::bench::agents::stage::{Stage, require_done};
use crate::bench::mcp::client::Client;
use crate::bench::sample::real;
use crate::bench::table::table;
use crate::bench::tools::{Tools, system_program};
use crate::output;

const FILL: &str = include_str!("../peers/fill_messages.py");
const AGENTS: u32 = 20;
const EACH: u32 = 500;
/// Messages that were dealt with before.
const STORED: [u32; 2] = [0, 100_000];
/// How often an agent tries to send a message. The database refuses one that waited too long for the others.
const TRIES: u32 = 20;

/// What it took with so many messages stored.
pub(super) struct Flood {
    stored: u32,
    sending: Duration,
    handing: Duration,
    hooks: u32,
}

impl Flood {
    /// Microseconds for each message, from its sender to its reader.
    pub(super) fn each(&self) -> f64 {
        (self.sending + self.handing).as_secs_f64() * 1e6 / f64::from(AGENTS * EACH)
    }
}

/// Measures; absent where nothing can fill a database.
pub(super) fn run(tools: &Tools) -> Result<Option<Vec<Flood>>> {
    let Some(python) = system_program("python3") else { return Ok(None) };
    let fill = tools.file("fill-messages.py", FILL)?;
    let measure = |stored: u32| {
        output::step(&format!("{} messages, {stored} stored", AGENTS * EACH));
        let stage = Stage::set(tools, &format!("flood-{stored}"), "headless")?;
        let mut lead = stage.lead()?;
        let crew = crew(&stage, &mut lead, AGENTS)?;
        let (database, count) = (stage.dir.join(".exomonad/state.db"), stored.to_string());
        stage.command(&[python.as_str(), fill.as_str(), database.as_str(), &count]).read()?;
        let names: Vec<String> = crew.iter().map(|(name, _)| name.clone()).collect();
        let begun = Instant::now();
        send_all(crew, &names)?;
        let sending = begun.elapsed();
        let begun = Instant::now();
        let mut hooks = 0;
        for name in &names {
            hooks += hand_over_all(&Player::new(&stage, name, None))?;
        }
        let flood = Flood { stored, sending, handing: begun.elapsed(), hooks };
        lead.close()?;
        stage.leave()?;
        Ok(flood)
    };
    STORED.into_iter().map(measure).collect::<Result<Vec<_>>>().map(Some)
}

/// Every agent writes to the next one, all at once.
fn send_all(crew: Vec<(String, Client)>, names: &[String]) -> Result<()> {
    let next = names.iter().cycle().skip(1);
    std::thread::scope(|scope| {
        let threads: Vec<_> = crew
            .into_iter()
            .zip(next)
            .map(|((_, mut client), to)| {
                scope.spawn(move || -> Result<()> {
                    for number in 0..EACH {
                        send(&mut client, to, number)?;
                    }
                    client.close()
                })
            })
            .collect();
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

fn send(client: &mut Client, to: &str, number: u32) -> Result<()> {
    let mut sent = Ok(());
    for _ in 0..TRIES {
        sent = require_done(&client.ask("tools/call", message(to, number))?);
        if sent.is_ok() {
            break;
        }
    }
    sent
}

fn message(to: &str, number: u32) -> Value {
    json!({ "name": "send_message", "arguments": { "to": to, "message": format!("message number {number}") } })
}

/// Fires hooks until every message was handed over, and counts them.
fn hand_over_all(agent: &Player<'_>) -> Result<u32> {
    let (mut hooks, mut handed) = (0, 0);
    while handed < EACH {
        let (answer, _) = agent.work()?;
        let count = answer.matches("message number").count();
        handed += u32::try_from(count)?;
        hooks += 1;
        (hooks <= 2 * EACH).then_some(()).context("an agent's hooks do not hand its messages over")?;
    }
    Ok(hooks)
}

/// The section of the report.
pub(super) fn section(floods: Option<&[Flood]>) -> String {
    let title = format!("### {} messages among {AGENTS} agents", AGENTS * EACH);
    let Some(floods) = floods else {
        return format!("{title}\n\npython3 is not among the system's programs: not measured.");
    };
    let first = floods.first().map_or(1.0, Flood::each);
    let all = real(u64::from(AGENTS * EACH));
    let rows: Vec<Vec<String>> = floods
        .iter()
        .map(|flood| {
            vec![
                flood.stored.to_string(),
                format!("{:.0}", all / flood.sending.as_secs_f64()),
                format!("{:.0}", flood.sending.as_secs_f64() * 1e6 / all),
                flood.hooks.to_string(),
                format!("{:.0}", flood.handing.as_secs_f64() * 1e6 / all),
                format!("{:.2}x", flood.each() / first),
            ]
        })
        .collect();
    let heading = [
        "messages stored",
        "sent/s, all durable",
        "µs each",
        "hooks to hand them over",
        "µs each",
        "/ none stored",
    ];
    format!("{title}\n\n{}", table(&heading, &rows))
}
