//! What messages are meant to cost, and whether they do. Says it; never fails on it.

use super::durable::Durable;
use super::flood::Flood;
use crate::bench::aims::Aim;

/// The section of the report.
pub(super) fn judge(durable: Option<&Durable>, floods: Option<&[Flood]>) -> String {
    let flat = floods.and_then(|floods| Some(floods.last()?.each() / floods.first()?.each()));
    let lines = [
        Aim::AtMost(2.0).line(
            "a report on the disk, in ms above one write of this disk",
            durable.map(|durable| (durable.report.p50 - durable.floor.p50) / 1000.0),
        ),
        Aim::AtMost(1.2).line("a message with 100,000 stored, times one with none", flat),
    ];
    format!("### Aims of messages\n\n{}", lines.join("\n"))
}
