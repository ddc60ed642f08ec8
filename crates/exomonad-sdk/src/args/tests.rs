//! What arguments a tool accepts, and how it says what is wrong.

use std::collections::BTreeMap;

use expect_test::expect;
use schemars::JsonSchema;
use serde::Deserialize;

use super::*;

#[derive(Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default)]
struct Args {
    count: Option<u32>,
    level: u8,
    ratio: f64,
    force: bool,
    name: String,
    parts: Vec<Part>,
    first: Option<Part>,
    labels: BTreeMap<String, u32>,
    anything: Option<Value>,
    strategy: Option<Strategy>,
    mode: Option<Mode>,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
struct Part {
    /// What to call it.
    slug: String,
    #[serde(default)]
    size: i64,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Strategy {
    Squash,
    Merge,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Mode {
    /// With care.
    Slow,
    /// Without.
    Fast,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
struct Nothing {}

fn check(arguments: &str, expect: Args) {
    assert_eq!(parse::<Args>(arguments), Ok(expect), "{arguments}");
}

fn check_error(arguments: &str, message: &str, hint: Option<&str>) {
    let error = parse::<Args>(arguments).unwrap_err();
    assert_eq!((error.message.as_str(), error.hint.as_deref()), (message, hint), "{arguments}");
}

#[test]
fn no_text_is_no_arguments() {
    check("", Args::default());
    check(" \n", Args::default());
    check("{}", Args::default());
}

#[test]
fn numbers_and_booleans_may_be_strings_at_any_depth() {
    check(r#"{"count":"3"}"#, Args { count: Some(3), ..Args::default() });
    check(r#"{"count":3.0}"#, Args { count: Some(3), ..Args::default() });
    check(r#"{"count":null}"#, Args::default());
    check(r#"{"ratio":" 0.5 ","force":"true"}"#, Args { ratio: 0.5, force: true, ..Args::default() });
    let part = || Part { slug: "7".to_owned(), size: -2 };
    check(r#"{"parts":[{"slug":"7","size":"-2"}]}"#, Args { parts: vec![part()], ..Args::default() });
    check(r#"{"first":{"slug":"7","size":"-2"}}"#, Args { first: Some(part()), ..Args::default() });
    let labels = BTreeMap::from([("a".to_owned(), 1)]);
    check(r#"{"labels":{"a":"1"}}"#, Args { labels, ..Args::default() });
}

#[test]
fn a_string_stays_a_string_where_one_is_wanted() {
    check(r#"{"name":"3"}"#, Args { name: "3".to_owned(), ..Args::default() });
    check(
        r#"{"anything":{"x":["3"]}}"#,
        Args { anything: Some(serde_json::json!({"x":["3"]})), ..Args::default() },
    );
}

#[test]
fn choices_are_read_by_their_names() {
    check(r#"{"strategy":"squash"}"#, Args { strategy: Some(Strategy::Squash), ..Args::default() });
    check(r#"{"mode":"fast"}"#, Args { mode: Some(Mode::Fast), ..Args::default() });
    check_error(
        r#"{"mode":"warp"}"#,
        "argument `mode` must be one of slow, fast, not the string \"warp\"",
        None,
    );
    let message = "argument `strategy` must be one of squash, merge, not the string \"x\"";
    check_error(r#"{"strategy":"x"}"#, message, None);
}

#[test]
fn an_unknown_argument_is_named_with_the_known_ones() {
    let known = "known are: count, level, ratio, force, name, parts, first, labels, anything, strategy, mode";
    check_error(r#"{"zebra":1}"#, "unknown argument `zebra`", Some(known));
    check_error(
        r#"{"first":{"slug":"a","x":1}}"#,
        "unknown argument `first.x`",
        Some("known are: slug, size"),
    );
    let error = parse::<Nothing>(r#"{"a":1}"#).unwrap_err();
    assert_eq!(error, ToolError::new("unknown argument `a`").with_hint("none is known"));
}

#[test]
fn a_slip_in_a_name_is_told_with_the_name_that_was_meant() {
    let check = |arguments: &str, name: &str, meant: &str| {
        check_error(
            arguments,
            &format!("unknown argument `{name}`"),
            Some(&format!("did you mean `{meant}`?")),
        );
    };
    check(r#"{"cuont":1}"#, "cuont", "count");
    check(r#"{"Force":true}"#, "Force", "force");
    check(r#"{"label":{}}"#, "label", "labels");
    check(r#"{"parts":[{"slug":"a","sise":1}]}"#, "parts[0].sise", "size");
    let hint = Some("known are: slug, size");
    check_error(r#"{"parts":[{"slug":"a","size":1,"sise":1}]}"#, "unknown argument `parts[0].sise`", hint);
}

#[test]
fn an_argument_that_a_client_adds_by_itself_is_dropped() {
    check(r#"{"wait_for_previous":true,"count":1}"#, Args { count: Some(1), ..Args::default() });
    let hint = Some("known are: slug, size");
    check_error(r#"{"first":{"slug":"a","wait":1}}"#, "unknown argument `first.wait`", hint);
}

#[test]
fn null_is_nothing_where_an_argument_may_be_left_out() {
    check(r#"{"level":null,"parts":null,"labels":null,"first":null,"mode":null}"#, Args::default());
    check("null", Args::default());
    let hint = Some("it is a string: What to call it.");
    check_error(r#"{"first":{"slug":null}}"#, "argument `first.slug` must be a string, not null", None);
    check_error(r#"{"first":{"size":null}}"#, "missing argument `first.slug`", hint);
    check_error(r#"{"parts":[null]}"#, "argument `parts[0]` must be an object, not null", None);
}

#[test]
fn arrays_and_objects_may_be_strings_of_json() {
    let part = || Part { slug: "a".to_owned(), size: 0 };
    check(r#"{"parts":"[{\"slug\":\"a\"}]"}"#, Args { parts: vec![part()], ..Args::default() });
    check(r#"{"parts":["{\"slug\":\"a\"}"]}"#, Args { parts: vec![part()], ..Args::default() });
    check(r#"{"first":" {\"slug\":\"a\"} "}"#, Args { first: Some(part()), ..Args::default() });
    check(r#"{"name":"[1]"}"#, Args { name: "[1]".to_owned(), ..Args::default() });
    let message = "argument `parts` must be an array, not the string \"[{\"";
    check_error(r#"{"parts":"[{"}"#, message, None);
    check_error(r#"{"first":"[1]"}"#, "argument `first` must be an object, not the string \"[1]\"", None);
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let error = parse::<Args>(r#"{"cuont":1,"force":"maybe","parts":[{"size":"x"}]}"#).unwrap_err();
    expect![[r#"
        4 things are wrong with the arguments:
        - unknown argument `cuont` (did you mean `count`?)
        - argument `force` must be a boolean, not the string "maybe"
        - argument `parts[0].size` must be an integer, not the string "x"
        - missing argument `parts[0].slug` (it is a string: What to call it.)"#]]
    .assert_eq(&error.message);
    assert_eq!(error.hint, None);
    let many = format!(r#"{{"parts":[{}]}}"#, vec!["1"; 20].join(","));
    let error = parse::<Args>(&many).unwrap_err();
    assert_eq!(error.message.lines().count(), 10);
    assert!(error.message.ends_with("\n- and 12 more"), "{}", error.message);
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
struct Bounded {
    #[schemars(length(min = 1, max = 3))]
    name: String,
    #[serde(default)]
    #[schemars(length(min = 2, max = 3))]
    code: String,
    #[serde(default)]
    #[schemars(length(min = 1, max = 2))]
    ids: Vec<String>,
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
}

#[test]
fn bounds_are_held() {
    let message = |arguments: &str| parse::<Bounded>(arguments).unwrap_err().message;
    assert_eq!(message(r#"{"name":""}"#), "argument `name` must not be empty");
    assert_eq!(message(r#"{"name":"abcd"}"#), "argument `name` must have 3 characters or fewer, not 4");
    assert_eq!(
        message(r#"{"name":"a","code":"é"}"#),
        "argument `code` must have 2 characters or more, not 1"
    );
    assert_eq!(message(r#"{"name":"a","ids":[]}"#), "argument `ids` must have 1 items or more, not 0");
    assert_eq!(
        message(r#"{"name":"a","ids":["","",""]}"#),
        "argument `ids` must have 2 items or fewer, not 3"
    );
    assert_eq!(message(r#"{"name":"a","limit":0}"#), "argument `limit` must be at least 1, not 0");
    assert_eq!(message(r#"{"name":"a","limit":"101"}"#), "argument `limit` must be at most 100, not 101");
    assert!(parse::<Bounded>(r#"{"name":"ééé","ids":["a","b"],"limit":100}"#).is_ok());
}

#[test]
fn a_missing_argument_is_named_with_what_it_is() {
    let hint = Some("it is a string: What to call it.");
    check_error(r#"{"parts":[{"slug":"a"},{}]}"#, "missing argument `parts[1].slug`", hint);
    check_error(r#"{"first":{}}"#, "missing argument `first.slug`", hint);
}

#[test]
fn a_wrong_argument_is_named_with_what_was_expected() {
    check_error(r#"{"count":"many"}"#, "argument `count` must be an integer, not the string \"many\"", None);
    check_error(r#"{"force":1}"#, "argument `force` must be a boolean, not the number 1", None);
    check_error(r#"{"level":300}"#, "argument `level` must be at most 255, not 300", None);
    check_error(r#"{"level":-1}"#, "argument `level` must be at least 0, not -1", None);
    check_error(r#"{"parts":{}}"#, "argument `parts` must be an array, not an object", None);
    check_error(r#"{"parts":[1]}"#, "argument `parts[0]` must be an object, not the number 1", None);
    check_error(r#"{"labels":{"a":[]}}"#, "argument `labels.a` must be an integer, not an array", None);
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Shape {
    Dot,
    Circle { radius: u32 },
}

#[test]
fn fields_that_depend_on_a_choice_are_left_to_deserialization() {
    assert_eq!(parse::<Shape>(r#"{"kind":"circle","radius":2}"#), Ok(Shape::Circle { radius: 2 }));
    assert_eq!(parse::<Shape>(r#"{"kind":"dot"}"#), Ok(Shape::Dot));
    let error = parse::<Shape>(r#"{"kind":"circle"}"#).unwrap_err();
    assert_eq!(error.message, "wrong arguments: missing field `radius`");
}

#[test]
fn arguments_are_one_json_object() {
    check_error("[]", "the value with all arguments must be an object, not an array", None);
    assert!(parse::<Args>("{").unwrap_err().message.starts_with("the arguments are not JSON: "));
}
