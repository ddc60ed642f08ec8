//! Forms are read, and answers fit them.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Condition, Form, Values};

fn form(value: &Value) -> Form {
    Form::parse(&value.to_string()).unwrap()
}

fn values(value: Value) -> Values {
    let Value::Object(values) = value else { panic!("{value} is no object") };
    values
}

#[track_caller]
fn refused(fields: &Value, expect: &str) {
    let err = Form::parse(&json!({"title": "t", "fields": fields}).to_string()).unwrap_err();
    assert_eq!(err.to_string(), expect);
}

/// One of each.
fn every() -> Form {
    form(&json!({"title": "Deploy?", "message": "To production.", "fields": [
        {"id": "name", "type": "text", "label": "Name", "required": true, "max": 5},
        {"id": "why", "type": "textbox", "placeholder": "because"},
        {"id": "where", "type": "choice", "options": ["here", {"value": "there", "label": "Over there"}]},
        {"id": "what", "type": "multiselect", "options": ["a", "b", "c"], "min": 1, "max": 2, "default": ["b"]},
        {"id": "sure", "type": "checkbox"},
        {"id": "box", "type": "group", "label": "More", "visible_when": {"field": "sure", "equals": true}, "fields": [
            {"id": "level", "type": "slider", "min": 0, "max": 1, "step": 0.1, "default": 0.3},
            {"id": "deep", "type": "text", "default": "x", "visible_when": {"all": [
                {"not": {"field": "where", "equals": "here"}}, {"field": "what", "in": ["a", "c"]}]}},
        ]},
    ]}))
}

#[test]
fn an_answer_has_what_was_given_and_what_was_not_changed_and_nothing_that_is_hidden() {
    let check = |given: Value, expect: Value| {
        assert_eq!(Value::from(every().answer(&values(given)).unwrap()), expect);
    };
    check(json!({"name": "n"}), json!({"name": "n", "why": "", "what": ["b"], "sure": false}));
    check(
        json!({"name": "n", "sure": true, "where": "there", "what": ["c", "a"], "level": 0.7, "why": "a\nb"}),
        json!({"name": "n", "why": "a\nb", "where": "there", "what": ["c", "a"], "sure": true, "level": 0.7, "deep": "x"}),
    );
    check(
        json!({"name": "n", "sure": false, "level": "hidden, so it does not matter", "where": null}),
        json!({"name": "n", "why": "", "what": ["b"], "sure": false}),
    );
    check(
        json!({"name": "n", "sure": true, "where": "here", "what": ["a"]}),
        json!({"name": "n", "why": "", "where": "here", "what": ["a"], "sure": true, "level": 0.3}),
    );
}

#[test]
fn an_answer_that_does_not_fit_is_refused_by_the_fields_name() {
    let check = |given: Value, expect: &str| {
        assert_eq!(every().answer(&values(given)).unwrap_err().to_string(), expect);
    };
    check(json!({}), "field `name`: needs an answer");
    check(json!({"name": " "}), "field `name`: needs an answer");
    check(json!({"name": "toolong"}), "field `name`: has at most 5 characters");
    check(json!({"name": "a\nb"}), "field `name`: must be one line");
    check(json!({"name": 7}), "field `name`: must be a string");
    check(json!({"name": "n", "where": "nowhere"}), "field `where`: must be one of `here`, `there`");
    check(json!({"name": "n", "what": []}), "field `what`: needs 1 to 2 of its options");
    check(json!({"name": "n", "what": ["a", "a"]}), "field `what`: has \"a\" twice");
    check(json!({"name": "n", "what": "a"}), "field `what`: must be a list of `a`, `b`, `c`");
    check(json!({"name": "n", "sure": 1}), "field `sure`: must be true or false");
    check(
        json!({"name": "n", "sure": true, "level": 0.25}),
        "field `level`: must be a number from 0 to 1 in steps of 0.1",
    );
    check(json!({"name": "n", "surprise\u{1b}": 1}), "the form has no field `surprise\\u{1b}`");
    check(json!({"name": "n", "box": {}}), "the form has no field `box`");
    assert_eq!(every().answer_from("[]").unwrap_err().to_string(), "the answer is no JSON object");
}

