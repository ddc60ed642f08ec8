//! What stays of a text, and how times read.

use super::*;

#[test]
fn times_are_iso_8601_in_utc() {
    for (time_ms, text) in [
        (0, "1970-01-01T00:00:00Z"),
        (951_782_399_999, "2000-02-28T23:59:59Z"),
        (951_782_400_000, "2000-02-29T00:00:00Z"),
        (1_709_251_200_000, "2024-03-01T00:00:00Z"),
        (1_735_689_599_000, "2024-12-31T23:59:59Z"),
        (1_790_000_000_000, "2026-09-21T14:13:20Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00Z"),
    ] {
        assert_eq!(utc(time_ms), text, "{time_ms}");
    }
}

#[test]
fn what_cannot_be_seen_is_taken_out() {
    assert_eq!(visible("a\r\n\tb\u{1b}[31mc\0\u{7f}\u{85}"), "a\n\tb[31mc");
    assert_eq!(visible("x\u{202e}y\u{2066}z\u{e0041}\u{e007f}"), "xyz");
    assert_eq!(visible("größe 👩\u{200d}🚀 — ok"), "größe 👩\u{200d}🚀 — ok");
}

#[test]
fn one_line_keeps_every_word() {
    assert_eq!(one_line(" a\n b\t c "), "a b c");
}
