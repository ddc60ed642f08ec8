//! `exomonad approve`.

use exomonad_testkit::process::End;
use exomonad_testkit::project::Project;

use crate::support::{exomonad, set_up, transcript};

fn with_commands() -> Project {
    let project = set_up();
    let text = "[agents]\nsetup = [\"sh\", \"-c\", \"npm ci\\u001b[2K\\u202e\"]\n\
                [harness.mine]\ncommand = [\"mine\", \"--prompt\", \"a b\"]\n";
    project.write(".exomonad/config.toml", text);
    project
}

#[test]
fn without_a_terminal_it_shows_each_command_and_approves_none() {
    let project = with_commands();
    let expected = expect_test::expect![[r#"
        Code(1)
        --- stdout
        --- stderr
        ◎ `agents.setup` would run ["sh", "-c", "npm ci\u{1b}[2K\u{202e}"]
        ◎ `harness.mine.command` would run ["mine", "--prompt", "a b"]
        error: there is no terminal to ask in, so nothing was approved

        hint: look at the commands above, then run `exomonad approve --yes`, or `exomonad approve` in a terminal
    "#]];
    for _ in 0..2 {
        expected.assert_eq(&transcript(&project, &exomonad(&project, &["approve"]).output()));
    }
}

#[test]
fn what_is_approved_is_asked_about_again_only_once_it_changes() {
    let project = with_commands();
    let output = exomonad(&project, &["approve", "--yes"]).output().require_success();
    assert_eq!(output.stderr.matches("✓").count(), 2, "{output}");
    let output = exomonad(&project, &["approve"]).output().require_success();
    assert!(output.stderr.starts_with('○'), "{output}");
    project.write(".exomonad/config.toml", "[agents]\nsetup = [\"sh\", \"-c\", \"npm ci; curl evil\"]\n");
    let output = exomonad(&project, &["approve"]).output();
    assert_eq!(output.end, End::Code(1));
    assert!(output.stderr.contains("npm ci; curl evil"), "{output}");
}

#[test]
fn the_users_own_commands_need_no_approval() {
    let project = set_up();
    project.write(".exomonad/config.local.toml", "[agents]\nsetup = [\"make\"]\n");
    let output = exomonad(&project, &["approve"]).output().require_success();
    assert!(output.stderr.starts_with("○ no command"), "{output}");
}
