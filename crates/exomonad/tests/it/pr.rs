//! `exomonad pr`.

use exomonad_host::contract::forge::PullRequestState;
use exomonad_host::store::{Exit, Filing, PullDraft};
use exomonad_testkit::process::{End, Output};
use exomonad_testkit::project::Project;
use serde_json::{Value, json};

use crate::agents::{add, end, name, now_ms, store};
use crate::support::{exomonad, set_up, transcript};

/// A project with an agent `a` that ended, and its pull request, which adds `new` with this text.
fn project(text: &str) -> Project {
    let project = set_up();
    add(&project, "a", "root", "dev");
    end(&project, "a", Exit::Code(0));
    let worktree = project.dir().join(".exomonad/worktrees/a");
    let mark = ["worktree", "add", "-q", "--lock", "--reason", "exomonad spawn a"];
    project.git(mark.into_iter().chain(["-b", "main.a", worktree.as_str(), "main"]));
    project.write(".exomonad/worktrees/a/new", text);
    project.git(["-C", worktree.as_str(), "add", "."]);
    project.git(["-C", worktree.as_str(), "commit", "-q", "-m", "its work"]);
    let sha = |revision: &str| project.git(["rev-parse", revision]).trim().to_owned();
    let filing = store(&project).file_pull(
        &PullDraft {
            title: Some("The work"),
            body: Some("Why it is so.\n\nAnd \u{1b}[31mmore."),
            head: "main.a",
            base: "main",
            author: &name("a"),
            head_sha: &sha("main.a"),
            base_sha: &sha("main"),
            own_sha: None,
            receipt: Some("everything is committed"),
        },
        now_ms(),
    );
    assert!(matches!(filing.unwrap(), Filing::Created(_)));
    project
}

fn pr(project: &Project, arguments: &[&str]) -> Output {
    exomonad(project, &[&["pr"], arguments].concat()).output()
}

/// The whole of what a run printed, with the head's commit by name and ages without their number.
fn shown(project: &Project, output: &Output) -> String {
    let head = project.git(["rev-parse", "main.a"]);
    transcript(project, output)
        .replace(head.get(..8).unwrap(), "[head]")
        .replace("1s", "0s")
        .replace("2s", "0s")
}

fn state(project: &Project) -> PullRequestState {
    store(project).pull(1).unwrap().unwrap().state
}

