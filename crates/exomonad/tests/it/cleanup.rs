//! `exomonad cleanup`.

use exomonad_host::store::{AgentState, Exit};
use exomonad_testkit::process::End;
use exomonad_testkit::project::Project;
use serde_json::{Value, json};

use crate::agents::{add, alive, begin, end, name, store};
use crate::support::{exomonad, set_up, transcript};

/// An agent that ended, in a worktree of its own on a branch of its own.
fn ended(project: &Project, agent: &str, parent: &str) {
    add(project, agent, parent, "dev");
    end(project, agent, Exit::Code(0));
    let worktree = project.dir().join(".exomonad/worktrees").join(agent);
    let branch = format!("main.{agent}");
    let reason = format!("exomonad spawn {agent}");
    let arguments =
        ["worktree", "add", "-q", "--lock", "--reason", &reason, "-b", &branch, worktree.as_str(), "main"];
    project.git(arguments);
}

fn commit(project: &Project, agent: &str) {
    project.write(format!(".exomonad/worktrees/{agent}/{agent}.txt"), "work\n");
    let dir = project.dir().join(".exomonad/worktrees").join(agent);
    project.git(["-C", dir.as_str(), "add", "."]);
    project.git(["-C", dir.as_str(), "commit", "-q", "-m", "its work"]);
}

#[test]
fn a_named_agent_is_removed_and_its_branch_stays() {
    let project = set_up();
    ended(&project, "api", "root");
    expect_test::expect![[r#"
        Code(0)
        --- stdout
        --- stderr
        ✓ api: removed; its branch `main.api` stays
    "#]]
    .assert_eq(&transcript(&project, &exomonad(&project, &["cleanup", "api"]).output()));
    assert!(!project.has(".exomonad/worktrees/api"));
    assert_eq!(project.git(["branch", "--list", "main.api"]).trim(), "main.api");
    assert!(store(&project).agent(&name("api")).unwrap().is_none());
}

#[test]
fn work_is_refused_with_the_way_on_and_force_tells_the_way_back() {
    let project = set_up();
    ended(&project, "api", "root");
    project.write(".exomonad/worktrees/api/new", "work\n");
    expect_test::expect![[r#"
        Code(1)
        --- stdout
        --- stderr
        ✗ api: agent `api` has work that would be lost: not committed: not tracked: `new`
        ↳ commit and merge it; or give it up: `exomonad cleanup api --force` keeps it under a ref first
    "#]]
    .assert_eq(&transcript(&project, &exomonad(&project, &["cleanup", "api"]).output()));
    let output = exomonad(&project, &["cleanup", "api", "--force"]).output().require_success();
    let (_, back) = output.stderr.split_once("to get it back: `git ").unwrap();
    let back = back.trim_end().trim_end_matches('`');
    project.git(back.split(' '));
    assert_eq!(project.read("new"), "work\n");
}

#[test]
fn without_a_name_what_is_done_and_harmless_goes_and_the_rest_is_listed() {
    let project = set_up();
    for agent in ["done", "dirty", "unmerged"] {
        ended(&project, agent, "root");
    }
    project.write(".exomonad/worktrees/dirty/new", "");
    commit(&project, "unmerged");
    add(&project, "busy", "root", "worker");
    begin(&project, "busy", &alive());
    let output = exomonad(&project, &["cleanup"]).output().require_success();
    let mut lines: Vec<_> = output.stderr.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines.len(), 4, "{output}");
    assert_eq!(lines[0], "○ busy: stays: agent `busy` runs");
    assert!(lines[1].starts_with("○ dirty: stays: agent `dirty` has work that would be lost"), "{output}");
    assert!(lines[2].contains("not merged into `main`") && lines[2].contains("`its work`"), "{output}");
    assert_eq!(lines[3], "✓ done: removed; its branch `main.done` stays");
}

#[test]
fn only_what_is_merged_goes_with_merged() {
    let project = set_up();
    for agent in ["idle", "merged", "unmerged"] {
        ended(&project, agent, "root");
    }
    commit(&project, "merged");
    commit(&project, "unmerged");
    project.git(["merge", "-q", "--squash", "main.merged"]);
    project.git(["commit", "-q", "-m", "squashed"]);
    let output = exomonad(&project, &["cleanup", "--merged", "--json"]).output().require_success();
    let report: Value = serde_json::from_str(&output.stdout).unwrap();
    let removed = |agent: &Value| agent["removed"] == json!(true);
    let agents = report["agents"].as_array().unwrap();
    let names: Vec<_> = agents.iter().filter(|agent| removed(agent)).map(|agent| &agent["name"]).collect();
    assert_eq!((&report["schema"], names), (&json!(1), vec![&json!("merged")]));
    assert_eq!(agents.len(), 3);
}

#[test]
fn children_go_before_their_parents_whatever_the_order_of_the_names() {
    let project = set_up();
    ended(&project, "a", "root");
    ended(&project, "a.b", "a");
    let output = exomonad(&project, &["cleanup", "a"]).output();
    assert_eq!(output.end, End::Code(1));
    assert!(output.stderr.contains("clean them up first: `exomonad cleanup a.b`"), "{output}");
    let output = exomonad(&project, &["cleanup", "a", "a.b"]).output().require_success();
    let order: Vec<_> = output.stderr.lines().map(|line| line.split(' ').nth(1).unwrap()).collect();
    assert_eq!(order, ["a.b:", "a:"]);
}

#[test]
fn the_lead_and_strangers_are_refused_and_nobody_goes() {
    let project = set_up();
    ended(&project, "api", "root");
    let output = exomonad(&project, &["cleanup", "root"]).output();
    assert!(output.stderr.contains("`root` leads the project"), "{output}");
    let output = exomonad(&project, &["cleanup", "api", "nobody"]).output();
    assert_eq!(output.end, End::Code(1));
    assert!(output.stderr.contains("no agent `nobody`"), "{output}");
    assert!(project.has(".exomonad/worktrees/api"));
    assert_eq!(exomonad(&project, &["cleanup", "--force"]).output().end, End::Code(2));
}

#[test]
fn an_agent_that_could_not_be_started_goes() {
    let project = set_up();
    ended(&project, "api", "root");
    store(&project).set_agent_state(&name("api"), AgentState::Failed).unwrap();
    let output = exomonad(&project, &["cleanup"]).output().require_success();
    assert!(output.stderr.starts_with("✓ api: removed"), "{output}");
    let output = exomonad(&project, &["cleanup"]).output().require_success();
    assert_eq!(output.stderr, "○ there is no agent beside the lead\n");
}
