//! What a zellij gets of events. The real one's part is in the tests of terminals.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::time::Duration;

use camino::Utf8PathBuf;
use serde_json::{Value, json};

use super::super::Duty;
use super::super::zellij_pipe::ZellijPipe;
use super::{Ground, ground};
use crate::config::Config;
use crate::mux::{Address, MuxKind};
use crate::surroundings::Surroundings;

/// A project in a session of a zellij that keeps what it is piped, unless there is a file `busy`.
fn start() -> (Ground, Utf8PathBuf, ZellijPipe) {
    let mut ground = ground();
    let dir = ground.site.repository.root.join("bin");
    std::fs::create_dir(&dir).unwrap();
    let zellij = dir.join("zellij");
    let script = format!(
        "#!/bin/sh\n[ \"$1\" = -V ] && exec echo 'zellij 0.45.1'\n[ -e {dir}/busy ] && exit 3\necho \"$@\" >> {dir}/args\ncat >> {dir}/piped\n"
    );
    #[expect(clippy::disallowed_methods, reason = "a test's file need not survive a crash")]
    std::fs::write(&zellij, script).unwrap();
    std::fs::set_permissions(&zellij, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{dir}:/usr/bin:/bin");
    let variables = vec![("PATH".to_owned(), path)];
    ground.site.surroundings = Arc::new(Surroundings { variables, ..Surroundings::default() });
    let mut config = Config::default();
    config.events.zellij_pipe = Some("feed".to_owned());
    ground.site.config = Arc::new(config);
    let address = Address { mux: MuxKind::Zellij, session: "api".to_owned(), socket: Some(dir.clone()) };
    ground.site.store.set_terminal(Some(&address)).unwrap();
    let mut duty = ZellijPipe::of(&ground.site).unwrap();
    assert!(!duty.go().unwrap().is_zero(), "nothing happened yet");
    (ground, dir, duty)
}

fn piped(dir: &Utf8PathBuf) -> Vec<Value> {
    let text = std::fs::read_to_string(dir.join("piped")).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn each_event_is_a_line_as_the_command_prints_it() {
    let (ground, dir, mut duty) = start();
    let first = ground.record("test.event", "api", &json!({"n": 1}));
    let second = ground.record("test.event", "root", &json!({"n": 2}));
    while duty.go().unwrap().is_zero() {}
    let line = |id: u64, agent: &str, n: u32| {
        json!({
            "schema": 1, "id": id, "time": "1970-01-01T00:16:40.000Z", "kind": "test.event", "agent": agent,
            "data": {"n": n},
        })
    };
    assert_eq!(piped(&dir), [line(first, "api", 1), line(second, "root", 2)]);
    let args = std::fs::read_to_string(dir.join("args")).unwrap();
    assert_eq!(args, "--session api pipe --name feed\n", "both in one call");
}

#[test]
fn what_is_not_taken_is_skipped_and_counted() {
    let (ground, dir, mut duty) = start();
    #[expect(clippy::disallowed_methods, reason = "a test's file need not survive a crash")]
    std::fs::write(dir.join("busy"), "").unwrap();
    ground.record("test.event", "api", &json!({}));
    ground.record("test.event", "api", &json!({}));
    assert_eq!(duty.go().unwrap(), Duration::from_secs(5));
    std::fs::remove_file(dir.join("busy")).unwrap();
    let next = ground.record("test.event", "api", &json!({}));
    assert!(duty.go().unwrap() > Duration::ZERO, "it is left alone for a while");
    super::wait_until("it is asked again", || {
        duty.go().unwrap();
        !piped(&dir).is_empty()
    });
    let lines = piped(&dir);
    assert_eq!(lines[0], json!({"schema": 1, "kind": "skipped", "count": 2}));
    assert_eq!((lines.len(), lines[1]["id"].as_u64()), (2, Some(next)));
}

#[test]
fn nothing_is_piped_unless_it_is_configured() {
    assert!(ZellijPipe::of(&ground().site).is_none());
}
