//! `exomonad log`.

use std::time::Duration;

use exomonad_testkit::process::End;
use exomonad_testkit::project::Project;
use serde_json::Value;

use crate::agents::{add, name, send, store};
use crate::support::{exomonad, set_up, succeed};

const LIMIT: Duration = Duration::from_secs(60);

fn talk() -> Project {
    let project = set_up();
    add(&project, "api", "root", "dev");
    store(&project).record_event(1000, "agent.started", "api", r#"{"harness":"gemini","pid":7}"#).unwrap();
    store(&project).record_event(1001, "agent.started", "root", "{}").unwrap();
    send(&project, "root", "api", "first line\nsecond \u{1b}[31mline");
    send(&project, "api", "root", "answer");
    project
}

/// The log without its times.
fn log(project: &Project, arguments: &[&str]) -> Vec<String> {
    let arguments = [&["log", "api"], arguments].concat();
    let output = exomonad(project, &arguments).output().require_success();
    let without_time = |line: &str| match line.strip_prefix("    ") {
        Some(_) => line.to_owned(),
        None => line.split_once(' ').unwrap().1.to_owned(),
    };
    output.stdout.lines().map(without_time).collect()
}

#[test]
fn the_log_has_an_agents_events_and_messages_in_the_order_of_time() {
    let project = talk();
    assert_eq!(
        log(&project, &[]),
        [
            "agent.started harness=gemini pid=7",
            "message from root, note",
            "    first line",
            "    second \u{fffd}[31mline",
            "message to root, note",
            "    answer",
        ]
    );
    assert_eq!(log(&project, &["-n", "1"]), ["message to root, note", "    answer"]);
    assert!(log(&project, &["-n", "0"]).is_empty());
}

#[test]
fn a_long_message_is_shown_by_its_beginning_and_whole_in_json() {
    let project = set_up();
    add(&project, "api", "root", "dev");
    let body = "word ".repeat(1000);
    send(&project, "root", "api", &body);
    let shown = log(&project, &[]);
    assert_eq!(shown.len(), 3, "{shown:?}");
    assert_eq!(shown[2], "    … 5000 bytes in all; `--json` has them");
    let output = exomonad(&project, &["log", "api", "--json"]).output().require_success();
    let entry: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!((&entry["schema"], &entry["entry"]), (&1.into(), &"message".into()));
    assert_eq!(entry["body"], body);
}

#[test]
fn a_followed_log_prints_what_comes() {
    let project = talk();
    let (_live, lines) = exomonad(&project, &["log", "api", "-f", "-n", "1"]).start();
    let next = || lines.recv_timeout(LIMIT).unwrap();
    assert!(next().ends_with("message to root, note"));
    assert_eq!(next(), "    answer");
    send(&project, "root", "api", "more");
    assert!(next().ends_with("message from root, note"));
    assert_eq!(next(), "    more");
    store(&project).record_event(1002, "agent.exited", "api", r#"{"code":0}"#).unwrap();
    assert!(next().ends_with("agent.exited code=0"));
}

#[test]
fn following_nothing_begins_with_what_comes() {
    let project = talk();
    let (_live, lines) = exomonad(&project, &["log", "root", "-f", "-n", "0"]).start();
    // Nothing tells when the reader has begun, so news comes until it shows some.
    let head = std::iter::repeat_with(|| {
        send(&project, "api", "root", "new");
        lines.recv_timeout(Duration::from_millis(100))
    });
    let head = head.take(600).find_map(Result::ok).unwrap();
    assert!(head.ends_with("message from api, note"), "{head}");
    assert_eq!(lines.recv_timeout(LIMIT).unwrap(), "    new");
}

#[test]
fn an_agent_that_was_cleaned_up_still_has_its_log() {
    let project = talk();
    store(&project).remove_agent(&name("api")).unwrap();
    assert_eq!(log(&project, &["-n", "1"]), ["message to root, note", "    answer"]);
}

#[test]
fn an_unknown_name_is_answered_with_the_nearest() {
    let project = talk();
    for command in ["log", "screen", "attach", "stop"] {
        let output = exomonad(&project, &[command, "apo"]).output();
        assert_eq!(output.end, End::Code(1), "{command}");
        assert_eq!(
            output.stderr, "error: this project has no agent `apo`\n\nhint: nearest are `api`, `root`\n",
            "{command}"
        );
    }
}

#[test]
fn a_hostile_name_cannot_drive_the_terminal() {
    let project = set_up();
    let output = exomonad(&project, &["log", "\u{1b}[2J"]).output();
    assert!(!output.stderr.contains('\u{1b}'), "{:?}", output.stderr);
    succeed(&project, &["log", "root"]);
}
