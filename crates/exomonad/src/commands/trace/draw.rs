//! Draws a trace: a line each span, with a bar that says when it was.

use std::collections::{HashMap, HashSet};

use exomonad_host::telemetry::Span;
use unicode_width::UnicodeWidthChar as _;

use super::Run;
use crate::commands::words::time;
use crate::output::clean;

/// Columns of a duration.
const DURATION: usize = 8;

/// What the drawing is made for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// Columns.
    pub(super) width: usize,
    /// Whether it can show more than ASCII.
    pub(super) utf8: bool,
}

/// The whole drawing.
pub(super) fn draw(run: &Run, look: Look) -> String {
    let spans = &run.spans;
    let (Some(begin), Some(end)) =
        (spans.iter().map(|span| span.begin_us).min(), spans.iter().map(Span::end_us).max())
    else {
        return String::new();
    };
    let trace = spans.first().map(|span| span.context.trace.to_string()).unwrap_or_default();
    let agents: HashSet<_> = spans.iter().map(|span| span.agent.as_str()).collect();
    let count = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let mut text = format!(
        "trace {trace}\n{}, {}, {}, {}\n\n",
        time(begin / 1000),
        duration(end - begin),
        count(agents.len(), "agent"),
        count(spans.len(), "span"),
    );
    let scale = Scale { begin, end: end.max(begin + 1), columns: look.width * 3 / 8 };
    for (depth, span) in in_order(spans) {
        text.push_str(&line(run, span, depth, scale, look));
    }
    text
}

/// When a drawing begins and ends, and how wide it is.
#[derive(Debug, Clone, Copy)]
struct Scale {
    begin: u64,
    end: u64,
    columns: usize,
}

impl Scale {
    /// The first column of a span, and how many it has.
    fn place(self, span: &Span) -> (usize, usize) {
        let columns = u128::try_from(self.columns).unwrap_or(1);
        let whole = u128::from(self.end - self.begin);
        let column = |time: u64| {
            let passed = u128::from(time.saturating_sub(self.begin));
            usize::try_from(passed * columns / whole).unwrap_or(0).min(self.columns)
        };
        let first = column(span.begin_us).min(self.columns.saturating_sub(1));
        (first, column(span.end_us()).saturating_sub(first).max(1))
    }
}

fn line(run: &Run, span: &Span, depth: usize, scale: Scale, look: Look) -> String {
    let is_open = run.open.contains(&span.context.span.to_string());
    let failed = if look.utf8 { "✗ " } else { "x " };
    let mark = if span.failure.is_some() { failed } else { "  " };
    let why = span.failure.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
    let name = clean(&format!("{mark}{}{}{why}", "  ".repeat(depth), span.name)).replace(['\n', '\t'], " ");
    let columns = look.width.saturating_sub(scale.columns + DURATION + 2);
    let (first, length) = scale.place(span);
    let bar = if look.utf8 { "█" } else { "=" }.repeat(length);
    let bar =
        format!("{}{bar}{}", " ".repeat(first), " ".repeat(scale.columns.saturating_sub(first + length)));
    let took = format!("{}{}", duration(span.duration_us), if is_open { "+" } else { "" });
    format!("{} {bar} {took:>DURATION$}\n", fit(&name, columns, look.utf8))
}

/// A text in exactly so many columns.
fn fit(text: &str, columns: usize, utf8: bool) -> String {
    let more = if utf8 { '…' } else { '~' };
    let mut fitting = String::new();
    let mut used = 0;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let width = c.width().unwrap_or(0);
        let room = columns.saturating_sub(used);
        if width > room || (width == room && rest.peek().is_some()) {
            if room > 0 {
                fitting.push(more);
                used += 1;
            }
            break;
        }
        fitting.push(c);
        used += width;
    }
    fitting.extend(std::iter::repeat_n(' ', columns.saturating_sub(used)));
    fitting
}

/// The spans, each below what it is a part of, with how deep it is.
fn in_order(spans: &[Span]) -> Vec<(usize, &Span)> {
    let known: HashSet<_> = spans.iter().map(|span| span.context.span).collect();
    let mut parts: HashMap<_, Vec<&Span>> = HashMap::new();
    let mut next = Vec::new();
    for span in spans.iter().rev() {
        match span.parent.filter(|parent| known.contains(parent) && *parent != span.context.span) {
            Some(parent) => parts.entry(parent).or_default().push(span),
            None => next.push((0, span)),
        }
    }
    let mut ordered = Vec::with_capacity(spans.len());
    while let Some((depth, span)) = next.pop() {
        ordered.push((depth, span));
        // One that is there twice has its parts once.
        let below = parts.remove(&span.context.span).unwrap_or_default();
        next.extend(below.into_iter().map(|part| (depth + 1, part)));
    }
    ordered
}

/// A time in its greatest unit.
fn duration(us: u64) -> String {
    let tenths = |us: u64, unit: u64| format!("{}.{}", us / unit, us % unit * 10 / unit);
    match us {
        0..1_000 => format!("{us}us"),
        1_000..10_000 => format!("{}ms", tenths(us, 1_000)),
        10_000..1_000_000 => format!("{}ms", us / 1_000),
        1_000_000..60_000_000 => format!("{}s", tenths(us, 1_000_000)),
        60_000_000..3_600_000_000 => format!("{}m{:02}s", us / 60_000_000, us / 1_000_000 % 60),
        _ => format!("{}h{:02}m", us / 3_600_000_000, us / 60_000_000 % 60),
    }
}

#[cfg(test)]
mod tests;
