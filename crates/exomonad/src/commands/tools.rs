//! `exomonad tools`: what agents of each role can call.

use exomonad_host::contract::{GuestInfo, RoleInfo, ToolInfo};
use exomonad_host::engine::Limits;
use serde_json::{Map, Value, json};

use crate::cli::ToolsArgs;
use crate::exit::Exit;
use crate::output::{Output, clean, problem};

/// How deep a type is told.
const LEVELS: u8 = 6;

pub(crate) fn run(output: &Output, args: &ToolsArgs) -> anyhow::Result<Exit> {
    let info = args.guest.source()?.load()?.describe(Limits::of_tools())?;
    let roles = choose(&info, args.role.as_deref())?;
    let is_verbose = args.verbose || args.role.is_some();
    output.answer(&if args.json { to_json(&info, &roles)? } else { to_text(&roles, is_verbose) })?;
    Ok(Exit::Ok)
}

fn choose<'a>(info: &'a GuestInfo, role: Option<&str>) -> anyhow::Result<Vec<&'a RoleInfo>> {
    let Some(wanted) = role else { return Ok(info.roles.iter().collect()) };
    if let Some(role) = info.roles.iter().find(|role| role.name == wanted) {
        return Ok(vec![role]);
    }
    let known: Vec<&str> = info.roles.iter().map(|role| role.name.as_str()).collect();
    Err(problem(
        format!("the guest has no role `{wanted}`"),
        format!("pass --role with one of: {}", known.join(", ")),
    ))
}

fn to_text(roles: &[&RoleInfo], is_verbose: bool) -> String {
    let tools = roles.iter().flat_map(|role| &role.tools);
    let width = tools.map(|tool| tool.name.chars().count()).max().unwrap_or_default();
    let role = |role: &&RoleInfo| {
        let tools: String = role.tools.iter().map(|tool| tool_to_text(tool, width, is_verbose)).collect();
        let none = if role.tools.is_empty() { "  no tools\n" } else { "" };
        format!("{}: {}\n{none}{tools}", role.name, role.description)
    };
    clean(&roles.iter().map(role).collect::<Vec<_>>().join("\n"))
}

fn tool_to_text(tool: &ToolInfo, width: usize, is_verbose: bool) -> String {
    let described = first_line(&tool.description);
    if !is_verbose {
        return format!("  {:width$}  {}\n", tool.name, first_sentence(described));
    }
    let line = format!("  {:width$}  {described}\n", tool.name);
    let schema: Value = serde_json::from_str(&tool.input_schema).unwrap_or_default();
    let arguments = arguments(&schema);
    let name_width = arguments.iter().map(|argument| argument.name.chars().count()).max().unwrap_or_default();
    let type_width = arguments.iter().map(|argument| argument.kind.chars().count()).max().unwrap_or_default();
    let argument = |argument: &Argument| {
        let Argument { name, kind, description } = argument;
        format!("{}\n", format!("      {name:name_width$}  {kind:type_width$}  {description}").trim_end())
    };
    line + &arguments.iter().map(argument).collect::<String>()
}

/// One argument of a tool, for people.
struct Argument {
    name: String,
    /// Its type, and whether it may be left out.
    kind: String,
    description: String,
}

fn arguments(schema: &Value) -> Vec<Argument> {
    let nothing = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&nothing);
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let argument = |(name, property): (&String, &Value)| {
        let is_optional = !required.contains(&name.as_str());
        let description = property.get("description").and_then(Value::as_str).unwrap_or_default();
        Argument {
            name: name.clone(),
            kind: format!(
                "{}{}",
                kind(schema, property, LEVELS),
                if is_optional { ", optional" } else { "" }
            ),
            description: first_line(description).to_owned(),
        }
    };
    properties.iter().map(argument).collect()
}

/// A schema in a word or two. One that refers to itself has no end, so `levels` is how deep it is read.
fn kind(root: &Value, schema: &Value, levels: u8) -> String {
    let Some(levels) = levels.checked_sub(1) else { return "any".to_owned() };
    let target = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix('#'));
    if let Some(target) = target.and_then(|path| root.pointer(path)) {
        return kind(root, target, levels);
    }
    if let Some(choices) = schema.get("enum").and_then(Value::as_array) {
        return choices.iter().map(word).collect::<Vec<_>>().join("|");
    }
    if let Some(only) = schema.get("const") {
        return word(only);
    }
    let alternatives = ["anyOf", "oneOf"].into_iter().find_map(|key| schema.get(key)?.as_array());
    if let Some(alternatives) = alternatives {
        let kinds = alternatives.iter().map(|schema| kind(root, schema, levels));
        return kinds.filter(|kind| kind != "null").collect::<Vec<_>>().join("|");
    }
    let names: Vec<&str> = match schema.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => {
            names.iter().filter_map(Value::as_str).filter(|name| *name != "null").collect()
        }
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => vec!["any"],
    };
    match (names.as_slice(), schema.get("items")) {
        (["array"], Some(items)) => format!("list of {}", kind(root, items, levels)),
        _ => names.join("|"),
    }
}

fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The rest of a description is for models.
fn first_sentence(line: &str) -> &str {
    line.split_inclusive(". ").next().unwrap_or_default().trim_end()
}

fn first_line(text: &str) -> &str {
    text.trim().lines().next().unwrap_or_default()
}

