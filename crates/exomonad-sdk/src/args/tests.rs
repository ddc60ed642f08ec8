//! What arguments a tool accepts, and how it says what is wrong.

use std::collections::BTreeMap;

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
    check_error(r#"{"mode":"warp"}"#, "argument `mode` must be one of slow, fast, not `warp`", None);
    check_error(r#"{"strategy":"x"}"#, "argument `strategy` must be one of squash, merge, not `x`", None);
}

#[test]
fn an_unknown_argument_is_named_with_the_known_ones() {
    let known = "known are: count, level, ratio, force, name, parts, first, labels, anything, strategy, mode";
    check_error(r#"{"cuont":1}"#, "unknown argument `cuont`", Some(known));
    check_error(
        r#"{"parts":[{"slug":"a","sise":1}]}"#,
        "unknown argument `parts[0].sise`",
        Some("known are: slug, size"),
    );
    check_error(
        r#"{"first":{"slug":"a","x":1}}"#,
        "unknown argument `first.x`",
        Some("known are: slug, size"),
    );
    let error = parse::<Nothing>(r#"{"a":1}"#).unwrap_err();
    assert_eq!(error, ToolError::new("unknown argument `a`").with_hint("none is known"));
}

#[test]
fn a_missing_argument_is_named_with_what_it_is() {
    let hint = Some("it is a string: What to call it.");
    check_error(r#"{"parts":[{"slug":"a"},{}]}"#, "missing argument `parts[1].slug`", hint);
    check_error(r#"{"first":{}}"#, "missing argument `first.slug`", hint);
}

#[test]
fn a_wrong_argument_is_named_with_what_was_expected() {
    check_error(
        r#"{"count":"many"}"#,
        "argument `count` must be an integer or null, not the string \"many\"",
        None,
    );
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

#[test]
fn a_schema_has_nested_types_in_place() {
    let text = schema::<Args>().to_string();
    assert!(!text.contains("$ref") && !text.contains("$defs"), "{text}");
    assert_eq!(schema::<Nothing>(), serde_json::json!({ "type": "object" }));
}
