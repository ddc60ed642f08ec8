//! What clients are shown of a tool's types.

use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use serde::{Deserialize, Serialize};

use super::*;

/// One line a property, and then what is required.
fn check(schema: &Value, expect: &Expect) {
    let properties = schema["properties"].as_object().unwrap().iter();
    let mut lines: Vec<String> = properties.map(|(name, property)| format!("{name}: {property}")).collect();
    lines.push(format!("required: {}", schema["required"]));
    expect.assert_eq(&lines.join("\n"));
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Mode {
    /// With care.
    Slow,
    /// Without.
    VeryFast,
    Odd,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Strategy {
    Squash,
    Merge,
}

fn twenty() -> u32 {
    20
}

/// A part.
#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only its schema is wanted")]
struct Part {
    /// What to call it.
    slug: String,
    #[serde(default)]
    size: i64,
}

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only its schema is wanted")]
struct Args {
    /// How it goes.
    mode: Mode,
    /// How it might go.
    other_mode: Option<Mode>,
    strategy: Option<Strategy>,
    /// At most so many.
    #[serde(default = "twenty")]
    #[schemars(range(min = 1, max = 100))]
    limit: u32,
    #[schemars(length(min = 1))]
    name: String,
    ratio: Option<f64>,
    #[serde(default)]
    parts: Vec<Part>,
    /// The first one.
    first: Option<Part>,
    labels: Option<BTreeMap<String, bool>>,
}

#[test]
fn a_derived_schema_says_everything_in_plain_words() {
    check(
        &input::<Args>(),
        &expect![[r#"
        mode: {"description":"How it goes.\n- `slow`: With care.\n- `very-fast`: Without.","type":"string","enum":["odd","slow","very-fast"]}
        other_mode: {"description":"How it might go.\n- `slow`: With care.\n- `very-fast`: Without.","type":"string","enum":["odd","slow","very-fast"]}
        strategy: {"type":"string","enum":["squash","merge"]}
        limit: {"type":"integer","default":20,"minimum":1,"description":"At most so many.","maximum":100}
        name: {"type":"string","minLength":1}
        ratio: {"type":"number"}
        parts: {"type":"array","items":{"description":"A part.","type":"object","properties":{"slug":{"description":"What to call it.","type":"string"},"size":{"type":"integer","default":0}},"required":["slug"]}}
        first: {"type":"object","properties":{"slug":{"type":"string","description":"What to call it."},"size":{"type":"integer","default":0}},"required":["slug"],"description":"The first one."}
        labels: {"type":"object","additionalProperties":{"type":"boolean"}}
        required: ["mode","name"]"#]],
    );
}

#[derive(Deserialize, JsonSchema)]
struct Nothing {}

#[test]
fn no_arguments_are_an_object_without_properties() {
    assert_eq!(input::<Nothing>(), json!({ "type": "object", "properties": {} }));
}

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only its schema is wanted")]
struct Tree {
    /// What hangs below it.
    children: Vec<Self>,
}

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only its schema is wanted")]
struct Forest {
    tree: Option<Tree>,
}

#[test]
fn a_type_inside_itself_ends_as_an_object_of_which_no_more_is_said() {
    let branch = |items: Value| {
        let children = json!({ "type": "array", "items": items, "description": "What hangs below it." });
        json!({ "type": "object", "properties": { "children": children }, "required": ["children"] })
    };
    assert_eq!(input::<Tree>(), branch(json!({ "type": "object" })));
    let tree = branch(branch(json!({ "type": "object" })));
    assert_eq!(input::<Forest>(), json!({ "type": "object", "properties": { "tree": tree } }));
}

#[derive(Serialize, JsonSchema)]
struct Result {
    count: usize,
    found: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

#[test]
fn a_result_may_have_null_and_leave_out_what_is_skipped() {
    check(
        &output::<Result>().unwrap(),
        &expect![[r#"
        count: {"type":"integer","minimum":0}
        found: {"type":["string","null"]}
        hint: {"type":["string","null"]}
        required: ["count","found"]"#]],
    );
}

#[derive(Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is wanted")]
enum Shape {
    Dot,
    Circle { radius: u32 },
}

#[derive(Serialize, JsonSchema)]
#[expect(dead_code, reason = "only its schema is wanted")]
enum Loose {
    Word,
    Thing { size: u32 },
}

#[test]
fn only_a_result_that_is_always_an_object_has_a_schema() {
    assert_eq!(output::<()>(), None);
    assert_eq!(output::<String>(), None);
    assert_eq!(output::<Vec<Part2>>(), None);
    assert_eq!(output::<Option<Part2>>(), None);
    assert_eq!(output::<Loose>(), None);
    assert_eq!(output::<BTreeMap<String, u8>>().unwrap()["type"], "object");
    let shape = output::<Shape>().unwrap();
    assert_eq!(shape["type"], "object");
    assert_eq!(shape["oneOf"][0]["properties"]["kind"], json!({ "type": "string", "enum": ["dot"] }));
}

#[derive(Serialize, JsonSchema)]
struct Part2 {
    slug: String,
}

/// What Gemini's function declarations and strict clients refuse.
const REFUSED: &[&str] = &["$ref", "$defs", "$schema", "const", "title"];

fn refused(schema: &Value, found: &mut Vec<String>) {
    match schema {
        Value::Object(object) => {
            for (keyword, inner) in object {
                let is_list_of_types = keyword == "type" && inner.is_array();
                let is_of_rust = keyword == "format";
                if REFUSED.contains(&keyword.as_str()) || is_list_of_types || is_of_rust {
                    found.push(format!("{keyword}: {inner}"));
                }
                refused(inner, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| refused(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn nothing_that_a_client_refuses_is_left_in_arguments() {
    for schema in [input::<Args>(), input::<Tree>(), input::<Nothing>()] {
        let mut found = Vec::new();
        refused(&schema, &mut found);
        assert!(found.is_empty(), "{found:?} in {schema}");
    }
}
