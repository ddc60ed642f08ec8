//! Measures the servers in turns, so that whatever else the machine does hits all alike.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde_json::json;

use super::figures::Figures;
use super::process::{Memory, memory, processor_micros};
use super::server::{Part, Server};
use crate::bench::sample::{Spread, real};
use crate::output;

/// Rounds; in each, every server is started and called anew.
const ROUNDS: u32 = 5;
/// Calls of a round that are not counted: a runtime that compiles as it goes gets the time to.
const WARM_UP: u32 = 50;
/// Requests that wait for their reply at once.
pub(super) const IN_FLIGHT: usize = 16;

/// The figures of each server, in their order. `runs` is how often each is started, the slow ones less often.
pub(super) fn run(servers: &[Server], runs: u32) -> Result<Vec<Figures>> {
    let mut samples: Vec<Samples> = servers.iter().map(|_| Samples::default()).collect();
    for round in 1..=ROUNDS {
        output::step(&format!("round {round} of {ROUNDS}, {} MCP servers", servers.len()));
        for (server, samples) in servers.iter().zip(&mut samples) {
            let starts = if server.part == Part::Script { 1 } else { runs.div_ceil(ROUNDS) };
            for _ in 1..starts {
                let (client, took) = server.start()?;
                samples.starts.push(micros(took));
                client.close()?;
            }
            samples.session(server, runs).with_context(|| format!("failed to measure {}", server.name))?;
        }
    }
    samples.iter().map(|samples| samples.figures().context("nothing was measured")).collect()
}

/// What was measured of one server so far, in microseconds.
#[derive(Default)]
struct Samples {
    starts: Vec<u64>,
    lists: Vec<u64>,
    calls: Vec<u64>,
    /// Processor time of the calls in flight together, and how many they were.
    processor: u64,
    together: u64,
    wall_together: Duration,
    memory: Memory,
}

impl Samples {
    /// One start, and everything that is asked in that session.
    fn session(&mut self, server: &Server, runs: u32) -> Result<()> {
        let (mut client, took) = server.start()?;
        self.starts.push(micros(took));
        server.require_answer(&mut client)?;
        for _ in 0..WARM_UP {
            client.ask("tools/call", server.call())?;
        }
        for _ in 0..runs {
            let frame = client.frame("tools/list", json!({}));
            let begun = Instant::now();
            client.exchange(&frame)?;
            self.lists.push(micros(begun.elapsed()));
            let frame = client.frame("tools/call", server.call());
            let begun = Instant::now();
            client.exchange(&frame)?;
            self.calls.push(micros(begun.elapsed()));
        }
        let frames: Vec<String> = (0..5 * runs).map(|_| client.frame("tools/call", server.call())).collect();
        let before = processor_micros(client.id())?;
        let begun = Instant::now();
        client.pipeline(&frames, IN_FLIGHT)?;
        self.wall_together += begun.elapsed();
        self.processor += processor_micros(client.id())? - before;
        self.together += u64::try_from(frames.len())?;
        self.memory = memory(client.id())?;
        client.close()
    }

    fn figures(&self) -> Option<Figures> {
        let calls = Spread::of(&self.calls)?;
        let total: u64 = self.calls.iter().sum();
        Some(Figures {
            start: Spread::of(&self.starts)?,
            list: Spread::of(&self.lists)?,
            call: calls,
            alone: real(u64::try_from(self.calls.len()).ok()?) * 1e6 / real(total.max(1)),
            together: real(self.together) / self.wall_together.as_secs_f64(),
            processor: real(self.processor) / real(self.together.max(1)),
            memory: self.memory,
        })
    }
}

pub(super) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
