//! What a person reads: the answer on stdout, everything else on stderr.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the one place of this program that prints")]

use std::time::Duration;

/// Prints what the person asked for.
pub(crate) fn answer(text: &str) {
    println!("{text}");
}

/// Says which step begins.
pub(crate) fn step(text: &str) {
    eprintln!("◎ {text}");
}

/// Says what was done.
pub(crate) fn done(text: &str) {
    eprintln!("✓ {text}");
}

/// Says that a step ended well, and how long it took.
pub(crate) fn done_in(text: &str, elapsed: Duration) {
    eprintln!("✓ {text} ({:.1} s)", elapsed.as_secs_f32());
}

/// Says what a reader should know although nothing failed.
pub(crate) fn warning(text: &str) {
    eprintln!("▲ {text}");
}

/// Prints an error and its causes.
pub(crate) fn failure(error: &anyhow::Error) {
    eprintln!("error: {error}");
    for cause in error.chain().skip(1) {
        eprintln!("  caused by: {cause}");
    }
}
