//! Listing a thousand agents.

use anyhow::Result;

use crate::bench::growth::FILL;
use crate::bench::options::Options;
use crate::bench::project::Project;
use crate::bench::sample::{Figures, Sample};
use crate::bench::table::table;
use crate::bench::tools::{Batch, Tools, system_program};
use crate::output;

/// Agents in the database.
const AGENTS: &str = "1000";

/// What was measured.
pub(super) struct Listing {
    /// A process of ours that does nothing.
    start: Figures,
    /// The list.
    pub(super) ps: Figures,
}

impl Listing {
    /// What the list takes beyond the start of a process, in milliseconds.
    pub(super) fn above_start(&self) -> f64 {
        self.ps.wall_p50 - self.start.wall_p50
    }
}

/// Measures; absent where nothing can fill a database.
pub(super) fn run(tools: &Tools, options: &Options) -> Result<Option<Listing>> {
    let Some(python) = system_program("python3") else { return Ok(None) };
    output::step(&format!("listing {AGENTS} agents"));
    let project = Project::create(tools, "listing")?;
    let fill = tools.file("fill-agents.py", FILL)?;
    let database = project.database();
    tools.command(&project.dir, &[], &[python.as_str(), fill.as_str(), database.as_str(), AGENTS]).read()?;
    let empty = tools.file("nothing", "")?;
    let measure = |command: &[&str]| -> Result<Vec<Sample>> {
        let (dir, payload) = (&project.dir, &empty);
        tools.measure(&Batch { lanes: 1, runs: options.runs.min(50), dir, payload, variables: &[], command })
    };
    let exe = tools.exe.as_str();
    let (start, ps) = (measure(&[exe, "--version"])?, measure(&[exe, "ps"])?);
    Ok(Figures::of(&start).zip(Figures::of(&ps)).map(|(start, ps)| Listing { start, ps }))
}

/// The section of the report.
pub(super) fn section(listing: Option<&Listing>) -> String {
    let title = format!("### A list of {AGENTS} agents");
    let Some(listing) = listing else {
        return format!("{title}\n\npython3 is not among the system's programs: not measured.");
    };
    let row = |name: &str, figures: Figures| {
        vec![name.to_owned(), format!("{:.2}", figures.wall_p50), format!("{:.2}", figures.wall_p99)]
    };
    let rows = [row("`exomonad --version`", listing.start), row("`exomonad ps`", listing.ps)];
    format!("{title}\n\n{}", table(&["command", "wall p50 ms", "p99"], &rows))
}
