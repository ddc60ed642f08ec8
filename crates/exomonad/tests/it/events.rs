//! `exomonad events`, and what comes of events while sidecars come and go.

use std::time::Duration;

use exomonad_host::engine::Guest;
use exomonad_host::store::{EventFilter, MailFilter};
use exomonad_testkit::project::Project;
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::agents::{now_ms, store};
use crate::mcp::{Sidecar, add_child};
use crate::support::{exomonad, set_up, wait_for};

const LIMIT: Duration = Duration::from_secs(60);

fn record(project: &Project, kind: &str, data: &Value) -> u64 {
    store(project).record_event(now_ms(), kind, "api", &data.to_string()).unwrap()
}

/// The numbers of the events that are printed.
fn numbers(project: &Project, arguments: &[&str]) -> Vec<u64> {
    let output = exomonad(project, &[&["events", "--json"], arguments].concat()).output().require_success();
    let lines = output.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter_map(|line| line["data"]["n"].as_u64()).collect()
}

#[test]
fn events_are_chosen_by_a_pattern_of_their_kinds() {
    let project = set_up();
    for (n, kind) in
        ["pull.filed", "pull.merged", "pulls.other", "hook.stop", "a?b.c"].into_iter().enumerate()
    {
        record(&project, kind, &json!({ "n": n }));
    }
    assert_eq!(numbers(&project, &["--kind", "pull.*"]), [0, 1]);
    assert_eq!(numbers(&project, &["--kind", "*.stop", "--kind", "pull.filed"]), [0, 3]);
    assert_eq!(numbers(&project, &["--kind", "hook.stop"]), [3]);
    assert_eq!(numbers(&project, &["--kind", "a?*"]), [4], "only `*` has a meaning");
    assert!(numbers(&project, &["--kind", "*x*"]).is_empty());
}

#[test]
fn whoever_says_where_it_was_gets_all_that_came_since() {
    let project = set_up();
    let first = record(&project, "test.event", &json!({ "n": 0 }));
    for n in 1..=1200 {
        record(&project, "test.event", &json!({ "n": n }));
    }
    let all: Vec<u64> = (1..=1200).collect();
    assert_eq!(numbers(&project, &["--after", &first.to_string()]), all);
    assert_eq!(numbers(&project, &["--after", &first.to_string(), "-n", "2"]), [1199, 1200]);
    assert_eq!(numbers(&project, &[]).len(), 50);
}

#[test]
fn events_are_followed_from_where_one_was() {
    let project = set_up();
    let first = record(&project, "test.event", &json!({ "n": 0 }));
    record(&project, "test.event", &json!({ "n": 1 }));
    let after = first.to_string();
    let (_live, lines) = exomonad(&project, &["events", "-f", "--after", &after, "--kind", "test.*"]).start();
    let next = || lines.recv_timeout(LIMIT).unwrap();
    assert!(next().ends_with("api test.event n=1"));
    record(&project, "test.event", &json!({ "n": 2, "long": "x".repeat(1000) }));
    let line = next();
    assert!(line.ends_with(&format!("n=2 long={}…", "x".repeat(300))), "{line}");
}

#[test]
fn each_review_is_told_once_however_sidecars_are_killed() {
    const REVIEWS: u64 = 12;
    let project = set_up();
    add_child(&project, "api");
    // Reactions begin with the first sidecar.
    let first = Sidecar::start(&project, &[]);
    wait_for("the first sidecar holds the lease", || {
        record(&project, "pull.commented", &json!({"number": 7, "forge": "github", "body": "begin"}));
        told(&project).contains("> begin").then_some(())
    });
    first.kill(Signal::KILL);
    drop(first.end());
    for review in 0..REVIEWS {
        let mut sidecar = Sidecar::start(&project, &[]);
        sidecar.initialize();
        let body = format!("review {review}.");
        let data = json!({
            "number": 7, "forge": "github", "url": "https://forge.example/7", "author": "alice", "human": true,
            "state": "changes-requested", "body": body,
        });
        record(&project, "pull.reviewed", &data);
        // At another moment each time, so that it dies before, while and after it reacts.
        std::thread::park_timeout(Duration::from_millis(review * 4));
        sidecar.kill(Signal::KILL);
        drop(sidecar.end());
    }
    let last = Sidecar::start(&project, &[]);
    // What is too much for a minute comes when it is over, so that only the log says that all were reacted to.
    let newest = newest_review(&project);
    wait_for("all were reacted to", || {
        let at = store(&project).reactions(Guest::builtin_hash()).unwrap();
        (at.after >= newest).then_some(())
    });
    last.kill(Signal::KILL);
    drop(last.end());
    store(&project).send_held(now_ms() + 120_000).unwrap();
    let told = told(&project);
    for review in 0..REVIEWS {
        assert_eq!(told.matches(&format!("> review {review}.")).count(), 1, "{review}: {told}");
    }
    store(&project).check().unwrap();
}

fn newest_review(project: &Project) -> u64 {
    let filter = EventFilter { kinds: vec!["pull.reviewed".to_owned()], ..EventFilter::default() };
    store(project).last_events(&filter, 1).unwrap()[0].id
}

/// Everything that exomonad told the agent.
fn told(project: &Project) -> String {
    let filter = MailFilter { agent: Some("api".to_owned()), acked: true };
    let mail = store(project).mail(&filter, 1000).unwrap();
    mail.into_iter().filter(|mail| mail.message.from == "exomonad").map(|mail| mail.message.body).collect()
}
