//! What a caller of `text` relies on.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use camino::Utf8Path;
use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use super::{Cmd, ExecError, end_marked};

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

#[test]
fn a_program_reads_its_input_while_it_writes() {
    let input = "x".repeat(1 << 20);
    let text = Cmd::new("cat", Utf8Path::new("/"), "/usr/bin:/bin").input(input.clone()).text().unwrap();
    assert!(text == input, "{} of {} bytes came back", text.len(), input.len());
    assert_eq!(shell("exit 0").input(input).text().unwrap(), "", "nobody has to read it");
    assert_eq!(shell("cat").text().unwrap(), "", "without an input there is none");
}

#[test]
fn a_conversation_goes_line_by_line_and_ends_with_its_last_listener() {
    let mut conversation =
        shell("while read line; do echo \"you said $line\"; done; echo bye").converse().unwrap();
    for word in ["one", "two"] {
        conversation.say(word).unwrap();
        assert_eq!(conversation.hear().unwrap(), Some(format!("you said {word}")));
    }
    let mut deaf = shell("exec >&-; exec sleep 600").converse().unwrap();
    assert_eq!(deaf.hear().unwrap(), None);
    // Dropped, both end: the second one is killed.
}

#[cfg(target_os = "linux")]
#[test]
fn what_bears_a_mark_is_ended_however_it_was_started_and_nothing_else() {
    let mark = format!("EXOMONAD_TEST_MARK={}", std::process::id());
    let (name, value) = mark.split_once('=').unwrap();
    // Neither is a child of the shell that the test waits for, and one takes no notice of a request to end.
    let script = "setsid sleep 600 & echo $!; (trap '' TERM; exec sleep 600) & echo $!";
    let text = shell(script).env(name, value).text().unwrap();
    let other = shell("sleep 600 & echo $!").text().unwrap();
    assert!(end_marked(&mark, Duration::from_millis(200)).unwrap());
    let pid = |text: &str| Pid::from_raw(text.trim().parse().unwrap()).unwrap();
    for line in text.lines() {
        let left = std::fs::read_to_string(format!("/proc/{}/stat", line.trim())).unwrap_or_default();
        assert!(left.is_empty() || left.contains(") Z "), "{left}");
    }
    test_kill_process(pid(&other)).unwrap();
    kill_process(pid(&other), Signal::KILL).unwrap();
}

#[test]
fn a_script_that_does_not_say_who_runs_it_is_the_shells() {
    let temp = tempfile::tempdir().unwrap();
    let dir = Utf8Path::from_path(temp.path()).unwrap();
    let mut file = std::fs::File::create(dir.join("greet")).unwrap();
    file.write_all(b"echo \"hello $1\"\n").unwrap();
    file.set_permissions(std::fs::Permissions::from_mode(0o755)).unwrap();
    drop(file);
    let found = Cmd::new("greet", dir, &format!("{dir}:/usr/bin:/bin")).args(["you"]).text();
    assert_eq!(found.unwrap(), "hello you\n");
    assert_eq!(Cmd::new("./greet", dir, "/usr/bin:/bin").args(["me"]).text().unwrap(), "hello me\n");
}
