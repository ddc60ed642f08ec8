//! What the MCP server is meant to cost, and whether it does. Says it; never fails on it.

use super::crowd::Crowd;
use super::figures::Figures;
use super::server::{Part, Server};
use crate::bench::aims::Aim;

/// The section of the report.
pub(super) fn judge(servers: &[Server], figures: &[Figures], crowd: &Crowd) -> String {
    let of = |part| {
        servers.iter().zip(figures).find(|(server, _)| server.part == part).map(|(_, figures)| figures)
    };
    let scripts = || servers.iter().zip(figures).filter(|(server, _)| server.part == Part::Script);
    let fastest_script = scripts().map(|(_, figures)| figures.start.p50).reduce(f64::min);
    let smallest_script = scripts().map(|(_, figures)| figures.mib().0).reduce(f64::min);
    let (ours, bare) = (of(Part::Pure), of(Part::Bare));
    let lines = [
        Aim::AtMost(5.0).line("start to first reply in ms", ours.map(|ours| ours.start.p50 / 1000.0)),
        Aim::AtLeast(50.0).line(
            "start of the fastest server in Python or TypeScript, times ours",
            ours.zip(fastest_script).map(|(ours, script)| script / ours.start.p50),
        ),
        Aim::AtMost(100.0)
            .line("median of a call that the guest answers alone, in µs", ours.map(|ours| ours.call.p50)),
        Aim::AtMost(6.25).line(
            "the same, times the bare SDK's",
            ours.zip(bare).map(|(ours, bare)| ours.call.p50 / bare.call.p50),
        ),
        Aim::AtMost(16.0).line("resident memory of an idle sidecar in MiB", Some(crowd.idle_mib)),
        Aim::AtMost(0.2).line(
            "the same, as a part of the smallest script server's",
            smallest_script.map(|script| crowd.idle_mib / script),
        ),
        Aim::AtMost(0.5).line("percent of one core that idle sidecars use in all", Some(crowd.busy_percent)),
    ];
    format!("### Aims of the MCP server\n\n{}", lines.join("\n"))
}
