//! `exomonad demo`: the whole loop, through the real commands.

use std::time::Duration;

use camino::Utf8Path;
use exomonad_testkit::picture;
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
    expect_test::expect![[r#"
        ✓ docs         is spawned by root as tl
        ✓ docs         files PR #docs into main
        ↳ docs         to root: The documentation is ready.
        ✓ docs         has PR #docs approved by root
        ✓ docs         has PR #docs merged into main
        ✓ docs         is done, and cleaned up
        ✓ docs.manual  is spawned by docs as dev
        ✗ docs.manual  may not use Write: `.exomonad/worktrees/docs.manual/.exomonad/config.local.toml` guards the agents and may not be changed by one; ask your …
        ✓ docs.manual  files PR #docs.manual into main.docs
        ↳ docs.manual  to docs: Write the manual: ready.
        ✓ docs.manual  has PR #docs.manual approved by docs
        ✓ docs.manual  has PR #docs.manual merged into main.docs
        ✓ docs.manual  is done, and cleaned up
        ✓ farewell     is spawned by root as dev
        ↳ farewell     to root: Shall `farewell` take a name, as `greet` does?
        ✗ farewell     has file_pr refused: the work is not done: `sh check.sh` was never seen to run here
        ✓ farewell     files PR #farewell into main
        ↳ farewell     to root: Add the command farewell: ready.
        ✓ farewell     has PR #farewell approved by root
        ↳ farewell     to root: Add the command farewell: ready.
        ✓ farewell     has PR #farewell approved by root
        ✓ farewell     has PR #farewell merged into main
        ✓ farewell     is done, and cleaned up
        ✓ greet        is spawned by root as dev
        ✗ greet        may not use Bash: force pushes are not allowed here
        ◎ greet        is held: You cannot stop yet: these files are not committed: `commands/greet.sh`, `menu.txt`. Commit those that belong to the wor…
        ◎ greet        is held: You cannot stop yet: branch `main.greet` has 1 commit over `main` and no pull request at its newest commit. Call exomona…
        ✓ greet        files PR #greet into main
        ↳ greet        to root: Add the command greet: ready.
        ◎ greet        is asked by root to change PR #greet
        ↳ greet        to root: Add the command greet: ready.
        ✓ greet        has PR #greet approved by root
        ✓ greet        has PR #greet merged into main
        ✓ greet        is done, and cleaned up
        ↳ human        to root: The menu has one command. Add one that greets, one that says goodbye, and a manual.
        ↳ human        to root: Thank you, that was all.
        ✓ root         is at work
        ↳ root         to farewell: Yes: whoever is named, else the world.
        ↳ root         to farewell: Merging PR #farewell into `main` has a conflict in: menu.txt. Merge `main` into your branch, settle it, and report again.

        * Document the commands (#docs)
        * Add the command farewell (#farewell)
        * Add the command greet (#greet)
        * A menu with one command

        agent        role  tools  held  denied  messages  pull request
        root         tl    19     0     0       2
        docs         tl    6      0     0       1         #docs merged
        docs.manual  dev   5      0     1       1         #docs.manual merged
        farewell     dev   15     0     0       3         #farewell merged
        greet        dev   13     2     1       2         #greet merged

        ✓ 5 agents, 4 pull requests merged, 2 stops held, 2 tools denied, 9 messages
    "#]].assert_eq(&told(&output));
    let told = told(&output);
    let (_story, end) = told.split_once("\n\n").unwrap();
    let end = picture::printed(&format!("$ exomonad demo\n...\n\n{end}"));
    expect_test::expect_file!["../../../../docs/pictures/demo.svg"].assert_eq(&end);
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