#[test]
fn a_form_that_nobody_could_answer_is_refused_by_the_fields_name_and_the_rule() {
    refused(&json!([]), "the form: has no `fields`");
    refused(&json!([{"type": "text"}]), "field 1: `id` is missing or empty");
    refused(
        &json!([{"id": "a b", "type": "text"}]),
        "field 1: an `id` is 1 to 64 of `a-z`, `A-Z`, `0-9`, `_`, `-`, `.`",
    );
    refused(
        &json!([{"id": "a", "type": "txt"}]),
        "field `a`: `type` is one of text, textbox, choice, multiselect, checkbox, slider, group, not `txt`",
    );
    refused(
        &json!([{"id": "a", "type": "checkbox"}, {"id": "a", "type": "text"}]),
        "field `a`: another field has this `id`",
    );
    refused(&json!([{"id": "a", "type": "choice"}]), "field `a`: has 1 to 200 `options`");
    refused(
        &json!([{"id": "a", "type": "choice", "options": ["x", {"value": "x"}]}]),
        "field `a`: has the option `x` twice",
    );
    refused(
        &json!([{"id": "a", "type": "choice", "options": ["x"], "default": "y"}]),
        "field `a`: `default` names `y`, which is none of its options",
    );
    refused(
        &json!([{"id": "a", "type": "multiselect", "options": ["x"], "min": 2}]),
        "field `a`: `min` is at most `max`, and `max` is 1 to the number of its options, 1",
    );
    refused(&json!([{"id": "a", "type": "slider", "min": 1}]), "field `a`: needs `min` and `max`");
    refused(
        &json!([{"id": "a", "type": "slider", "min": 0, "max": 10, "step": 3, "default": 4}]),
        "field `a`: `default` is none of the numbers that it can be set to",
    );
    refused(
        &json!([{"id": "a", "type": "text", "requird": true}]),
        "field `a`: `requird` is not known here; known are `id`, `label`, `help`, `visible_when`, `required`, `type`, `max`, `default`, `placeholder`",
    );
    refused(
        &json!([{"id": "a", "type": "text", "visible_when": {"field": "b", "equals": 1}}, {"id": "b", "type": "checkbox"}]),
        "field `a`: its condition names `b`, and no field before it has that id",
    );
    refused(
        &json!([{"id": "b", "type": "checkbox"}, {"id": "a", "type": "text", "visible_when": {"field": "b", "equals": 1}}]),
        "field `a`: its condition asks for 1, which field `b` never is",
    );
    refused(
        &json!([{"id": "b", "type": "checkbox"}, {"id": "a", "type": "text", "visible_when": {"field": "b"}}]),
        "field `a`: a condition is `field` with `equals` or `in`, or `not`, or `all`, or `any`, and one of these only",
    );
    let both = json!({"title": "t", "fields": [], "panes": []});
    assert_eq!(
        Form::parse(&both.to_string()).unwrap_err().to_string(),
        "the form: has either `fields` or `panes`"
    );
}

/// A wizard whose second pane is skipped unless it is asked for.
fn wizard() -> Form {
    form(&json!({"title": "t", "panes": [
        {"id": "first", "fields": [{"id": "more", "type": "checkbox"}, {"id": "stop", "type": "checkbox"}], "next": [
            {"when": {"field": "stop", "equals": true}},
            {"when": {"not": {"field": "more", "equals": true}}, "pane": "last"}]},
        {"id": "second", "fields": [{"id": "detail", "type": "text", "required": true}]},
        {"id": "last", "fields": [{"id": "name", "type": "text"}]},
    ]}))
}

#[test]
fn a_wizard_goes_the_way_its_answers_lead_and_asks_nothing_elsewhere() {
    let panes = |given: Value| -> Vec<usize> {
        wizard().path(&values(given)).iter().map(|visit| visit.pane).collect()
    };
    assert_eq!(panes(json!({})), [0, 2]);
    assert_eq!(panes(json!({"more": true})), [0, 1, 2]);
    assert_eq!(panes(json!({"more": true, "stop": true})), [0]);
    let answer = wizard().answer(&values(json!({"detail": "unasked"}))).unwrap();
    assert_eq!(Value::from(answer), json!({"more": false, "stop": false, "name": ""}));
    assert_eq!(
        wizard().answer(&values(json!({"more": true}))).unwrap_err().to_string(),
        "field `detail`: needs an answer"
    );
}

#[test]
fn a_pane_leads_forward_only() {
    let check = |next: Value, expect: &str| {
        let pane =
            |id: &str, next: &Value| json!({"id": id, "fields": [{"id": id, "type": "text"}], "next": next});
        let form = json!({"title": "t", "panes": [pane("a", &json!([])), pane("b", &next)]});
        assert_eq!(Form::parse(&form.to_string()).unwrap_err().to_string(), expect);
    };
    check(json!([{"pane": "a"}]), "pane `b`: leads to `a`, which is no later pane");
    check(json!([{"pane": "b"}]), "pane `b`: leads to `b`, which is no later pane");
    check(json!([{"pane": "c"}]), "pane `b`: leads to `c`, which is no later pane");
    check(json!([1]), "pane `b`: `next` is a list of objects");
}

