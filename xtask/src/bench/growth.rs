//! Whether a hook takes longer in a project with a past.

use anyhow::Result;

use super::contender::{Contender, Part};
use super::project::Project;
use super::race::Race;
use super::sample::Figures;
use super::table::table;
use super::tools::system_program;
use crate::output;

pub(super) const FILL: &str = include_str!("peers/fill.py");

/// Agents and events in the databases.
const SIZES: [u64; 3] = [1, 100, 10_000];

/// The same hook, by the number of agents and events.
#[derive(Debug)]
pub(super) struct Growth {
    pub(super) rows: Vec<(u64, Figures)>,
}

impl Growth {
    /// The median CPU time with the fullest database, as a multiple of that with the emptiest.
    pub(super) fn ratio(&self) -> Option<f64> {
        let (_, first) = self.rows.first()?;
        let (_, last) = self.rows.last()?;
        Some(last.processor_p50 / first.processor_p50)
    }
}

/// Measures; absent where nothing can fill a database.
pub(super) fn measure(race: &Race<'_>) -> Result<Option<Growth>> {
    let Some(python) = system_program("python3") else { return Ok(None) };
    output::step("databases of different sizes");
    let fill = race.tools.file("fill.py", FILL)?;
    let mut contenders = Vec::new();
    for size in SIZES {
        let project = Project::create(race.tools, &format!("size-{size}"))?;
        let contender = Contender::hook(Part::Allow, &size.to_string(), race.tools, &project);
        // What the guest says of itself is stored by the first hook.
        race.tools.answer(&project.dir, &project.allowed, &contender.words())?;
        let (database, size) = (project.database(), size.to_string());
        let command = [python.as_str(), fill.as_str(), database.as_str(), &size];
        race.tools.command(&project.dir, &[], &command).read()?;
        contenders.push(contender);
    }
    let figures = race.run(&contenders)?;
    Ok(Some(Growth { rows: SIZES.into_iter().zip(figures).collect() }))
}

/// The table.
fn grown(growth: &Growth) -> String {
    let first = growth.rows.first().map(|(_, figures)| *figures);
    let rows: Vec<Vec<String>> = growth
        .rows
        .iter()
        .map(|(size, figures)| {
            let ratio = first.map_or(1.0, |first| figures.wall_p50 / first.wall_p50);
            let processor = first.map_or(1.0, |first| figures.processor_p50 / first.processor_p50);
            vec![
                size.to_string(),
                format!("{:.2}", figures.wall_p50),
                format!("{:.2}", figures.wall_p99),
                format!("{:.2}", figures.processor_p50),
                format!("{ratio:.2}x"),
                format!("{processor:.2}x"),
            ]
        })
        .collect();
    table(&["agents and events each", "wall p50 ms", "p99", "CPU p50 ms", "wall / 1", "CPU / 1"], &rows)
}

/// The section of the report.
pub(super) fn section(growth: Option<&Growth>) -> String {
    let body =
        growth.map_or_else(|| "python3 is not among the system's programs: not measured.".to_owned(), grown);
    format!("### A project with a past\n\n{body}")
}
