//! The servers' table.

use super::figures::Figures;
use super::race::IN_FLIGHT;
use super::server::{Part, Server};
use crate::bench::table::table;

/// The section of the report.
pub(super) fn servers(servers: &[Server], figures: &[Figures]) -> String {
    let bare = servers.iter().zip(figures).find(|(server, _)| server.part == Part::Bare);
    let bare = bare.map(|(_, figures)| figures.call.p50);
    let rows: Vec<Vec<String>> = servers
        .iter()
        .zip(figures)
        .map(|(server, figures)| {
            let (resident, peak) = figures.mib();
            vec![
                server.name.clone(),
                format!("{:.2}", figures.start.p50 / 1000.0),
                format!("{:.0}", figures.list.p50),
                format!("{:.0}", figures.call.p50),
                format!("{:.0}", figures.call.p99),
                bare.map_or_else(String::new, |bare| format!("{:.1}x", figures.call.p50 / bare)),
                format!("{:.0}", figures.alone),
                format!("{:.0}", figures.together),
                format!("{:.0}", figures.processor),
                format!("{resident:.1}"),
                format!("{peak:.1}"),
            ]
        })
        .collect();
    let together = format!("calls/s, {IN_FLIGHT} in flight");
    let heading = [
        "server",
        "start to first reply, ms",
        "tools/list, µs",
        "call p50, µs",
        "p99",
        "/ bare SDK",
        "calls/s, one by one",
        &together,
        "CPU a call, µs",
        "resident MiB",
        "peak",
    ];
    format!("### An MCP server, and what else could serve the tools\n\n{}", table(&heading, &rows))
}