fn to_json(info: &GuestInfo, roles: &[&RoleInfo]) -> anyhow::Result<String> {
    let roles = roles.iter().map(|role| role_to_json(role)).collect::<Result<Vec<_>, _>>()?;
    let guest = json!({ "name": info.name, "version": info.version });
    Ok(format!("{:#}\n", json!({ "schema": 1, "guest": guest, "roles": roles })))
}

fn role_to_json(role: &RoleInfo) -> serde_json::Result<Value> {
    let tools = role.tools.iter().map(tool_to_json).collect::<Result<Vec<_>, _>>()?;
    Ok(json!({
        "name": role.name, "description": role.description, "instructions": role.instructions, "tools": tools,
    }))
}

fn tool_to_json(tool: &ToolInfo) -> serde_json::Result<Value> {
    let input: Value = serde_json::from_str(&tool.input_schema)?;
    let output: Option<Value> = tool.output_schema.as_deref().map(serde_json::from_str).transpose()?;
    let hints = &tool.hints;
    Ok(json!({
        "name": tool.name, "title": tool.title, "description": tool.description,
        "input_schema": input, "output_schema": output,
        "hints": {
            "read_only": hints.read_only, "destructive": hints.destructive,
            "idempotent": hints.idempotent, "open_world": hints.open_world,
        },
    }))
}

#[cfg(test)]
mod tests {
    use exomonad_host::contract::{GuestInfo, RoleInfo, ToolHints, ToolInfo};
    use expect_test::expect;
    use serde_json::{Value, json};

    use super::{choose, to_json, to_text};

    fn tool(name: &str, description: &str, schema: &Value) -> ToolInfo {
        ToolInfo {
            name: name.to_owned(),
            title: name.to_uppercase(),
            description: description.to_owned(),
            input_schema: schema.to_string(),
            output_schema: None,
            hints: ToolHints { read_only: true, destructive: false, idempotent: true, open_world: false },
        }
    }

    fn role(name: &str, tools: Vec<ToolInfo>) -> RoleInfo {
        RoleInfo {
            name: name.to_owned(),
            description: format!("Does what a {name} does"),
            tools,
            hooks: Vec::new(),
            pre_tool_kinds: Vec::new(),
            instructions: "Work.".to_owned(),
        }
    }

    fn info() -> GuestInfo {
        let schema = json!({
            "type": "object",
            "required": ["to", "kind"],
            "properties": {
                "to": {"type": "string", "description": "An agent's name.\nOr `parent`."},
                "kind": {"$ref": "#/$defs/Kind"},
                "reply_to": {"type": ["string", "null"], "description": "An id"},
                "ids": {"type": "array", "items": {"$ref": "#/$defs/Id"}},
                "many": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
                "either": {"oneOf": [{"const": "a"}, {"const": 2}]},
                "free": true,
                "tree": {"$ref": "#/$defs/Tree"},
            },
            "$defs": {"Tree": {"type": "array", "items": {"$ref": "#/$defs/Tree"}}, "Kind": {"enum": ["note", "question"]}, "Id": {"type": "integer"}},
        });
        let whoami = tool("whoami", "Says who you are\u{1b}[2J", &json!({"type": "object"}));
        GuestInfo {
            name: "g".to_owned(),
            version: "1".to_owned(),
            roles: vec![
                role(
                    "tl",
                    vec![whoami, tool("send_message", "Sends. Replies come later.\n\nIn detail.", &schema)],
                ),
                role("worker", Vec::new()),
            ],
            events: Vec::new(),
        }
    }

    #[test]
    fn each_tool_has_a_line() {
        let info = info();
        expect![[r#"
            tl: Does what a tl does
              whoami        Says who you are�[2J
              send_message  Sends.

            worker: Does what a worker does
              no tools
        "#]]
        .assert_eq(&to_text(&choose(&info, None).unwrap(), false));
    }

    #[test]
    fn arguments_say_their_type_and_whether_they_may_be_left_out() {
        let info = info();
        expect![[r#"
            tl: Does what a tl does
              whoami        Says who you are�[2J
              send_message  Sends. Replies come later.
                  to        string                                 An agent's name.
                  kind      note|question
                  reply_to  string, optional                       An id
                  ids       list of integer, optional
                  many      integer, optional
                  either    a|2, optional
                  free      any, optional
                  tree      list of list of list of any, optional
        "#]]
        .assert_eq(&to_text(&choose(&info, Some("tl")).unwrap(), true));
    }

    #[test]
    fn json_has_the_schemas_and_the_hints() {
        let info = info();
        let text = to_json(&info, &choose(&info, Some("tl")).unwrap()).unwrap();
        let shown: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&shown["schema"], &shown["guest"]["name"]), (&json!(1), &json!("g")));
        assert_eq!(shown["roles"].as_array().unwrap().len(), 1);
        let tool = &shown["roles"][0]["tools"][1];
        assert_eq!(tool["input_schema"]["properties"]["to"]["type"], "string");
        assert_eq!(tool["output_schema"], Value::Null);
        assert_eq!(tool["hints"]["read_only"], true);
        assert_eq!(tool["description"], "Sends. Replies come later.\n\nIn detail.");
    }

    #[test]
    fn an_unknown_role_is_answered_with_the_known_ones() {
        let info = info();
        let err = choose(&info, Some("boss")).unwrap_err();
        assert_eq!(err.to_string(), "the guest has no role `boss`");
    }
}
