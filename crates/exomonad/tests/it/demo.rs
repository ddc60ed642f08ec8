//! `exomonad demo`: the whole loop, through the real commands.

use std::time::Duration;

use camino::Utf8Path;
use exomonad_testkit::process::{End, Output, Run};
use exomonad_testkit::project::Project;
use rustix::process::Signal;

use crate::support::{exomonad, kill};

/// Five agents and some hundred processes; a loaded machine takes many times what it takes alone.
const LIMIT: Duration = Duration::from_secs(300);

#[test]
fn the_demo_plays_its_whole_story_and_leaves_nothing() {
    let project = Project::new();
    let output = demo(&project, &[]).output().require_success();
    assert_eq!(files(project.home()), [""; 0], "the home directory is untouched");
    assert_eq!(files(project.temp()), [""; 0], "the temporary directory is gone");
    assert_eq!(output.stderr, "");
    expect_test::expect![[r#""#]].assert_eq(&told(&output));
}

#[test]
fn a_kept_demo_can_be_looked_around_in() {
    let project = Project::new();
    let output = demo(&project, &["--keep"]).output().require_success();
    let script = project.temp().join(kept(&project)).join("exomonad");
    assert!(output.stderr.contains(script.as_str()), "{output}");
    let listed =
        project.run(script.as_str()).args(["pr", "list", "--state", "all"]).output().require_success();
    assert!(listed.stdout.contains("Add the command greet"), "{listed}");
    let tree = project.run(script.as_str()).arg("tree").output().require_success();
    assert!(tree.stdout.starts_with("root (tl, scripted) · stopped"), "{tree}");
}

#[test]
fn a_demo_without_git_says_what_is_missing_and_leaves_nothing() {
    let project = Project::new();
    let output = demo(&project, &[]).env("PATH", project.bin()).output();
    assert_eq!(output.end, End::Code(1), "{output}");
    let expected = "error: the demo needs `git`, which is not on your PATH\n\nhint: install `git`, or put it where PATH finds it\n";
    assert_eq!(output.stderr, expected);
    assert_eq!(files(project.temp()), [""; 0]);
}

#[test]
fn a_demo_whose_worktrees_cannot_be_made_fails_and_keeps_its_logs() {
    let project = Project::new();
    let git = "for word in \"$@\"; do test \"$word\" != worktree || { echo 'no room for a worktree' >&2; exit 1; }; done\nPATH=${PATH#*:} exec git \"$@\"";
    project.install_script("git", git);
    let output = demo(&project, &[]).output();
    assert_eq!(output.end, End::Code(1), "{output}");
    assert!(output.stderr.contains("`root` gave up"), "{output}");
    assert!(output.stderr.contains("no room for a worktree"), "{output}");
    let terminals = project.temp().join(kept(&project)).join("project/.exomonad/agents");
    assert!(output.stderr.contains(terminals.as_str()) && terminals.join("root").is_dir(), "{output}");
}

#[test]
fn an_interrupted_demo_ends_everything_and_leaves_nothing() {
    let project = Project::new();
    let (live, lines) = demo(&project, &[]).start();
    let spawned = lines.iter().find(|line| line.contains("is spawned by root"));
    assert!(spawned.is_some(), "the demo ended before anybody was spawned");
    kill(live.pid(), Signal::INT);
    drop(lines);
    let output = live.finish();
    assert_eq!(output.end, End::Code(130), "{output}");
    assert_eq!(files(project.temp()), [""; 0], "the temporary directory is gone");
}

/// A demo that is told to use this project's directories; it runs outside of any repository.
fn demo(project: &Project, arguments: &[&str]) -> Run {
    exomonad(project, &[["demo"].as_slice(), arguments].concat()).dir(project.bin()).limit(LIMIT)
}

/// Everything that is in a directory.
fn files(dir: &Utf8Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut dirs = vec![dir.to_owned()];
    while let Some(dir) = dirs.pop() {
        for entry in dir.read_dir_utf8().expect("list a directory").map(|entry| entry.expect("an entry")) {
            found.push(entry.path().to_string());
            if entry.file_type().expect("what it is").is_dir() {
                dirs.push(entry.path().to_owned());
            }
        }
    }
    found
}

/// The name of the directory that a demo left.
fn kept(project: &Project) -> String {
    let mut entries = project.temp().read_dir_utf8().expect("list a directory");
    let entry = entries.next().expect("the demo kept its directory").expect("an entry");
    entry.file_name().to_owned()
}

/// What a demo told, agent by agent: their steps come in an order of their own, but not to each other. Without what differs
/// from run to run; pull requests are called by their authors.
fn told(output: &Output) -> String {
    let text = by_author(&output.stdout);
    let (story, end) = text.split_once("\n\n").expect("the story, and its end");
    let mut lines: Vec<&str> = story.lines().collect();
    // Who spawned it says so when it runs already.
    lines.sort_by_key(|line| (line.split_whitespace().nth(1), !line.contains(" is spawned by ")));
    let (history, sums) = end.split_once("\n\n").expect("the history, and the sums");
    let history: Vec<String> = history.lines().map(without_id).collect();
    let (sums, seconds) = sums.rsplit_once(", in ").expect("how long it took");
    assert!(seconds.trim_end().ends_with(" s"), "{seconds}");
    format!("{}\n\n{}\n\n{sums}\n", lines.join("\n"), history.join("\n"))
}

/// Pull requests by their authors: who files first has the first number.
fn by_author(text: &str) -> String {
    let filed = text.lines().filter_map(|line| line.split_once(" files PR #"));
    let named = filed.map(|(agent, rest)| {
        let number = rest.split(' ').next().expect("its number");
        (number.to_owned(), agent.split_whitespace().last().expect("its author").to_owned())
    });
    let mut text = text.to_owned();
    for (number, author) in named.collect::<Vec<_>>() {
        text = text.replace(&format!("#{number}"), &format!("#{author}"));
    }
    text
}

/// A line of git's graph without the commit's id.
fn without_id(line: &str) -> String {
    let is_id = |word: &&str| word.len() >= 7 && word.chars().all(|c| c.is_ascii_hexdigit());
    line.split(' ').filter(|word| !is_id(word)).collect::<Vec<_>>().join(" ")
}
