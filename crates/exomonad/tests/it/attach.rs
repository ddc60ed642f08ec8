//! `exomonad attach` and `exomonad screen`, where there is nothing to go to.

use exomonad_host::store::Exit;

use crate::agents::{add, end};
use crate::support::{exomonad, set_up, transcript};

#[test]
fn an_agent_without_a_terminal_is_answered_with_what_is_left_of_it() {
    let project = set_up();
    add(&project, "api", "root", "dev");
    end(&project, "api", Exit::Code(3));
    let transcripts = ["attach", "screen"]
        .map(|command| transcript(&project, &exomonad(&project, &[command, "api"]).output()));
    assert_eq!(transcripts[0], transcripts[1]);
    expect_test::expect![[r#"
        Code(1)
        --- stdout
        --- stderr
        error: agent `api` has no terminal; it is stopped: exit code 3

        hint: `exomonad log api` prints what it did; its work is in [project]/.exomonad/worktrees/api on branch `main.api`
    "#]]
    .assert_eq(&transcripts[0]);
}

#[test]
fn without_a_session_there_is_nothing_to_attach_to() {
    let project = set_up();
    let output = exomonad(&project, &["attach"]).output();
    expect_test::expect![[r#"
        Code(1)
        --- stdout
        --- stderr
        error: this project has no terminal session

        hint: start one with `exomonad init`
    "#]]
    .assert_eq(&transcript(&project, &output));
}
