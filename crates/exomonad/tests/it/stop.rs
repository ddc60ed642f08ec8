//! `exomonad stop`.

use exomonad_host::store::Exit;
use exomonad_testkit::process::End;
use serde_json::{Value, json};

use crate::agents::{add, alive, begin, end, store};
use crate::support::{exomonad, set_up};

#[test]
fn stopping_one_that_ended_says_how_it_ended_and_who_goes_on_below() {
    let project = set_up();
    add(&project, "api", "root", "tl");
    end(&project, "api", Exit::Code(3));
    add(&project, "api.w", "api", "worker");
    begin(&project, "api.w", &alive());
    let output = exomonad(&project, &["stop", "api"]).output().require_success();
    assert_eq!(
        output.stderr,
        "✓ api: stopped: exit code 3\n\
         ↳ agents below go on: `api.w`; `exomonad stop --tree NAME` stops an agent with all below it\n"
    );
    let output = exomonad(&project, &["stop", "api", "api", "--json"]).output().require_success();
    let report: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(
        report,
        json!({
            "schema": 1,
            "agents": [{"name": "api", "stopped": true, "exit": {"code": 3, "signal": null}, "error": null}],
            "running_below": ["api.w"],
        })
    );
}

#[test]
fn a_tree_is_stopped_from_its_leaves() {
    let project = set_up();
    for (agent, parent) in [("a", "root"), ("a.b", "a"), ("a.b.c", "a.b"), ("z", "root")] {
        add(&project, agent, parent, "dev");
        end(&project, agent, Exit::Code(0));
    }
    let output = exomonad(&project, &["stop", "--tree", "a"]).output().require_success();
    let order: Vec<_> = output.stderr.lines().map(|line| line.split(' ').nth(1).unwrap()).collect();
    assert_eq!(order, ["a.b.c:", "a.b:", "a:"], "and `z` is left alone");
}

#[test]
fn one_unknown_name_among_several_stops_nobody() {
    let project = set_up();
    add(&project, "api", "root", "dev");
    let output = exomonad(&project, &["stop", "api", "nobody"]).output();
    assert_eq!(output.end, End::Code(1));
    assert!(!output.stderr.contains('✓'), "{}", output.stderr);
    assert!(store(&project).last_events(&Default::default(), 9).unwrap().is_empty());
}
