//! From the call of the tool to the harness's first instruction, and the same done by hand.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::stage::{Stage, now, require_done, spawn};
use crate::bench::mcp::client::Client;
use crate::bench::options::Options;
use crate::bench::sample::{Spread, median, real};
use crate::bench::table::table;
use crate::bench::tools::{Tools, system_program};
use crate::output;

/// The most spawns that are measured: each leaves a worktree behind.
const MOST: u32 = 40;

/// What was measured, in microseconds.
pub(super) struct Race {
    /// `git worktree add` alone.
    floor: Spread,
    /// `git worktree add`, then `tmux new-window`.
    pub(super) by_hand: Spread,
    /// The tool.
    pub(super) ours: Spread,
    /// The same with no terminal.
    headless: Spread,
    /// How long each step took, by its name.
    steps: Vec<(String, f64)>,
}

/// Measures; absent where there is no tmux.
pub(super) fn run(tools: &Tools, options: &Options) -> Result<Option<Race>> {
    if system_program("tmux").is_none() {
        return Ok(None);
    }
    output::step("spawning agents, and doing it by hand");
    let (seen, unseen) = (Stage::set(tools, "seen", "tmux")?, Stage::set(tools, "unseen", "headless")?);
    let (mut lead, mut unseen_lead) = (seen.lead()?, unseen.lead()?);
    let (mut floor, mut by_hand, mut ours, mut headless) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut steps: BTreeMap<usize, (String, Vec<u64>)> = BTreeMap::new();
    for round in 0..options.runs.min(MOST) {
        floor.push(add_worktree(&seen, &format!("floor-{round}"))?);
        by_hand.push(do_by_hand(&seen, &format!("hand-{round}"))?);
        ours.push(call(&seen, &mut lead, &format!("ours-{round}"), &mut steps)?);
        headless.push(call(&unseen, &mut unseen_lead, &format!("ours-{round}"), &mut BTreeMap::new())?);
    }
    lead.close()?;
    unseen_lead.close()?;
    seen.leave()?;
    unseen.leave()?;
    let spread = |values: &[u64]| Spread::of(values).context("nothing was measured");
    let steps =
        steps.into_values().filter_map(|(name, values)| Some((name, real(median(values)?)))).collect();
    Ok(Some(Race {
        floor: spread(&floor)?,
        by_hand: spread(&by_hand)?,
        ours: spread(&ours)?,
        headless: spread(&headless)?,
        steps,
    }))
}

fn micros(from: u128, to: u128) -> Result<u64> {
    Ok(u64::try_from(to.saturating_sub(from) / 1000)?)
}

fn add_worktree(stage: &Stage<'_>, name: &str) -> Result<u64> {
    let begun = now()?;
    worktree(stage, name)?;
    micros(begun, now()?)
}

fn worktree(stage: &Stage<'_>, name: &str) -> Result<()> {
    let path = format!("{}-{name}", stage.dir);
    stage.command(&["git", "worktree", "add", "--quiet", "-b", name, &path]).read()?;
    Ok(())
}

fn do_by_hand(stage: &Stage<'_>, name: &str) -> Result<u64> {
    let (path, stamp) = (format!("{}-{name}", stage.dir), stage.stamp_of(name));
    let begun = now()?;
    worktree(stage, name)?;
    let window = ["tmux", "new-window", "-d", "-t", "=seen:", "-n", name, "-c", &path];
    stage.command(&[window.as_slice(), &["--", stage.stamp.as_str(), stamp.as_str()]].concat()).read()?;
    micros(begun, stage.started(name)?)
}

/// Calls the tool, and keeps what it said about its steps.
fn call(
    stage: &Stage<'_>,
    lead: &mut Client,
    name: &str,
    steps: &mut BTreeMap<usize, (String, Vec<u64>)>,
) -> Result<u64> {
    let mut params = spawn(name);
    if let Some(params) = params.as_object_mut() {
        params.insert("_meta".to_owned(), json!({ "progressToken": name }));
    }
    let begun = now()?;
    let mut marks = Vec::new();
    let reply = lead.ask_noting("tools/call", params, |line| {
        if let (Some(step), Ok(time)) = (progress(line), now()) {
            marks.push((step, time));
        }
    })?;
    require_done(&reply)?;
    let started = stage.started(name)?;
    let mut ends = marks.iter().skip(1).map(|(_, time)| *time).chain([started]);
    for (place, (step, time)) in marks.iter().enumerate() {
        let end = ends.next().unwrap_or(started);
        let entry = steps.entry(place).or_insert_with(|| (step.clone(), Vec::new()));
        entry.1.push(micros(*time, end)?);
    }
    micros(begun, started)
}

/// The step that a notification of progress names.
fn progress(line: &str) -> Option<String> {
    let frame: Value = serde_json::from_str(line).ok()?;
    let is_progress = frame.get("method")? == "notifications/progress";
    frame.pointer("/params/message")?.as_str().filter(|_| is_progress).map(str::to_owned)
}

/// The section of the report.
pub(super) fn section(race: Option<&Race>) -> String {
    let title = "### From the call to the harness's first instruction";
    let Some(race) = race else {
        return format!("{title}\n\ntmux is not among the system's programs: not measured.");
    };
    let row = |name: &str, spread: Spread| {
        vec![
            name.to_owned(),
            format!("{:.1}", spread.p50 / 1000.0),
            format!("{:.1}", spread.p99 / 1000.0),
            format!("{:.2}x", spread.p50 / race.by_hand.p50),
        ]
    };
    let rows = [
        row("`git worktree add` alone", race.floor),
        row("by hand: `git worktree add`, `tmux new-window`", race.by_hand),
        row("the tool, in a tab of tmux", race.ours),
        row("the tool, without a terminal", race.headless),
    ];
    let whole = race.ours.p50;
    let steps: Vec<Vec<String>> = race
        .steps
        .iter()
        .map(|(name, micros)| {
            vec![name.clone(), format!("{:.1}", micros / 1000.0), format!("{:.0} %", 100.0 * micros / whole)]
        })
        .collect();
    let times = table(&["what", "p50 ms", "p99", "/ by hand"], &rows);
    format!("{title}\n\n{times}\n\n{}", table(&["step", "median ms", "share"], &steps))
}
