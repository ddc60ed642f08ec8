//! What it costs to have agents: from the call of a tool to the harness's start, beside the same done by hand; many at once;
//! and to list a thousand of them.

mod aims;
mod crowd;
mod listing;
mod proc;
mod race;
pub(in crate::bench) mod stage;

use anyhow::Result;

use super::options::Options;
use super::tools::Tools;

/// Measures, and writes the sections of the report.
pub(super) fn measure(tools: &Tools, options: &Options) -> Result<String> {
    let race = race::run(tools, options)?;
    let crowds = crowd::run(tools)?;
    let listing = listing::run(tools, options)?;
    let aims = aims::judge(race.as_ref(), listing.as_ref());
    Ok([race::section(race.as_ref()), crowd::section(&crowds), listing::section(listing.as_ref()), aims]
        .join("\n\n"))
}
