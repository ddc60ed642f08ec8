//! How traces look.

use std::collections::HashSet;

use exomonad_host::telemetry::{Attributes, Span, SpanKind, TraceContext};
use exomonad_testkit::picture;
use expect_test::{expect, expect_file};

use super::{Look, draw, duration, fit};
use crate::commands::trace::Run;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
/// 2026-09-21T14:13:20Z
const NOW_US: u64 = 1_790_000_000_000_000;

/// A span `id` below `parent`, from `begin_ms` for `ms`.
fn span(id: u8, parent: u8, name: &str, begin_ms: u64, ms: u64) -> Span {
    let context = |id: u8| TraceContext::parse(&format!("00-{TRACE}-{id:016x}-01"));
    Span {
        context: context(id).unwrap(),
        parent: context(parent).map(|parent| parent.span),
        name: name.to_owned(),
        kind: SpanKind::Internal,
        agent: if id < 5 { "root" } else { "root.api" }.to_owned(),
        begin_us: NOW_US + begin_ms * 1000,
        duration_us: ms * 1000,
        failure: None,
        attributes: Attributes::default(),
        moments: Vec::new(),
        link: None,
    }
}

fn run() -> Run {
    let mut refused = span(4, 1, "tools/call merge_pr", 9000, 1000);
    refused.failure = Some("tool_error".to_owned());
    Run {
        spans: vec![
            span(1, 0, "invoke_agent root", 0, 12_000),
            span(2, 1, "hook session-start", 10, 4),
            span(3, 1, "tools/call spawn_leaf_subtree", 1000, 3000),
            span(5, 3, "invoke_agent root.api", 3000, 9000),
            span(6, 5, "hook pre-tool-use with a name that is far too long to be shown", 4000, 2),
            refused,
        ],
        open: HashSet::from(["0000000000000005".to_owned()]),
    }
}

#[test]
fn a_waterfall_fits_into_80_columns_and_tells_failures_and_what_goes_on_without_colour() {
    let drawn = draw(&run(), Look { width: 80, utf8: true });
    assert!(drawn.lines().all(|line| line.chars().count() <= 80), "{drawn}");
    expect![[r#"
        trace 4bf92f3577b34da6a3ce929d0e0e4736
        2026-09-21T14:13:20.000Z, 12.0s, 2 agents, 6 spans

          invoke_agent root                      ██████████████████████████████    12.0s
            hook session-start                   █                                 4.0ms
            tools/call spawn_leaf_subtree          ████████                         3.0s
              invoke_agent root.api                     ███████████████████████    9.0s+
                hook pre-tool-use with a name t…           █                       2.0ms
        ✗   tools/call merge_pr (tool_error)                           ███          1.0s
    "#]]
    .assert_eq(&drawn);
}

#[test]
fn the_picture_in_the_documents_is_what_is_drawn() {
    let mut refused = span(12, 1, "tools/call merge_pr", 9_600, 90);
    refused.failure = Some("tool_error".to_owned());
    let spans = vec![
        span(1, 0, "invoke_agent root", 0, 12_000),
        span(2, 1, "hook session-start", 10, 4),
        span(3, 1, "tools/call spawn_leaf_subtree", 1000, 450),
        span(4, 3, "spawn worktree", 1010, 310),
        span(5, 3, "invoke_agent root.api", 1400, 10_600),
        span(6, 5, "hook pre-tool-use", 2300, 3),
        span(7, 5, "hook pre-tool-use", 5100, 3),
        span(8, 5, "tools/call file_pr", 7400, 60),
        span(9, 8, "effect forge.create-or-update", 7405, 50),
        span(10, 5, "deliver root.api", 8800, 700),
        refused,
    ];
    let run = Run { spans, open: HashSet::from(["0000000000000005".to_owned()]) };
    let drawn = draw(&run, Look { width: 80, utf8: true });
    let picture = picture::printed(&format!("$ exomonad trace\n{drawn}"));
    expect_file!["../../../../../../docs/pictures/trace.svg"].assert_eq(&picture);
}

#[test]
fn a_terminal_without_unicode_gets_ascii() {
    let drawn = draw(&run(), Look { width: 60, utf8: false });
    assert!(drawn.is_ascii() && drawn.lines().all(|line| line.len() <= 60), "{drawn}");
    expect![[r#"
        trace 4bf92f3577b34da6a3ce929d0e0e4736
        2026-09-21T14:13:20.000Z, 12.0s, 2 agents, 6 spans

          invoke_agent root          ======================    12.0s
            hook session-start       =                         4.0ms
            tools/call spawn_leaf_s~  ======                    3.0s
              invoke_agent root.api       =================    9.0s+
                hook pre-tool-use w~        =                  2.0ms
        x   tools/call merge_pr (to~                 ==         1.0s
    "#]]
    .assert_eq(&drawn);
}

#[test]
fn the_last_spans_are_kept_with_what_they_are_parts_of() {
    let mut run = run();
    assert_eq!(run.keep_last(2), 3);
    let names: Vec<_> = run.spans.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(names, ["invoke_agent root", "tools/call spawn_leaf_subtree", "invoke_agent root.api"]);
    let mut run = self::run();
    run.spans = crate::commands::trace::below("root.api", run.spans);
    assert_eq!((run.spans.len(), run.keep_last(100)), (2, 0));
}

#[test]
fn a_name_is_cut_where_it_does_not_fit() {
    assert_eq!(fit("abc", 5, true), "abc  ");
    assert_eq!(fit("abcde", 5, true), "abcde");
    assert_eq!(fit("abcdef", 5, true), "abcd…");
    assert_eq!(fit("日本語", 5, true), "日本…");
    assert_eq!(fit("日本", 4, true), "日本");
}

#[test]
fn a_duration_is_told_in_its_greatest_unit() {
    let check = |us: u64, expect: &str| assert_eq!(duration(us), expect);
    check(0, "0us");
    check(999, "999us");
    check(1_250, "1.2ms");
    check(41_900, "41ms");
    check(1_990_000, "1.9s");
    check(61_000_000, "1m01s");
    check(7_260_000_000, "2h01m");
}
