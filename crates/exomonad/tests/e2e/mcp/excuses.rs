//! What the conformance suite asks for and we do not do: the tables of docs/mcp-conformance.md.

use std::collections::BTreeSet;

/// The page, which says why.
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/mcp-conformance.md");

/// The excuses of one revision of the protocol: `scenario`, or `scenario:check` for one check of it.
#[derive(Debug)]
pub(super) struct Excuses {
    known: BTreeSet<String>,
    used: BTreeSet<String>,
}

impl Excuses {
    /// Reads those under the revision's heading.
    pub(super) fn load(revision: &str) -> Self {
        let page = std::fs::read_to_string(PAGE).expect("read docs/mcp-conformance.md");
        let known = parse(&page, revision);
        assert!(!known.is_empty(), "docs/mcp-conformance.md has no table for {revision}");
        Self { known, used: BTreeSet::new() }
    }

    /// Whether this failure is excused.
    pub(super) fn excuse(&mut self, scenario: &str, check: &str) -> bool {
        let names = [scenario.to_owned(), format!("{scenario}:{check}")];
        let Some(name) = names.into_iter().find(|name| self.known.contains(name)) else { return false };
        self.used.insert(name);
        true
    }

    /// The excuses that nothing needed.
    pub(super) fn stale(&self) -> Vec<&str> {
        self.known.difference(&self.used).map(String::as_str).collect()
    }
}

/// The names in backticks of each row's first cell, under the heading.
fn parse(page: &str, revision: &str) -> BTreeSet<String> {
    let heading = format!("## {revision}");
    let rows =
        page.lines().skip_while(|line| *line != heading).skip(1).take_while(|line| !line.starts_with("## "));
    rows.filter_map(|row| row.strip_prefix("| `")?.split(" | ").next())
        .flat_map(|cell| cell.split('`').step_by(2))
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_tables_name_several_scenarios_and_checks_in_a_row() {
    let page =
        "## A\n\n| what | why |\n|---|---|\n| `a`, `b:c` | it has `d` |\n| `e` | x |\n## B\n| `f` | y |\n";
    assert_eq!(parse(page, "A").into_iter().collect::<Vec<_>>(), ["a", "b:c", "e"]);
    assert_eq!(parse(page, "B").into_iter().collect::<Vec<_>>(), ["f"]);
}
