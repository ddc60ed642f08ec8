//! Many agents started at once, without a terminal.

use std::time::{Duration, Instant};

use anyhow::Result;

use super::proc::running;
use super::stage::{Stage, spawn};
use crate::bench::mcp::process::{memory, processor_micros};
use crate::bench::sample::real;
use crate::bench::table::table;
use crate::bench::tools::Tools;
use crate::output;

const SIZES: [u32; 3] = [1, 10, 50];
/// Spawns that the lead asks for before the first has answered.
const IN_FLIGHT: usize = 8;
const IDLE: Duration = Duration::from_secs(5);

/// What so many agents cost.
pub(super) struct Crowd {
    agents: u32,
    /// From the first call until the last harness was started.
    wall: Duration,
    processes: usize,
    /// In KiB, summed up over our own processes.
    resident: u64,
    share: u64,
    /// The share of one core that they use while nothing happens, in percent.
    busy_percent: f64,
}

/// Measures.
pub(super) fn run(tools: &Tools) -> Result<Vec<Crowd>> {
    SIZES.into_iter().map(|size| measure(tools, size)).collect()
}

fn measure(tools: &Tools, agents: u32) -> Result<Crowd> {
    output::step(&format!("{agents} agents at once"));
    let stage = Stage::set(tools, &format!("crowd-{agents}"), "headless")?;
    let mut lead = stage.lead()?;
    let names: Vec<String> = (0..agents).map(|number| format!("agent-{number}")).collect();
    let frames: Vec<String> = names.iter().map(|name| lead.frame("tools/call", spawn(name))).collect();
    let begun = Instant::now();
    lead.pipeline(&frames, IN_FLIGHT)?;
    for name in &names {
        stage.started(name)?;
    }
    let wall = begun.elapsed();
    let pids = running(&tools.exe)?;
    let used = || -> Result<u64> { pids.iter().map(|pid| processor_micros(*pid)).sum() };
    let (before, begun) = (used()?, Instant::now());
    while begun.elapsed() < IDLE {
        std::thread::park_timeout(IDLE.saturating_sub(begun.elapsed()));
    }
    let busy = real(used()? - before) / real(u64::try_from(begun.elapsed().as_micros())?);
    let (mut resident, mut share) = (0, 0);
    for pid in &pids {
        let memory = memory(*pid)?;
        resident += memory.resident;
        share += memory.share;
    }
    lead.close()?;
    stage.leave()?;
    Ok(Crowd { agents, wall, processes: pids.len(), resident, share, busy_percent: busy * 100.0 })
}

/// The section of the report.
pub(super) fn section(crowds: &[Crowd]) -> String {
    let mib = |kib: u64| format!("{:.1}", real(kib) / 1024.0);
    let rows: Vec<Vec<String>> = crowds
        .iter()
        .map(|crowd| {
            vec![
                crowd.agents.to_string(),
                format!("{:.0}", crowd.wall.as_secs_f64() * 1000.0),
                format!("{:.1}", crowd.wall.as_secs_f64() * 1000.0 / f64::from(crowd.agents)),
                crowd.processes.to_string(),
                mib(crowd.resident),
                mib(crowd.share),
                format!("{:.2} %", crowd.busy_percent),
            ]
        })
        .collect();
    let heading = [
        "agents at once, no terminal",
        "until all run, ms",
        "each, ms",
        "our processes",
        "resident MiB in all",
        "without what they share",
        "of one core, idle",
    ];
    format!("### Many agents\n\n{}", table(&heading, &rows))
}
