//! How many hooks a second several agents get answered.

use anyhow::Result;

use super::contender::{Contender, Part};
use super::project::Project;
use super::race::Race;
use super::sample::{median, real};
use super::table::table;
use super::tools::Batch;
use crate::output;

const LANES: [u32; 3] = [1, 2, 8];
/// Programs of a batch, over all lanes.
const BATCH: u32 = 40;

/// Measures, and writes the section of the report. The floor beside it tells what the machine itself gains from
/// running several at once.
pub(super) fn measure(race: &Race<'_>, project: &Project) -> Result<String> {
    output::step("several hooks at once");
    let floor = Contender::floor(race.tools, project);
    let hook = Contender::hook(Part::Allow, "at once", race.tools, project);
    let mut floors = LANES.map(|_| Vec::new());
    let mut hooks = LANES.map(|_| Vec::new());
    for _ in 0..race.runs.div_ceil(BATCH) {
        for ((lanes, floors), hooks) in LANES.into_iter().zip(&mut floors).zip(&mut hooks) {
            floors.push(wall_us(race, &floor, lanes)?);
            hooks.push(wall_us(race, &hook, lanes)?);
        }
    }
    let (floors, hooks) = (floors.map(a_second), hooks.map(a_second));
    let ([floor_alone, ..], [hook_alone, ..]) = (floors, hooks);
    let rows: Vec<Vec<String>> = LANES
        .into_iter()
        .zip(floors.into_iter().zip(hooks))
        .map(|(lanes, (floor, hook))| {
            vec![
                lanes.to_string(),
                format!("{hook:.0}"),
                format!("{:.2}x", hook / hook_alone),
                format!("{floor:.0}"),
                format!("{:.2}x", floor / floor_alone),
            ]
        })
        .collect();
    let table = table(&["at once", "hooks a second", "/ 1", "empty programs a second", "/ 1"], &rows);
    Ok(format!("### Several agents at once\n\n{table}"))
}

/// A batch, divided among lanes.
fn wall_us(race: &Race<'_>, contender: &Contender, lanes: u32) -> Result<u64> {
    let batch = Batch {
        lanes,
        runs: BATCH / lanes,
        dir: &contender.dir,
        payload: &contender.payload,
        variables: &[],
        command: &contender.words(),
    };
    // One lane answers with a sample for each run.
    Ok(race.tools.measure(&batch)?.iter().map(|sample| sample.wall_us).sum())
}

fn a_second(walls: Vec<u64>) -> f64 {
    median(walls).map_or(0.0, |micros| f64::from(BATCH) * 1e6 / real(micros))
}
