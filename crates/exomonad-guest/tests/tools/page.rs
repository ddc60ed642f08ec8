//! docs/tools.md tells of every tool, argument and result, and its examples are arguments that the tools take.

use std::collections::BTreeMap;

use exomonad_guest::Builtin;
use exomonad_sdk::fake::{FakeHost, context};
use exomonad_sdk::{ToolInfo, guest};
use serde_json::Value;

const PAGE: &str = include_str!("../../../../docs/tools.md");

/// The tools by name, each with the roles that have it.
fn tools() -> BTreeMap<String, (ToolInfo, Vec<String>)> {
    let mut tools: BTreeMap<String, (ToolInfo, Vec<String>)> = BTreeMap::new();
    for role in guest::describe::<Builtin>().roles {
        for tool in role.tools {
            tools.entry(tool.name.clone()).or_insert_with(|| (tool, Vec::new())).1.push(role.name.clone());
        }
    }
    tools
}

/// The sections of the page by their headings' tool names.
fn sections() -> BTreeMap<&'static str, &'static str> {
    let parts = PAGE.split("\n## `").skip(1);
    parts.map(|part| part.split_once('`').unwrap()).collect()
}

/// The names in the first column of the tables of one part of a section.
fn rows(section: &str, part: &str) -> Vec<String> {
    let (_, rest) = section.split_once(part).unwrap_or_else(|| panic!("no part {part} in\n{section}"));
    let table =
        rest.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    table
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(name, _)| name.to_owned())
        .collect()
}

/// The names of a schema's fields, those of nested ones with a dot or with `[].`.
fn fields(prefix: &str, schema: &Value, names: &mut Vec<String>) {
    for (name, field) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let name = format!("{prefix}{name}");
        fields(&format!("{name}."), field, names);
        fields(&format!("{name}[]."), field.get("items").unwrap_or(&Value::Null), names);
        names.push(name);
    }
}

fn check_rows(tool: &str, part: &str, schema: &str) {
    let mut named = rows(sections().remove(tool).unwrap(), part);
    let mut real = Vec::new();
    fields("", &serde_json::from_str(schema).unwrap(), &mut real);
    named.sort();
    real.sort();
    assert_eq!(named, real, "{part} of `{tool}` in docs/tools.md");
}

#[test]
fn the_page_tells_of_every_tool_and_of_who_has_it() {
    let tools = tools();
    assert_eq!(sections().into_keys().collect::<Vec<_>>(), tools.keys().collect::<Vec<_>>());
    for (name, (_, roles)) in tools {
        let line = format!("Roles: {}.", roles.join(", "));
        assert!(sections()[name.as_str()].contains(&line), "`{name}` has no line `{line}`");
    }
}

#[test]
fn the_page_tells_of_every_argument_and_result() {
    for (name, (tool, _)) in tools() {
        check_rows(&name, "Result", tool.output_schema.as_deref().unwrap());
        let schema: Value = serde_json::from_str(&tool.input_schema).unwrap();
        if schema["properties"].as_object().unwrap().is_empty() {
            assert!(sections()[name.as_str()].contains("No arguments."), "{name}");
        } else {
            check_rows(&name, "Arguments", &tool.input_schema);
        }
    }
}

#[test]
fn the_page_s_examples_are_good_arguments() {
    for (name, section) in sections() {
        let (_, rest) = section.split_once("```json\n").unwrap();
        let (arguments, _) = rest.split_once("```").unwrap();
        // Good arguments reach the host; nothing is scripted there.
        let mut host = FakeHost::default();
        let answer = guest::call_tool::<Builtin>(&mut host, &context("tl"), name, arguments);
        let failed = format!("{answer:?}");
        assert!(failed.contains("no reply is scripted"), "`{name}`: {failed}");
    }
}
