//! `exomonad repair`, as a person runs it.

use exomonad_testkit::process::End;
use expect_test::expect;

use crate::support::{exomonad, set_up, transcript};

#[test]
fn repair_of_what_is_whole_does_nothing() {
    let project = set_up();
    let output = exomonad(&project, &["repair"]).output();
    expect![[r#"
        Code(0)
        --- stdout
        --- stderr
        ○ nothing is wrong
    "#]]
    .assert_eq(&transcript(&project, &output));
}

#[test]
fn repair_names_what_it_leaves_and_fails() {
    let project = set_up();
    project.write(".exomonad/agents/api/notes", "somebody's");
    let output = exomonad(&project, &["repair"]).output();
    expect![[r#"
        Code(1)
        --- stdout
        --- stderr
        ▲ `[project]/.exomonad/agents/api` is of no agent, and not of our making: look at it, then `rm -r '[project]/.exomonad/agents/api'`
    "#]]
    .assert_eq(&transcript(&project, &output));
    assert!(project.has(".exomonad/agents/api/notes"));
}

#[test]
fn repair_removes_the_files_of_an_agent_that_is_gone() {
    let project = set_up();
    project.write(".exomonad/agents/api/mark", "a mark");
    project.write(".exomonad/agents/api/environment.json", "[]");
    let output = exomonad(&project, &["repair", "--json"]).output();
    assert_eq!(output.end, End::Code(0));
    let shown: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(shown["left"], serde_json::json!([]));
    assert_eq!(shown["done"].as_array().unwrap().len(), 1);
    assert!(!project.has(".exomonad/agents/api"));
}
