//! How long a hook, a call of a tool and the spawn of an agent take, beside an empty program and what people write today.
//!
//! Everything is measured in one run and interleaved in small batches, so that a machine that drifts drifts for all.
//! The answer is a report with ratios; no figure ever makes the command fail.

mod agents;
mod aims;
mod child;
mod collector;
mod concurrency;
mod contender;
mod growth;
mod instructions;
mod laps;
mod machine;
mod mcp;
mod messages;
mod options;
mod project;
mod race;
mod sample;
mod table;
mod tools;
mod turn;

use anyhow::Result;
use camino::Utf8PathBuf;

pub(crate) use self::child::child;
use self::contender::{Contender, contenders};
use self::options::{Options, Part};
use self::project::Project;
use self::race::Race;
use self::tools::Tools;
use crate::output;
use crate::workspace::Workspace;

/// The hidden subcommand that measures.
pub(crate) const CHILD: &str = "bench-child";

/// Measures, and prints the report.
pub(crate) fn run(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    let options = Options::parse(arguments)?;
    let tools = Tools::find(workspace, program(workspace, &options)?)?;
    let project = Project::create(&tools, "project")?;
    output::step("machine");
    let machine = machine::describe(&tools, &project, &options)?;
    let mut parts = vec![machine];
    if options.measures(Part::Hooks) {
        parts.extend(hooks(&tools, &project, &options)?);
    }
    if options.measures(Part::Mcp) {
        parts.push(mcp::measure(workspace, &tools, &project, &options)?);
    }
    if options.measures(Part::Agents) {
        parts.push(agents::measure(&tools, &options)?);
    }
    if options.measures(Part::Messages) {
        parts.push(messages::measure(&tools, &options)?);
    }
    output::answer(&parts.join("\n\n"));
    Ok(())
}

/// The sections about hooks.
fn hooks(tools: &Tools, project: &Project, options: &Options) -> Result<Vec<String>> {
    let (contenders, absent) = contenders(tools, project)?;
    let race = Race { tools, runs: options.runs };
    let main = race.run(&contenders)?;
    let growth = growth::measure(&race)?;
    let concurrency = concurrency::measure(&race, project)?;
    let turn = turn::measure(&race)?;
    let collector = collector::measure(&race)?;
    let instructions = instructions::count(tools, &contenders)?;
    let laps = laps::measure(&race, project)?;
    let aims = aims::judge(&contenders, &main, growth.as_ref());
    Ok(vec![
        table::contenders(&contenders, &main, &absent),
        growth::section(growth.as_ref()),
        concurrency,
        turn,
        collector,
        instructions,
        laps::section(&laps, &contenders, &main),
        aims,
    ])
}

/// The program to measure: the one named, or the one built now.
fn program(workspace: &Workspace, options: &Options) -> Result<Utf8PathBuf> {
    if let Some(exe) = &options.exe {
        return Ok(exe.canonicalize_utf8()?);
    }
    output::step("building the program in release mode");
    workspace.cargo(["build", "--release", "--package", "exomonad"]).run()?;
    let target = tools::host(workspace)?;
    Ok(workspace.target.join(target).join("release/exomonad"))
}