#[test]
fn a_condition_on_what_is_not_asked_does_not_hold_and_its_opposite_does() {
    let is = Condition::Equals { field: "a".to_owned(), value: json!(1.0) };
    let not = Condition::Not(Box::new(is.clone()));
    for (given, expect) in [(json!({}), false), (json!({"a": 1}), true), (json!({"a": [2, 1.0]}), true)] {
        assert_eq!(is.holds(&values(given.clone())), expect, "{given}");
        assert_eq!(not.holds(&values(given)), !expect);
    }
    assert!(Condition::All(Vec::new()).holds(&Values::new()));
    assert!(!Condition::Any(Vec::new()).holds(&Values::new()));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3i64..300).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-c]{0,2}|text|choice|slider|group|multiselect".prop_map(Value::from),
    ];
    let names = prop_oneof![
        Just("id"),
        Just("type"),
        Just("fields"),
        Just("panes"),
        Just("options"),
        Just("min"),
        Just("max"),
        Just("step"),
        Just("default"),
        Just("visible_when"),
        Just("field"),
        Just("equals"),
        Just("next"),
        Just("title"),
        Just("value"),
        Just("not"),
        Just("all"),
    ];
    leaf.prop_recursive(5, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((names.clone(), inner), 0..6)
                .prop_map(|pairs| pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
        ]
    })
}

/// Fields that are well made, each with values that may fit it and values that do not.
fn any_fields() -> impl Strategy<Value = Vec<Value>> {
    let field = (0..7usize, any::<bool>(), any::<bool>(), 0..3usize, 1..4i64);
    prop::collection::vec(field, 1..12).prop_map(|drawn| {
        let mut fields: Vec<Value> = Vec::new();
        for (index, (kind, required, hidden, small, step)) in drawn.into_iter().enumerate() {
            let id = format!("f{index}");
            let mut field = match kind {
                0 => json!({"type": "text", "max": 3}),
                1 => json!({"type": "textbox"}),
                2 => json!({"type": "choice", "options": ["a", "b"]}),
                3 => json!({"type": "multiselect", "options": ["a", "b", "c"], "min": small}),
                4 => json!({"type": "checkbox"}),
                5 => json!({"type": "slider", "min": 0, "max": 9, "step": step}),
                _ => json!({"type": "group", "fields": [{"id": format!("g{index}"), "type": "checkbox"}]}),
            };
            field["id"] = id.into();
            field["required"] = required.into();
            let asked = fields.iter().rev().find(|field| field["type"] == "checkbox");
            if let Some(asked) = asked.filter(|_| hidden) {
                field["visible_when"] = json!({"field": asked["id"], "equals": true});
            }
            fields.push(field);
        }
        fields
    })
}

proptest! {
    #[test]
    fn whatever_is_given_as_a_form_is_read_or_refused(value in any_json()) {
        if let Ok(form) = Form::parse(&value.to_string()) {
            prop_assert!(!form.path(&Values::new()).is_empty());
        }
    }

    #[test]
    fn what_is_accepted_once_is_its_own_answer(
        fields in any_fields(),
        given in prop::collection::vec((0..12usize, any_json()), 0..8),
    ) {
        let form = form(&json!({"title": "t", "fields": fields}));
        let given: Values = given.into_iter()
            .filter(|(index, _)| fields.get(*index).is_some_and(|field| field["type"] != "group"))
            .map(|(index, value)| (format!("f{index}"), value)).collect();
        if let Ok(answer) = form.answer(&given) {
            prop_assert_eq!(form.answer(&answer), Ok(answer.clone()));
            let shown: Vec<_> = form.path(&answer).into_iter().flat_map(|visit| visit.items)
                .map(|item| item.field.id.clone()).collect();
            prop_assert!(answer.keys().all(|id| shown.contains(id)));
        }
    }

    #[test]
    fn a_slider_reaches_only_numbers_that_it_accepts(min in -50i32..50, width in 1i32..400, tenths in 1i32..40, at in 0f64..1.0, steps in -500f64..500.0) {
        let (min, max, step) = (f64::from(min), f64::from(min) + f64::from(width), f64::from(tenths) / 10.0);
        prop_assume!(step <= max - min);
        let range = super::Range { min, max, step, default: min };
        let reached = range.step_from(min + at * (max - min), steps.round());
        prop_assert!(range.has(reached), "{} is not in {:?}", reached, range);
    }
}
