//! Programs are ended in time, with their children.

use std::process::Command;
use std::time::{Duration, Instant};

use super::{End, Run};

fn shell(script: &str) -> Run {
    Run::new(Command::new("/bin/sh")).args(["-c", script])
}

#[test]
fn output_and_code_are_kept() {
    let output = shell("cat; echo loud >&2; exit 3").input("quiet").output();
    assert_eq!(
        (output.end, output.stdout.as_str(), output.stderr.as_str()),
        (End::Code(3), "quiet", "loud\n")
    );
}

#[test]
fn a_signal_is_told_from_a_code() {
    assert_eq!(shell("kill -KILL $$").output().end, End::Signal(9));
}

#[test]
fn a_late_run_is_killed_with_its_whole_group() {
    let start = Instant::now();
    let output = shell("echo first; sleep 600 & sleep 600").limit(Duration::from_millis(200)).output();
    assert_eq!((output.end, output.stdout.as_str()), (End::OutOfTime, "first\n"));
    assert!(start.elapsed() < Duration::from_secs(60));
}

#[test]
fn a_left_over_child_does_not_hold_up_the_end() {
    assert_eq!(shell("sleep 600 & exit 0").output().end, End::Code(0));
}
