//! `exomonad tree`.

use exomonad_testkit::process::End;
use serde_json::Value;

use crate::ps::family;
use crate::support::{exomonad, transcript};

#[test]
fn the_tree_shows_who_is_below_whom_and_how_each_ended() {
    let project = family();
    let output = exomonad(&project, &["tree"]).output();
    expect_test::expect![[r#"
        Code(0)
        --- stdout
        root (tl, claude) · running for 2m · main
        ├─ api (tl, gemini) · running for 2m · main.api · 1 unread
        │  ├─ api.parser (dev, gemini) · stopped 1m ago: exit code 0 · main.api.parser
        │  └─ api.tests (worker, gemini) · stopped 1m ago: signal 9
        └─ web (dev, gemini) · failed · `gemini` is not installed · main.web
        --- stderr
    "#]]
    .assert_eq(&transcript(&project, &output));
}

#[test]
fn the_tree_is_ascii_where_the_locale_is_not_utf_8() {
    let project = family();
    for (variable, locale) in [("LANG", "C"), ("LC_ALL", "POSIX"), ("LC_CTYPE", "de_DE.ISO-8859-1")] {
        let output = exomonad(&project, &["tree"]).env(variable, locale).output().require_success();
        assert!(output.stdout.is_ascii(), "{variable}={locale}: {}", output.stdout);
        assert!(output.stdout.contains("|  `- api.tests (worker, gemini), stopped"), "{}", output.stdout);
    }
    let output = exomonad(&project, &["tree"]).env("LC_ALL", "en_US.utf8").env("LANG", "C").output();
    assert!(output.stdout.contains('└'), "LC_ALL wins: {}", output.stdout);
}

#[test]
fn the_tree_as_json_nests_children() {
    let project = family();
    let output = exomonad(&project, &["tree", "--json"]).output();
    assert_eq!(output.end, End::Code(0));
    let report: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(report["schema"], 1);
    let names = |agent: &Value| -> Vec<String> {
        let children = agent["children"].as_array().unwrap();
        children.iter().map(|child| child["name"].as_str().unwrap().to_owned()).collect()
    };
    let root = &report["agents"][0];
    assert_eq!(names(root), ["api", "web"]);
    assert_eq!(names(&root["children"][0]), ["api.parser", "api.tests"]);
    assert_eq!(root["children"][0]["unread"], 1);
}
