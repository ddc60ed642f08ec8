//! Tables as Markdown.

use super::contender::{Contender, Part};
use super::sample::Figures;

/// A table: its heading cells, then its rows.
pub(super) fn table(heading: &[&str], rows: &[Vec<String>]) -> String {
    let line = |cells: &[String]| format!("| {} |", cells.join(" | "));
    let heading: Vec<String> = heading.iter().map(|&cell| cell.to_owned()).collect();
    let rule: Vec<String> =
        (0..heading.len()).map(|column| if column == 0 { "---" } else { "--:" }.to_owned()).collect();
    let lines = [line(&heading), line(&rule)].into_iter().chain(rows.iter().map(|row| line(row)));
    lines.collect::<Vec<_>>().join("\n")
}

/// The main table.
pub(super) fn contenders(contenders: &[Contender], figures: &[Figures], absent: &[String]) -> String {
    let of = |part| figures_of(contenders, figures, part);
    let ratio =
        |value: f64, base: Option<f64>| base.map_or_else(String::new, |base| format!("{:.1}x", value / base));
    let rows: Vec<Vec<String>> = contenders
        .iter()
        .zip(figures)
        .map(|(contender, figures)| {
            vec![
                contender.name.clone(),
                format!("{:.2}", figures.wall_p50),
                format!("{:.2}", figures.wall_p90),
                format!("{:.2}", figures.wall_p99),
                format!("{:.2}", figures.processor_p50),
                ratio(figures.wall_p50, of(Part::Floor).map(|floor| floor.wall_p50)),
                ratio(figures.processor_p50, of(Part::Floor).map(|floor| floor.processor_p50)),
                ratio(figures.processor_p50, of(Part::Deny).map(|deny| deny.processor_p50)),
                format!("{:.1}", figures.peak_mib),
            ]
        })
        .collect();
    let heading = [
        "contender",
        "wall p50 ms",
        "p90",
        "p99",
        "CPU p50 ms",
        "wall / floor",
        "CPU / floor",
        "CPU / our deny",
        "peak MiB",
    ];
    let mut lines = vec!["### A hook, and what else could answer it\n".to_owned(), table(&heading, &rows)];
    lines.extend(absent.iter().map(|line| format!("\n{line}")));
    lines.join("\n")
}

/// The figures of the contender that plays this part.
pub(super) fn figures_of(contenders: &[Contender], figures: &[Figures], part: Part) -> Option<Figures> {
    let pairs = contenders.iter().zip(figures);
    pairs.filter(|(contender, _)| contender.part == part).map(|(_, figures)| *figures).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_markdown() {
        let text = table(&["a", "b"], &[vec!["1".to_owned(), "2".to_owned()]]);
        assert_eq!(text, "| a | b |\n| --- | --: |\n| 1 | 2 |");
    }
}
