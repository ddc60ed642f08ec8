//! What each role's clients see of its tools.

use exomonad_guest::Builtin;
use exomonad_sdk::{RoleInfo, guest};
use expect_test::{expect, expect_file};
use serde_json::{Value, json};

fn roles() -> Vec<RoleInfo> {
    guest::describe::<Builtin>().roles
}

fn parsed(schema: &str) -> Value {
    serde_json::from_str(schema).unwrap()
}

#[test]
fn each_role_has_its_tools() {
    let lines: Vec<String> = roles()
        .iter()
        .map(|role| {
            let tools: Vec<&str> = role.tools.iter().map(|tool| tool.name.as_str()).collect();
            format!("{}: {}", role.name, tools.join(", "))
        })
        .collect();
    expect![[r#"
        tl: notify_parent, send_message, inbox, whoami, list_agents, spawn_subtree, spawn_leaf_subtree, spawn_workers, spawn_from_issues, stop_agent, review_pr, merge_pr, file_pr, popup
        dev: notify_parent, send_message, inbox, whoami, file_pr
        worker: notify_parent, send_message, inbox, whoami"#]]
    .assert_eq(&lines.join("\n"));
}

#[test]
fn clients_see_these_schemas() {
    for role in roles() {
        let tools: Vec<Value> = role
            .tools
            .iter()
            .map(|tool| {
                let hints = &tool.hints;
                json!({
                    "name": tool.name,
                    "title": tool.title,
                    "description": tool.description,
                    "readOnly": hints.read_only,
                    "destructive": hints.destructive,
                    "idempotent": hints.idempotent,
                    "openWorld": hints.open_world,
                    "input": parsed(&tool.input_schema),
                    "output": tool.output_schema.as_deref().map(parsed),
                })
            })
            .collect();
        let golden = expect_file![format!("{}/tests/tools/{}.json", env!("CARGO_MANIFEST_DIR"), role.name)];
        golden.assert_eq(&format!("{}\n", serde_json::to_string_pretty(&tools).unwrap()));
    }
}

#[test]
fn instructions_fit_and_name_every_tool_of_the_role_and_no_other() {
    let every: Vec<String> =
        roles().iter().flat_map(|role| role.tools.iter().map(|tool| tool.name.clone())).collect();
    for role in roles() {
        let length = role.instructions.chars().count();
        assert!((1..2_048).contains(&length), "{}: {length} characters", role.name);
        assert!(role.instructions.contains(&format!("(role `{}`)", role.name)), "{}", role.name);
        for tool in &every {
            let has_it = role.tools.iter().any(|own| own.name == *tool);
            assert_eq!(role.instructions.contains(&format!("`{tool}`")), has_it, "{} {tool}", role.name);
        }
    }
}

/// Gemini CLI leaves out a tool with an argument of no type, and its API refuses what is not in its own subset.
#[test]
fn every_argument_has_one_type_and_a_description() {
    for tool in roles().iter().flat_map(|role| &role.tools) {
        check_arguments(&tool.name, &parsed(&tool.input_schema));
    }
}

fn check_arguments(place: &str, schema: &Value) {
    let properties = schema.get("properties").and_then(Value::as_object);
    for (name, argument) in properties.into_iter().flatten() {
        let place = format!("{place}.{name}");
        assert!(argument["type"].is_string(), "{place}: {argument}");
        assert!(argument["description"].is_string(), "{place}: {argument}");
        check_arguments(&place, argument);
        check_arguments(&place, argument.get("items").unwrap_or(&Value::Null));
    }
}
