//! What a hook is meant to cost, and whether it does. Says it; never fails on it.

use super::contender::{Contender, Part};
use super::growth::Growth;
use super::sample::{Figures, is_quiet};
use super::table::figures_of;

/// The section of the report.
pub(super) fn judge(contenders: &[Contender], figures: &[Figures], growth: Option<&Growth>) -> String {
    let of = |part| figures_of(contenders, figures, part);
    let scripts = contenders.iter().zip(figures).filter(|(contender, _)| contender.part == Part::Script);
    let best_script = scripts.map(|(_, figures)| figures.processor_p50).reduce(f64::min);
    let (allow, deny, floor) = (of(Part::Allow), of(Part::Deny), of(Part::Floor));
    // On a busy machine the wall time is that of the others.
    let timed = |measured: Option<f64>| measured.filter(|_| floor.is_some_and(is_quiet));
    let lines = [
        Aim::AtMost(2.5).line(
            "median wall time, times the floor",
            timed(ratio(allow, floor, |figures| figures.wall_p50)),
        ),
        Aim::AtMost(2.5)
            .line("median CPU time, times the floor", ratio(allow, floor, |figures| figures.processor_p50)),
        Aim::AtMost(3.0).line(
            "p99 wall time, times the median",
            timed(allow.map(|allow| allow.wall_p99 / allow.wall_p50)),
        ),
        Aim::AtLeast(7.0).line(
            "CPU time of the best script, times ours, both denying",
            best_script.zip(deny).map(|(script, deny)| script / deny.processor_p50),
        ),
        Aim::AtMost(20.0).line("peak memory in MiB", allow.map(|allow| allow.peak_mib)),
        Aim::AtMost(1.1).line(
            "median CPU time with 10,000 agents and events, times that with 1",
            growth.and_then(Growth::ratio),
        ),
    ];
    let busy = "\n\nThe machine was busy: an empty program had to wait for a core. Wall times are not judged; \
                measure again when it is quiet.";
    let remark = if floor.is_some_and(is_quiet) { "" } else { busy };
    format!("### Aims\n\n{}{remark}", lines.join("\n"))
}

fn ratio(ours: Option<Figures>, base: Option<Figures>, figure: fn(Figures) -> f64) -> Option<f64> {
    ours.zip(base).map(|(ours, base)| figure(ours) / figure(base))
}

/// A bound that a figure should keep.
#[derive(Debug, Clone, Copy)]
pub(super) enum Aim {
    AtMost(f64),
    AtLeast(f64),
}

impl Aim {
    /// A line of the report.
    pub(super) fn line(self, what: &str, measured: Option<f64>) -> String {
        let (words, limit) = match self {
            Self::AtMost(limit) => ("at most", limit),
            Self::AtLeast(limit) => ("at least", limit),
        };
        let Some(measured) = measured else { return format!("- not measured: {what}, {words} {limit}") };
        let is_met = match self {
            Self::AtMost(limit) => measured <= limit,
            Self::AtLeast(limit) => measured >= limit,
        };
        let verdict = if is_met { "met" } else { "not met" };
        format!("- {verdict}: {what}, {words} {limit}; measured {measured:.2}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_aim_says_what_was_measured() {
        assert_eq!(Aim::AtMost(2.5).line("x", Some(2.5)), "- met: x, at most 2.5; measured 2.50");
        assert_eq!(Aim::AtLeast(7.0).line("x", Some(6.0)), "- not met: x, at least 7; measured 6.00");
        assert_eq!(Aim::AtMost(20.0).line("x", None), "- not measured: x, at most 20");
    }
}
