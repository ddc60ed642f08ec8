//! What agents are meant to cost, and whether they do. Says it; never fails on it.

use super::listing::Listing;
use super::race::Race;
use crate::bench::aims::Aim;

/// The section of the report.
pub(super) fn judge(race: Option<&Race>, listing: Option<&Listing>) -> String {
    let lines = [
        Aim::AtMost(1.3).line(
            "from the call to the harness's start, times the same done by hand",
            race.map(|race| race.ours.p50 / race.by_hand.p50),
        ),
        Aim::AtMost(20.0).line(
            "a list of 1,000 agents, in ms above the start of a process",
            listing.map(Listing::above_start),
        ),
    ];
    format!("### Aims of agents\n\n{}", lines.join("\n"))
}
