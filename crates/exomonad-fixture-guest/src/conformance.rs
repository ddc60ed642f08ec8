//! The tools that the MCP conformance suite calls, by the names it gives them.
//!
//! Each does what the suite's scenario of that name describes, so that its messages come all the way from a guest.

use exomonad_sdk::log::Level;
use exomonad_sdk::{
    Content, Context, EmbeddedResource, Host, Media, ResourceBody, Role, Tool, ToolError, ToolHints,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// Gives them to a role.
pub(crate) fn add(role: Role) -> Role {
    role.tool::<SimpleText>()
        .tool::<ImageContent>()
        .tool::<AudioContent>()
        .tool::<Embedded>()
        .tool::<MixedContent>()
        .tool::<ErrorHandling>()
        .tool::<WithProgress>()
        .tool::<Streaming>()
        .tool::<WithLogging>()
        .tool::<Logging>()
        .tool::<JsonSchemaKeywords>()
}

const HARMLESS: ToolHints =
    ToolHints { read_only: true, destructive: false, idempotent: true, open_world: false };

/// A picture of one red pixel.
const PNG: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00,
    0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x02, 0x00, 0x00, 0x00, 0x90, 0x77, 0x53, 0xde, 0x00,
    0x00, 0x00, 0x0c, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0xf8, 0xcf, 0xc0, 0x00, 0x00, 0x03, 0x01,
    0x01, 0x00, 0xc9, 0xfe, 0x92, 0xef, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60,
    0x82,
];

/// A sound of one sample, which is silence.
const WAV: &[u8] =
    b"RIFF\x26\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\x02\0\0\0\0\0";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// Declares tools without arguments: a type, its name, what it does, and what it returns.
macro_rules! tools {
    ($($tool:ident = $name:literal, $does:literal: |$host:ident| $call:expr, $content:expr;)*) => {$(
        struct $tool;

        impl Tool for $tool {
            type Args = Nothing;
            type Output = ();

            const NAME: &'static str = $name;
            const TITLE: &'static str = $does;
            const DESCRIPTION: &'static str = $does;
            const HINTS: ToolHints = HARMLESS;

            fn call($host: &mut dyn Host, _: &Context, _: Nothing) -> Result<(), ToolError> {
                $call
            }

            fn content((): &()) -> Vec<Content> {
                $content
            }
        }
    )*};
}

tools! {
    SimpleText = "test_simple_text", "Returns a text": |_host| Ok(()),
        vec![text("This is a simple text response for testing.")];
    ImageContent = "test_image_content", "Returns a picture": |_host| Ok(()), vec![image()];
    AudioContent = "test_audio_content", "Returns a sound": |_host| Ok(()),
        vec![Content::Audio(Media { data: WAV.to_vec(), mime_type: "audio/wav".to_owned() })];
    Embedded = "test_embedded_resource", "Returns a resource with its content": |_host| Ok(()),
        vec![resource("test://embedded-resource", "text/plain", "This is an embedded resource content.")];
    MixedContent = "test_multiple_content_types", "Returns a text, a picture and a resource": |_host| Ok(()),
        vec![
            text("Multiple content types test:"),
            image(),
            resource("test://mixed-content-resource", "application/json", r#"{"test":"data","value":123}"#),
        ];
    ErrorHandling = "test_error_handling", "Always fails":
        |_host| Err(ToolError::new("This tool intentionally returns an error for testing")), Vec::new();
    WithProgress = "test_tool_with_progress", "Says how far it is": |host| report(host),
        vec![text("The tool reported its progress.")];
    Streaming = "test_streaming_elicitation", "Says how far it is, and asks nothing": |host| report(host),
        vec![text("The tool asked nothing.")];
    WithLogging = "test_tool_with_logging", "Writes to the log": |host| log(host),
        vec![text("The tool wrote to the log.")];
    Logging = "test_logging_tool", "Writes to the log when nobody asked to read it": |host| log(host),
        vec![text("The tool wrote to the log.")];
}

fn report(host: &mut dyn Host) -> Result<(), ToolError> {
    for done in [0.0, 50.0, 100.0] {
        host.progress(done, Some(100.0), None);
    }
    Ok(())
}

fn log(host: &mut dyn Host) -> Result<(), ToolError> {
    for line in ["Tool execution started", "Tool processing data", "Tool execution completed"] {
        host.log(Level::Info, line, "");
    }
    Ok(())
}

fn text(text: &str) -> Content {
    Content::Text(text.to_owned())
}

fn image() -> Content {
    Content::Image(Media { data: PNG.to_vec(), mime_type: "image/png".to_owned() })
}

fn resource(uri: &str, mime_type: &str, text: &str) -> Content {
    Content::Embedded(EmbeddedResource {
        uri: uri.to_owned(),
        mime_type: Some(mime_type.to_owned()),
        body: ResourceBody::Text(text.to_owned()),
    })
}

/// Its schema has the keywords that a server is known to lose.
struct JsonSchemaKeywords;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Contact {
    name: Option<String>,
    address: Option<Address>,
    contact_method: Option<String>,
    phone: Option<String>,
    email: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Address {
    street: Option<String>,
    city: Option<String>,
}

impl Tool for JsonSchemaKeywords {
    type Args = Contact;
    type Output = String;

    const NAME: &'static str = "json_schema_2020_12_tool";
    const TITLE: &'static str = "JSON Schema 2020-12";
    const DESCRIPTION: &'static str = "Tool with JSON Schema 2020-12 features";
    const HINTS: ToolHints = HARMLESS;

    fn call(_: &mut dyn Host, _: &Context, contact: Contact) -> Result<String, ToolError> {
        let address = contact.address.map(|address| [address.street, address.city]).into_iter().flatten();
        let parts = [contact.name, contact.contact_method, contact.phone, contact.email];
        Ok(parts.into_iter().chain(address).flatten().collect::<Vec<_>>().join(", "))
    }

    fn text(contact: &String) -> String {
        contact.clone()
    }

    fn input_schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "$defs": {
                "address": {
                    "$anchor": "addressDef",
                    "type": "object",
                    "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
                },
            },
            "properties": {
                "name": {"type": "string"},
                "address": {"$ref": "#/$defs/address"},
                "contactMethod": {"type": "string", "enum": ["phone", "email"]},
                "phone": {"type": "string"},
                "email": {"type": "string"},
            },
            "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
            "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
            "then": {"required": ["phone"]},
            "else": {"required": ["email"]},
            "additionalProperties": false,
        })
    }
}
