//! What a tool says of itself, and what it gives back.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test that calls them")]

use exomonad_sdk::fake::{FakeHost, context};
use exomonad_sdk::{
    Content, Context, Host, Media, Policy, Role, Tool, ToolError, ToolHints, ToolInfo, ToolOutput, guest,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const HINTS: ToolHints =
    ToolHints { read_only: true, destructive: false, idempotent: true, open_world: false };

/// Writes a tool whose result is made from its `text` argument.
macro_rules! tool {
    ($tool:ident -> $output:ty = $make:expr; $($more:item)*) => {
        struct $tool;

        impl Tool for $tool {
            type Args = Args;
            type Output = $output;
            const NAME: &'static str = stringify!($tool);
            const TITLE: &'static str = "A tool";
            const DESCRIPTION: &'static str = "Does something.";
            const HINTS: ToolHints = HINTS;

            fn call(_: &mut dyn Host, _: &Context, args: Args) -> Result<$output, ToolError> {
                let make: fn(String) -> $output = $make;
                Ok(make(args.text))
            }

            $($more)*
        }
    };
}

#[derive(Deserialize, JsonSchema)]
struct Args {
    text: String,
}

#[derive(Serialize, JsonSchema)]
struct Said {
    said: String,
    before: Option<String>,
}

tool! { Says -> Said = |said| Said { said, before: None }; }
tool! { Nothing -> () = |_| (); }
tool! { Words -> Vec<String> = |text| vec![text];
    fn text(words: &Vec<String>) -> String {
        words.concat()
    }
}
tool! { Draws -> Said = |said| Said { said, before: None };
    fn content(said: &Said) -> Vec<Content> {
        let picture = Media { data: said.said.as_bytes().to_vec(), mime_type: "image/png".to_owned() };
        vec![Content::Text("a picture".to_owned()), Content::Image(picture)]
    }

    fn input_schema() -> Value {
        json!({ "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object" })
    }
}

struct Tools;

impl Policy for Tools {
    const NAME: &'static str = "tools";
    const VERSION: &'static str = "1";

    fn roles() -> Vec<Role> {
        let role = Role::new("dev", "Builds").instructions("Say little.");
        vec![role.tool::<Says>().tool::<Nothing>().tool::<Words>().tool::<Draws>()]
    }
}

fn info(name: &str) -> ToolInfo {
    let mut tools = guest::describe::<Tools>().roles.into_iter().flat_map(|role| role.tools);
    tools.find(|tool| tool.name == name).unwrap()
}

fn call(name: &str) -> ToolOutput {
    guest::call_tool::<Tools>(&mut FakeHost::default(), &context("dev"), name, r#"{"text":"hi"}"#).unwrap()
}

#[test]
fn a_struct_is_a_structured_result_that_fits_its_schema() {
    let schema: Value = serde_json::from_str(&info("Says").output_schema.unwrap()).unwrap();
    let before = json!({ "type": ["string", "null"] });
    let properties = json!({ "said": { "type": "string" }, "before": before });
    assert_eq!(schema, json!({ "type": "object", "properties": properties, "required": ["said", "before"] }));
    let output = call("Says");
    assert_eq!(output.structured.as_deref(), Some(r#"{"said":"hi","before":null}"#));
    assert_eq!(output.content, [Content::Text("{\n  \"said\": \"hi\",\n  \"before\": null\n}".to_owned())]);
}

#[test]
fn what_is_no_object_is_content_only_and_has_no_schema() {
    for (name, text) in [("Nothing", "null"), ("Words", "hi")] {
        assert_eq!(info(name).output_schema, None, "{name}");
        let content = vec![Content::Text(text.to_owned())];
        assert_eq!(call(name), ToolOutput { structured: None, content }, "{name}");
    }
}

#[test]
fn a_tool_may_write_its_own_content_and_its_own_schema() {
    let output = call("Draws");
    let picture = Content::Image(Media { data: b"hi".to_vec(), mime_type: "image/png".to_owned() });
    assert_eq!(output.content, [Content::Text("a picture".to_owned()), picture]);
    assert_eq!(output.structured.as_deref(), Some(r#"{"said":"hi","before":null}"#));
    assert!(info("Draws").input_schema.contains("$schema"));
}

#[test]
fn a_role_s_instructions_and_a_tool_s_hints_reach_the_host() {
    assert_eq!(guest::describe::<Tools>().roles[0].instructions, "Say little.");
    let tool = info("Says");
    assert_eq!(
        (tool.title.as_str(), tool.description.as_str(), tool.hints),
        ("A tool", "Does something.", HINTS)
    );
}
