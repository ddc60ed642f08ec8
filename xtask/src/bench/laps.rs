//! Where a hook's time goes, as the program itself tells it.

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::contender::{Contender, Part};
use super::project::Project;
use super::race::Race;
use super::sample::{Figures, median, real};
use super::table::{figures_of, table};
use super::tools::Batch;
use crate::output;

const TARGET: &str = "exomonad_host::hook::laps";
/// Enough for a median.
const RUNS: u32 = 100;

/// A step of a hook and how long it takes.
#[derive(Debug)]
pub(super) struct Lap {
    step: String,
    micros: u64,
}

/// Lets a hook tell of its steps.
pub(super) fn measure(race: &Race<'_>, project: &Project) -> Result<Vec<Lap>> {
    output::step("where the time goes");
    let hook = Contender::hook(Part::Allow, "laps", race.tools, project);
    let filter = format!("RUST_LOG={TARGET}=debug");
    race.tools.measure(&Batch {
        lanes: 1,
        runs: RUNS,
        dir: &hook.dir,
        payload: &hook.payload,
        variables: &[&filter, "EXOMONAD_LOG_FORMAT=json"],
        command: &hook.words(),
    })?;
    let mut text = String::new();
    let logs = project.dir.join(".exomonad/logs");
    for entry in logs.read_dir_utf8().with_context(|| format!("failed to read `{logs}`"))? {
        text.push_str(&std::fs::read_to_string(entry?.path())?);
    }
    Ok(medians(&text))
}

/// The median of each step, in the order in which a hook takes them.
fn medians(log: &str) -> Vec<Lap> {
    let mut steps: Vec<(String, Vec<u64>)> = Vec::new();
    for (step, micros) in log.lines().filter_map(lap) {
        match steps.iter_mut().find(|(known, _)| *known == step) {
            Some((_, all)) => all.push(micros),
            None => steps.push((step, vec![micros])),
        }
    }
    let laps = steps.into_iter().filter_map(|(step, all)| median(all).map(|micros| Lap { step, micros }));
    laps.collect()
}

fn lap(line: &str) -> Option<(String, u64)> {
    let line: Value = serde_json::from_str(line).ok()?;
    line.get("target").filter(|target| *target == TARGET)?;
    let fields = line.get("fields")?;
    Some((fields.get("step")?.as_str()?.to_owned(), fields.get("micros")?.as_u64()?))
}

/// The section of the report. What lies outside the steps is processor time, which a busy machine hardly moves.
pub(super) fn section(laps: &[Lap], contenders: &[Contender], figures: &[Figures]) -> String {
    let micros =
        |part| figures_of(contenders, figures, part).map_or(0.0, |figures| figures.processor_p50 * 1000.0);
    let (whole, start, arguments) = (micros(Part::Allow), micros(Part::Floor), micros(Part::Arguments));
    let inside: f64 = laps.iter().map(|lap| real(lap.micros)).sum();
    let before = [
        ("start and end of any process (the floor)", start),
        ("a larger program, and its arguments (`--version`, less the floor)", arguments - start),
    ];
    let steps = laps.iter().map(|lap| (lap.step.as_str(), real(lap.micros)));
    let rest = [(
        "the rest: threads, logging, closing the database, giving memory back",
        whole - arguments - inside,
    )];
    let all = before.into_iter().chain(steps).chain(rest);
    let share = |micros: f64| format!("{:.0} %", 100.0 * micros / whole);
    let rows: Vec<Vec<String>> =
        all.map(|(step, micros)| vec![step.to_owned(), format!("{micros:.0}"), share(micros)]).collect();
    format!("### Where the time goes\n\n{}", table(&["step", "median µs", "share"], &rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn laps_are_read_from_the_log() {
        let line = |step: &str, micros: u64| {
            format!(
                r#"{{"level":"DEBUG","fields":{{"step":"{step}","micros":{micros}}},"target":"{TARGET}"}}"#
            )
        };
        let log =
            [line("decode", 3), line("find", 9), "no JSON".to_owned(), line("decode", 5), line("decode", 4)];
        let laps: Vec<_> = medians(&log.join("\n")).into_iter().map(|lap| (lap.step, lap.micros)).collect();
        assert_eq!(laps, [("decode".to_owned(), 4), ("find".to_owned(), 9)]);
    }
}
