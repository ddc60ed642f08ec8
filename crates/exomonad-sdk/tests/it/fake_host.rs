//! The fake host answers as it was told, and says when it was not told.

use exomonad_sdk::fake::FakeHost;
use exomonad_sdk::kv::Scope;
use exomonad_sdk::log::Level;
use exomonad_sdk::{EffectError, EffectErrorKind, Host};

#[test]
fn replies_are_used_in_order_then_the_standing_answer() {
    let mut host = FakeHost::default();
    host.reply("git.branch", Ok(Some("one".to_owned())));
    host.reply("git.branch", Ok(None::<String>));
    host.answer_with("git.branch", |_| Ok(Some("standing".to_owned())));
    assert_eq!(host.git_branch(), Ok(Some("one".to_owned())));
    assert_eq!(host.git_branch(), Ok(None));
    assert_eq!(host.git_branch(), Ok(Some("standing".to_owned())));
    assert_eq!(host.git_branch(), Ok(Some("standing".to_owned())));
}

#[test]
fn a_standing_answer_sees_the_arguments() {
    let mut host = FakeHost::default();
    host.answer_with("kv.get", |arguments| Ok(arguments.last().cloned()));
    assert_eq!(host.kv_get(Scope::Project, "a"), Ok(Some("\"a\"".to_owned())));
}

#[test]
fn calls_are_recorded_in_order_with_the_log() {
    let mut host = FakeHost::default();
    host.reply("kv.set", Ok(()));
    host.log(Level::Warn, "careful", "{}");
    assert_eq!(host.kv_set(Scope::Agent, "k", "v"), Ok(()));
    assert_eq!(host.calls(), ["log.write(Level::Warn, \"careful\")", "kv.set(Scope::Agent, \"k\", \"v\")"]);
}

#[test]
fn what_is_not_scripted_is_unavailable_by_name() {
    let mut host = FakeHost::default();
    let unavailable = |message: &str| EffectError {
        kind: EffectErrorKind::Unavailable,
        message: message.to_owned(),
        hint: None,
    };
    assert_eq!(host.ui_notify("x"), Err(unavailable("no reply is scripted for `ui.notify`")));
    host.reply("ui.notify", Ok(1));
    assert_eq!(host.ui_notify("x"), Err(unavailable("the reply scripted for `ui.notify` has another type")));
}

#[test]
fn a_scripted_failure_is_the_reply() {
    let mut host = FakeHost::default();
    let refusal = EffectError { kind: EffectErrorKind::Conflict, message: "taken".to_owned(), hint: None };
    host.reply::<bool>("kv.compare_and_set", Err(refusal.clone()));
    assert_eq!(host.kv_compare_and_set(Scope::Agent, "k", None, "v"), Err(refusal));
}
