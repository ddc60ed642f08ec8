//! From a report to the disk, and to a parent at work.

use std::io::Write as _;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

use super::hook::Player;
use super::wake::Wake;
use super::{crew, news};
use crate::bench::agents::stage::{Stage, require_done};
use crate::bench::options::Options;
use crate::bench::sample::Spread;
use crate::bench::table::table;
use crate::bench::tools::Tools;
use crate::output;

/// What was measured, in microseconds.
pub(super) struct Durable {
    /// 4 KiB more of a file, on the disk.
    pub(super) floor: Spread,
    /// The call of the tool, to its answer.
    pub(super) report: Spread,
    /// A hook that hands a message over, as a process.
    handing: Spread,
    /// The same with nothing to hand over.
    empty: Spread,
}

/// Measures.
pub(super) fn run(tools: &Tools, options: &Options) -> Result<Option<Durable>> {
    output::step("a report, and the parent's next hook");
    let stage = Stage::set(tools, "reports", "headless")?;
    let mut lead = stage.lead()?;
    let mut crew = crew(&stage, &mut lead, 1)?;
    let (_, child) = crew.first_mut().context("no agent was spawned")?;
    let parent = Player::new(&stage, "root", None);
    parent.work()?;
    let path = stage.dir.join(".exomonad/floor");
    let mut file = std::fs::File::create(&path).with_context(|| format!("failed to make `{path}`"))?;
    let (mut floor, mut report, mut handing, mut empty) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 0..options.runs {
        let begun = Instant::now();
        file.write_all(&[0; 4096]).and_then(|()| file.sync_all())?;
        floor.push(micros(begun));
        let text = format!("news number {round}");
        let begun = Instant::now();
        let reply = child.ask("tools/call", news(&text))?;
        report.push(micros(begun));
        require_done(&reply)?;
        let (answer, took) = parent.work()?;
        if !answer.contains(&text) {
            bail!("the parent's next hook did not hand over `{text}`: {answer}");
        }
        handing.push(u64::try_from(took.as_micros())?);
        empty.push(u64::try_from(parent.work()?.1.as_micros())?);
    }
    for (_, client) in crew {
        client.close()?;
    }
    lead.close()?;
    stage.leave()?;
    let all = [floor, report, handing, empty].map(|values| Spread::of(&values));
    let [Some(floor), Some(report), Some(handing), Some(empty)] = all else { return Ok(None) };
    Ok(Some(Durable { floor, report, handing, empty }))
}

fn micros(begun: Instant) -> u64 {
    u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// The section of the report.
pub(super) fn section(durable: Option<&Durable>, wake: Option<&Wake>) -> String {
    let title = "### From a report to its reader";
    let Some(durable) = durable else { return format!("{title}\n\nNothing was measured.") };
    let row = |name: &str, spread: Spread| {
        vec![
            name.to_owned(),
            format!("{:.2}", spread.p50 / 1000.0),
            format!("{:.2}", spread.p99 / 1000.0),
            format!("{:.2}x", spread.p50 / durable.floor.p50),
        ]
    };
    let mut rows = vec![
        row("4 KiB more of a file, on this disk", durable.floor),
        row("`notify_parent`, from the call to its answer: on the disk", durable.report),
        row("the next hook of a parent at work, which hands it over", durable.handing),
        row("the same hook with nothing to hand over", durable.empty),
    ];
    rows.extend(wake.map(|wake| {
        row("from the call to the socket of a parent that has been idle for a while", wake.latency)
    }));
    format!("{title}\n\n{}", table(&["what", "p50 ms", "p99", "/ the disk"], &rows))
}
