//! `popup`: what the host is asked, and what an agent is told.

use exomonad_sdk::fake::FakeHost;
use exomonad_sdk::ui::Answer;
use exomonad_sdk::{EffectError, EffectErrorKind};
use expect_test::expect;
use serde_json::json;

use super::{refusal, root, try_call};

const ARGS: &str = r#"{"title":"Deploy?","wait_seconds":60,"fields":[
    {"id":"where","type":"choice","required":true,"options":[{"value":"test"},{"value":"live","label":"Live"}],"default":"test"},
    {"id":"sure","type":"checkbox","default":"true"},
    {"id":"more","type":"group","label":"More","visible_when":{"all":[{"field":"sure","one_of":["true"]}],"any":[{"field":"where","one_of":["live"],"not":true}]},
     "fields":[{"id":"share","type":"slider","min":0,"max":1,"step":0.25,"default":"0.5"},{"id":"note","type":"text","max":20}]}]}"#;

#[test]
fn a_form_reaches_the_host_in_its_own_terms_and_the_answer_comes_back() {
    let mut host = FakeHost::default();
    host.reply("ui.ask", Ok(Answer::Answered(r#"{"where":"live","sure":true}"#.to_owned())));
    let (answer, text) = try_call(&mut host, &root(), "popup", ARGS).unwrap();
    assert_eq!(answer, json!({"outcome": "answered", "values": {"where": "live", "sure": true}}));
    expect![[r#"
        your human answered:
        - where: "live"
        - sure: true"#]]
    .assert_eq(&text);
    let calls = host.calls();
    let [asked] = calls.as_slice() else { panic!("{calls:?}") };
    let form = json!({"title": "Deploy?", "fields": [
        {"id": "where", "type": "choice", "required": true, "default": "test",
         "options": [{"value": "test"}, {"value": "live", "label": "Live"}]},
        {"id": "sure", "type": "checkbox", "default": true},
        {"id": "more", "type": "group", "label": "More", "fields": [
            {"id": "share", "type": "slider", "default": 0.5, "min": 0, "max": 1, "step": 0.25},
            {"id": "note", "type": "text", "max": 20}],
         "visible_when": {"all": [{"field": "sure", "in": [true]},
            {"any": [{"not": {"field": "where", "in": ["live"]}}]}]}},
    ]});
    assert_eq!(*asked, format!("ui.ask({:?}, 60000)", form.to_string()));
}

#[test]
fn who_does_not_answer_is_no_failure() {
    for (answer, outcome, words) in [
        (Answer::Declined, "declined", "your human declined to answer"),
        (Answer::TimedOut, "timed-out", "nobody answered in time"),
    ] {
        let mut host = FakeHost::default();
        host.reply("ui.ask", Ok(answer));
        let args = r#"{"title":"t","panes":[{"id":"a","fields":[{"id":"x","type":"checkbox"}],"next":[{"when":{"all":[{"field":"x","one_of":["false"]}]}}]}]}"#;
        let (answer, text) = try_call(&mut host, &root(), "popup", args).unwrap();
        assert_eq!(answer, json!({"outcome": outcome, "values": {}}));
        assert!(text.starts_with(words), "{text}");
        let calls = host.calls();
        let [asked] = calls.as_slice() else { panic!("{calls:?}") };
        assert!(
            asked.contains(r#"\"next\":[{\"when\":{\"all\":[{\"field\":\"x\",\"in\":[false]}]}}]"#),
            "{asked}"
        );
        assert!(asked.ends_with(", 300000)"), "{asked}");
    }
}

#[test]
fn a_form_without_questions_is_refused_and_what_the_host_refuses_is_told() {
    assert_eq!(refusal(&root(), "popup", r#"{"title":"t"}"#).message, "pass either `fields` or `panes`");
    let mut host = FakeHost::default();
    let message = "field `a`: has 1 to 200 `options`".to_owned();
    let kind = EffectErrorKind::InvalidInput;
    host.reply::<Answer>("ui.ask", Err(EffectError { kind, message: message.clone(), hint: None }));
    let args = r#"{"title":"t","fields":[{"id":"a","type":"choice"}]}"#;
    assert_eq!(try_call(&mut host, &root(), "popup", args).unwrap_err().message, message);
}
