//! A question of a tool comes up in the conversation of the real agent, and its human answers it there.

use std::thread;
use std::time::Duration;

use exomonad_host::mux::Key;
use exomonad_testkit::{Script, Turn};
use serde_json::json;

use crate::agent::Agent;
use crate::stage::Stage;

cases! {
    claude_newest:
        a_question_is_answered_in_the_conversation,
        a_closed_dialog_leaves_the_question_open;
    claude_oldest:
        a_question_is_answered_in_the_conversation,
        a_closed_dialog_leaves_the_question_open;
}

/// A lead that asks its human, whose dialog is open.
fn ask(agent: &Agent) -> Stage {
    let form = json!({
        "title": "May it go live?", "wait_seconds": 170,
        "fields": [{"type": "checkbox", "id": "live", "label": "Go live", "default": "true"}],
    });
    // Its tools are there by the second turn, however slow the machine is.
    let turns = [Turn::say("hello"), Turn::call("mcp__exomonad__popup", form)];
    let stage = Stage::set(agent, Script::new(turns));
    stage.say("say hello");
    stage.wait("the first turn ended", || stage.asked("say hello").is_some());
    stage.wait_until_idle();
    stage.say("ask me");
    stage.wait("the form is in the conversation", || stage.screen().contains("May it go live?"));
    stage
}

/// Presses a key now and then until the question's dialog is closed.
fn close_with(stage: &Stage, key: Key, is_closed: impl Fn() -> bool) {
    stage.wait("the dialog is closed", || {
        let (mux, pane) = stage.terminal();
        mux.press(&pane, key).expect("press a key");
        thread::park_timeout(Duration::from_secs(1));
        is_closed()
    });
}

fn a_question_is_answered_in_the_conversation(agent: &Agent) {
    let stage = ask(agent);
    close_with(&stage, Key::Enter, || stage.store().open_requests().expect("read").is_empty());
    stage.wait("the model reads the answer", || stage.asked(r#""values":{"live":true}"#).is_some());
    let answered =
        stage.exomonad(&["events", "--kind", "request.answered"]).output().require_success().stdout;
    assert!(answered.contains("by=client"), "{}", stage.report());
}

fn a_closed_dialog_leaves_the_question_open(agent: &Agent) {
    let stage = ask(agent);
    close_with(&stage, Key::Escape, || !stage.screen().contains("May it go live?"));
    let open = stage.store().open_requests().expect("read the requests");
    let [request] = &open[..] else { panic!("one is open: {open:?}\n{}", stage.report()) };
    let reply = ["reply", "--id", &request.id, "--payload", r#"{"live": false}"#];
    drop(stage.exomonad(&reply).output().require_success());
    stage.wait("the model reads the answer", || stage.asked(r#""values":{"live":false}"#).is_some());
}
