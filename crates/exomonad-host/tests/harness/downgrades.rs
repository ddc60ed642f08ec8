//! The downgrade table, and that the documentation tells the truth about it.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use exomonad_host::contract::HookKind;
use exomonad_host::harness::{Express, Fallback, Harness, VerdictKind, express};

use crate::{KINDS, kind_name};

fn cell(harness: Harness, kind: HookKind, verdict: VerdictKind) -> String {
    match express(harness, kind, verdict) {
        Express::AsIs => "yes".to_owned(),
        Express::Downgrade { to, why } => format!("{}: {why}", to.name()),
    }
}

/// The table as the documentation shows it: a row for the verdicts of a hook that fare alike, without those that every
/// harness expresses.
fn table() -> String {
    let mut text = String::from("| hook | verdict | claude | gemini | codex |\n|---|---|---|---|---|\n");
    for kind in KINDS {
        let mut rows: Vec<([String; 3], Vec<&str>)> = Vec::new();
        for verdict in VerdictKind::ALL {
            let cells = Harness::ALL.map(|harness| cell(harness, kind, verdict));
            match rows.iter_mut().find(|(known, _)| *known == cells) {
                Some((_, verdicts)) => verdicts.push(verdict.name()),
                None => rows.push((cells, vec![verdict.name()])),
            }
        }
        for (cells, verdicts) in rows.iter().filter(|(cells, _)| cells.iter().any(|cell| cell != "yes")) {
            let (hook, verdicts) = (kind_name(kind), verdicts.join(", "));
            writeln!(text, "| {hook} | {verdicts} | {} |", cells.join(" | ")).unwrap();
        }
    }
    text
}

#[test]
fn the_documentation_has_the_table_the_code_follows() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/harnesses.md");
    let text = fs::read_to_string(path).unwrap();
    let (_, rest) = text.split_once("<!-- downgrades -->\n").unwrap();
    let (documented, _) = rest.split_once("<!-- /downgrades -->").unwrap();
    let expected = table();
    assert!(documented == expected, "docs/harnesses.md should have this between its marks:\n{expected}");
}

#[test]
fn no_opinion_is_expressed_everywhere() {
    for harness in Harness::ALL {
        for kind in KINDS {
            assert_eq!(express(harness, kind, VerdictKind::Pass), Express::AsIs);
        }
    }
}

/// A refusal of any kind before a tool never becomes less than a refusal.
#[test]
fn before_a_tool_every_downgrade_but_that_of_an_approval_refuses() {
    for harness in Harness::ALL {
        for verdict in VerdictKind::ALL {
            if let Express::Downgrade { to, .. } = express(harness, HookKind::PreTool, verdict) {
                let expected = if verdict == VerdictKind::Allow { Fallback::Pass } else { Fallback::Deny };
                assert_eq!(to, expected, "{harness} {}", verdict.name());
            }
        }
    }
}