#[test]
fn it_is_listed_shown_reviewed_and_merged() {
    let project = project("1\n");
    expect_test::expect![[r"
        Code(0)
        --- stdout
        NUMBER  STATE  HEAD    BASE  AUTHOR  SINCE  TITLE
        #1      open   main.a  main  a       0s     The work
        --- stderr
    "]]
    .assert_eq(&shown(&project, &pr(&project, &["list"])));
    expect_test::expect![[r"
        Code(0)
        --- stdout
        --- stderr
        ✓ #1: changes are requested at [head]
    "]]
    .assert_eq(&shown(&project, &pr(&project, &["review", "1", "--request-changes", "-m", "No.\nWhy?"])));
    expect_test::expect![[r"
        Code(0)
        --- stdout
        --- stderr
        ✓ #1: commented at [head]
    "]]
    .assert_eq(&shown(
        &project,
        &pr(&project, &["comment", "1", "--path", "new", "--line", "1", "-m", "Here."]),
    ));
    expect_test::expect![[r"
        Code(0)
        --- stdout
        #1 The work
        open: `main.a` into `main`, by a, at [head], 0s ago

            Why it is so.

            And �[31mmore.

        Receipt (found out by exomonad):
            everything is committed

        Reviews:
            human changes-requested at [head], 0s ago
                No.
                Why?
            human commented at [head], 0s ago

        Remarks:
            new:1, human:
                Here.

        Files:
            new +1 -0
        --- stderr
    "]]
    .assert_eq(&shown(&project, &pr(&project, &["show", "1"])));
    expect_test::expect![[r"
        Code(1)
        --- stdout
        --- stderr
        error: changes are requested in pull request #1 by `human`

        hint: once the author has committed what was asked for, or that person approves, merge it
    "]]
    .assert_eq(&shown(&project, &pr(&project, &["merge", "1"])));
    drop(pr(&project, &["review", "1", "--approve"]).require_success());
    expect_test::expect![[r"
        Code(0)
        --- stdout
        --- stderr
        ✓ #1: pull request #1 is merged into `main`; agent `a` is cleaned up; its branch `main.a` stays
    "]]
    .assert_eq(&shown(&project, &pr(&project, &["merge", "1"])));
    assert_eq!((state(&project), project.read("new")), (PullRequestState::Merged, "1\n".to_owned()));
    let author = project.git(["log", "-1", "--format=%s|%an|%cn"]);
    assert_eq!(author.trim(), "The work (#1)|A Tester|exomonad");
    expect_test::expect![[r"
        Code(0)
        --- stdout
        --- stderr
        ○ there is no such pull request; `--state all` lists every one
    "]]
    .assert_eq(&shown(&project, &pr(&project, &["list"])));
}

#[test]
fn a_diff_can_be_applied_and_counted() {
    let project = project("1\n2\n");
    let diff = pr(&project, &["diff", "1"]).require_success().stdout;
    drop(project.run("git").args(["apply", "--index", "-"]).input(diff).output().require_success());
    assert_eq!(project.read("new"), "1\n2\n");
    assert_eq!(pr(&project, &["diff", "1", "--stat"]).require_success().stdout, "new +2 -0\n");
    assert_eq!(pr(&project, &["diff", "1", "other"]).require_success().stdout, "");
}

#[test]
fn conflicts_are_listed_and_the_exit_code_tells() {
    let project = project("1\n");
    project.write("new", "2\n");
    project.git(["add", "new"]);
    project.git(["commit", "-q", "-m", "other"]);
    for strategy in ["--squash", "--merge", "--rebase"] {
        expect_test::expect![[r"
            Code(1)
            --- stdout
            --- stderr
            ✗ #1: pull request #1 is in conflict with `main`, and nothing was changed; its author merges `main` into `main.a`, resolves that, commits, and files again
            ↳ in conflict: new
        "]]
        .assert_eq(&shown(&project, &pr(&project, &["merge", "1", strategy])));
    }
    let output = pr(&project, &["merge", "1", "--json"]);
    assert_eq!(output.end, End::Code(1));
    let report: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(
        (&report["schema"], &report["merged"], &report["conflicts"]),
        (&json!(1), &json!(false), &json!(["new"]))
    );
    assert_eq!(state(&project), PullRequestState::Open);
}

#[test]
fn an_agents_process_acts_as_that_agent() {
    let project = project("1\n");
    add(&project, "b", "root", "dev");
    let run = |agent: &str, arguments: &[&str]| {
        exomonad(&project, &[&["pr"], arguments].concat()).env("EXOMONAD_AGENT", agent).output()
    };
    for (agent, arguments, says) in [
        ("a", &["merge", "1", "--force"][..], "pull request #1 is your own, and not yours to merge"),
        ("a", &["review", "1", "--approve"], "pull request #1 is your own, and not yours to review"),
        ("b", &["merge", "1"], "is not below you in the tree"),
        ("b", &["close", "1"], "is not below you in the tree"),
    ] {
        let output = run(agent, arguments);
        assert_eq!(output.end, End::Code(1));
        assert!(output.stderr.contains(says) && output.stderr.contains("hint: "), "{output}");
    }
    assert_eq!(state(&project), PullRequestState::Open);
    drop(run("root", &["review", "1", "--comment", "-m", "Fine."]).require_success());
    let shown = pr(&project, &["show", "1", "--json"]).require_success().stdout;
    let shown: Value = serde_json::from_str(&shown).unwrap();
    let review = &shown["reviews"][0];
    assert_eq!((&review["author"], &review["human"]), (&json!("root"), &json!(false)));
    let output = run("a", &["close", "1", "-m", "a mistake"]).require_success();
    assert_eq!(output.stderr, "✓ #1: closed; its branch `main.a` stays\n");
}

#[test]
fn what_makes_no_sense_is_wrong_usage_and_a_missing_one_is_named() {
    let project = project("1\n");
    for arguments in [
        &["review", "1"][..],
        &["review", "1", "--approve", "--comment", "-m", "x"],
        &["review", "1", "--request-changes"],
        &["comment", "1", "--line", "1", "-m", "x"],
        &["comment", "1", "--path", "new", "--line", "0", "-m", "x"],
        &["merge", "1", "--squash", "--rebase"],
        &["merge", "one"],
        &["list", "--state", "lost"],
    ] {
        assert_eq!(pr(&project, arguments).end, End::Code(2), "{arguments:?}");
    }
    expect_test::expect![[r"
        Code(1)
        --- stdout
        --- stderr
        error: there is no pull request #7

        hint: `exomonad pr list` shows those that there are
    "]]
    .assert_eq(&transcript(&project, &pr(&project, &["show", "7"])));
}

/// The subcommands of git that were run, in the order of the alphabet.
fn asked(log: &str) -> Vec<&str> {
    let mut names: Vec<_> = log.lines().filter_map(subcommand).collect();
    names.sort_unstable();
    names
}

fn subcommand(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace();
    loop {
        match words.next()? {
            "-c" => {
                words.next();
            }
            option if option.starts_with('-') => {}
            name => return Some(name),
        }
    }
}

#[test]
fn a_merge_asks_git_for_each_thing_once() {
    let project = project("1\n");
    project.write(".exomonad/config.local.toml", "[project]\nclean_up_merged = false\n");
    let log = project.temp().join("git.log");
    project.install_script("git", &format!("echo \"$*\" >> '{log}'\nPATH=${{PATH#*:}} exec git \"$@\""));
    let output = pr(&project, &["merge", "1", "--merge"]);
    let log = std::fs::read_to_string(&log).unwrap();
    assert_eq!(output.end, End::Code(0), "{output}");
    let expected = [
        "commit-tree",
        "config",
        "diff-tree",
        "merge-base",
        "merge-tree",
        "read-tree",
        "status",
        "update-ref",
        "version",
        "worktree",
    ];
    assert_eq!(asked(&log), expected, "{log}");
}
