//! What a caller of `text` relies on.

use camino::Utf8Path;
use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use super::{Cmd, ExecError};

fn shell(script: &str) -> Cmd {
    Cmd::new("sh", Utf8Path::new("/"), "/usr/bin:/bin").args(["-c", script])
}

#[test]
fn text_neither_waits_for_what_a_program_left_running_nor_ends_it() {
    // The one that is left holds the pipe.
    let text = shell("sleep 600 & echo $!").text().unwrap();
    let pid = Pid::from_raw(text.trim().parse().unwrap()).unwrap();
    test_kill_process(pid).unwrap();
    kill_process(pid, Signal::KILL).unwrap();
}

#[test]
fn text_of_a_failed_program_is_the_last_line_of_its_complaint() {
    let err = shell("echo out; echo one >&2; echo two >&2; exit 7").text().unwrap_err();
    assert!(err.to_string().ends_with("failed with exit code 7: two"), "{err}");
    let err = shell("kill -9 $$").text().unwrap_err();
    assert!(matches!(err, ExecError::Failed { code: None, signal: Some(9), .. }), "{err:?}");
    let missing = Cmd::new("no-such-program", Utf8Path::new("/"), "/usr/bin").text().unwrap_err();
    assert_eq!(missing.to_string(), "`no-such-program` is not installed");
}
