//! `exomonad call`: calls a tool as an agent would.

use std::io::{IsTerminal, Read};
use std::sync::Arc;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use exomonad_host::agent::{Speaker, speaker};
use exomonad_host::contract::log::Level;
use exomonad_host::contract::{Content, EmbeddedResource, ResourceBody, ToolOutput};
use exomonad_host::effects::Listener;
use exomonad_host::engine::{GuestError, Stop};
use exomonad_host::telemetry::Client;
use exomonad_host::tool::{Call, CallError, Calls, Toolbox};
use exomonad_host::ui::Form;
use serde_json::{Map, Value, json};
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::CallArgs;
use crate::env::Env;
use crate::exit::Exit;
use crate::output::{Mark, Output, clean, problem};

pub(crate) fn run(env: &Env, output: &Output, args: &CallArgs) -> anyhow::Result<Exit> {
    let arguments = match read_arguments(&args.args)? {
        Ok(arguments) => arguments,
        Err(err) => {
            output.explain(&err);
            return Ok(Exit::Usage);
        }
    };
    let toolbox = args.who.toolbox(env, &args.guest.source()?, Calls::One)?;
    require_self(env, &toolbox)?;
    let stop = Stop::default();
    stop_on_interrupt(stop.clone())?;
    let listener: Option<Arc<dyn Listener>> =
        if std::io::stderr().is_terminal() { Some(Arc::new(Watcher(Output::new(env)))) } else { None };
    let call = Call {
        tool: &args.tool,
        arguments: &arguments.to_string(),
        stop: &stop,
        listener,
        client: Client::CommandLine,
    };
    match toolbox.call(call) {
        Ok(result) => {
            print(output, &result, args.json)?;
            Ok(Exit::Ok)
        }
        Err(CallError::Guest { source: GuestError::Stopped { .. }, .. }) if stop.is_stopped() => {
            output
                .say(Mark::Nothing, &format!("`{}` was cancelled; what it did so far stays done", args.tool));
            Ok(Exit::Cancelled)
        }
        Err(err) => Err(err.into()),
    }
}

/// A person may act as any agent; an agent only as itself.
fn require_self(env: &Env, toolbox: &Toolbox) -> anyhow::Result<()> {
    let asked = &toolbox.agent().name;
    match speaker(toolbox.store(), env.agent.as_deref())? {
        Speaker::Agent(own) if own != *asked => Err(problem(
            format!("agent `{own}` cannot act as `{asked}`"),
            format!(
                "call it without `--agent` in your own workspace, or write to `{asked}` with `exomonad send`"
            ),
        )),
        Speaker::Agent(_) | Speaker::Human => Ok(()),
    }
}

/// The arguments, or what is wrong with them.
fn read_arguments(given: &str) -> anyhow::Result<Result<Value, anyhow::Error>> {
    let mut read = String::new();
    let (text, whence) = match given {
        "-" => {
            std::io::stdin().read_to_string(&mut read).context("failed to read the arguments from stdin")?;
            (read.as_str(), "what stdin holds")
        }
        given => (given, "what `--args` says"),
    };
    let hint = "an object looks like this: --args '{\"name\": \"value\"}'";
    Ok(match serde_json::from_str::<Map<String, Value>>(text) {
        Ok(arguments) => Ok(Value::Object(arguments)),
        Err(err) => Err(problem(format!("{whence} is not a JSON object: {err}"), hint)),
    })
}

/// Makes Ctrl-C end the call and not the program, so that the tool can end as one that was cancelled.
fn stop_on_interrupt(stop: Stop) -> anyhow::Result<()> {
    let failed = "failed to listen for Ctrl-C";
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().context(failed)?;
    let mut interrupts = {
        let _entered = runtime.enter();
        signal(SignalKind::interrupt()).context(failed)?
    };
    std::thread::spawn(move || {
        runtime.block_on(interrupts.recv());
        stop.stop();
    });
    Ok(())
}

/// Shows whoever waits at a terminal how far the call is.
#[derive(Debug)]
struct Watcher(Output);

impl Listener for Watcher {
    fn progress(&self, done: f64, total: Option<f64>, message: Option<&str>) {
        let total = total.map(|total| format!("/{total}")).unwrap_or_default();
        self.0.say(Mark::ToDo, &format!("{done}{total} {}", message.unwrap_or_default()));
    }

    fn log(&self, level: Level, message: &str, _fields: &str) {
        match level {
            Level::Warn | Level::Error => self.0.warn(message),
            Level::Debug | Level::Info => {}
        }
    }

    fn elicit(&self, request: &str, _form: &Form) {
        self.0.say(Mark::ToDo, &format!("a question waits for you: `exomonad ask --id {request}`"));
    }
}

fn print(output: &Output, result: &ToolOutput, as_json: bool) -> anyhow::Result<()> {
    if as_json {
        output.answer(&to_json(result)?)?;
        return Ok(());
    }
    let (text, left_out) = to_text(result);
    output.answer(&text)?;
    for what in left_out {
        output.warn(&format!("{what} is left out; `--json` has it"));
    }
    Ok(())
}

/// What a terminal can show, and what it cannot.
fn to_text(result: &ToolOutput) -> (String, Vec<String>) {
    let mut text = String::new();
    let mut left_out = Vec::new();
    for content in &result.content {
        match content {
            Content::Text(part) => text = format!("{text}{}\n", clean(part.trim_end_matches('\n'))),
            Content::Embedded(EmbeddedResource { body: ResourceBody::Text(part), .. }) => {
                text = format!("{text}{}\n", clean(part.trim_end_matches('\n')));
            }
            Content::Image(media) | Content::Audio(media) => {
                left_out.push(format!("{} of {} bytes", media.mime_type, media.data.len()));
            }
            Content::Embedded(EmbeddedResource { uri, body: ResourceBody::Bytes(data), .. }) => {
                left_out.push(format!("`{uri}` of {} bytes", data.len()));
            }
        }
    }
    (text, left_out)
}

fn to_json(result: &ToolOutput) -> anyhow::Result<String> {
    let structured: Value = match &result.structured {
        Some(text) => serde_json::from_str(text).context("the tool's structured result is no JSON")?,
        None => Value::Null,
    };
    let content: Vec<Value> = result.content.iter().map(content_to_json).collect();
    Ok(format!("{:#}\n", json!({ "schema": 1, "structured": structured, "content": content })))
}

/// As MCP has it.
fn content_to_json(content: &Content) -> Value {
    match content {
        Content::Text(text) => json!({ "type": "text", "text": text }),
        Content::Image(media) => {
            json!({ "type": "image", "data": BASE64.encode(&media.data), "mimeType": media.mime_type })
        }
        Content::Audio(media) => {
            json!({ "type": "audio", "data": BASE64.encode(&media.data), "mimeType": media.mime_type })
        }
        Content::Embedded(resource) => {
            let mut fields = Map::new();
            fields.insert("uri".to_owned(), json!(resource.uri));
            if let Some(mime_type) = &resource.mime_type {
                fields.insert("mimeType".to_owned(), json!(mime_type));
            }
            match &resource.body {
                ResourceBody::Text(text) => fields.insert("text".to_owned(), json!(text)),
                ResourceBody::Bytes(data) => fields.insert("blob".to_owned(), json!(BASE64.encode(data))),
            };
            json!({ "type": "resource", "resource": fields })
        }
    }
}

#[cfg(test)]
mod tests {
    use exomonad_host::contract::{Content, EmbeddedResource, Media, ResourceBody, ToolOutput};
    use expect_test::expect;

    use super::{read_arguments, to_json, to_text};

    fn everything() -> ToolOutput {
        let media = |mime_type: &str| Media { data: vec![1, 2, 3], mime_type: mime_type.to_owned() };
        let resource = |body| EmbeddedResource {
            uri: "exomonad://x".to_owned(),
            mime_type: Some("text/plain".to_owned()),
            body,
        };
        ToolOutput {
            structured: Some(r#"{"n":1}"#.to_owned()),
            content: vec![
                Content::Text("one\ntwo\n".to_owned()),
                Content::Image(media("image/png")),
                Content::Audio(media("audio/wav")),
                Content::Embedded(resource(ResourceBody::Text("three \u{1b}[31mred".to_owned()))),
                Content::Embedded(resource(ResourceBody::Bytes(vec![0]))),
            ],
        }
    }

    #[test]
    fn text_is_shown_without_control_characters_and_bytes_are_named() {
        let (text, left_out) = to_text(&everything());
        assert_eq!(text, "one\ntwo\nthree \u{fffd}[31mred\n");
        assert_eq!(left_out, ["image/png of 3 bytes", "audio/wav of 3 bytes", "`exomonad://x` of 1 bytes"]);
    }

    #[test]
    fn json_has_everything_in_the_words_of_mcp() {
        let compact: serde_json::Value = serde_json::from_str(&to_json(&everything()).unwrap()).unwrap();
        expect![[r#"{"schema":1,"structured":{"n":1},"content":[{"type":"text","text":"one\ntwo\n"},{"type":"image","data":"AQID","mimeType":"image/png"},{"type":"audio","data":"AQID","mimeType":"audio/wav"},{"type":"resource","resource":{"uri":"exomonad://x","mimeType":"text/plain","text":"three \u001b[31mred"}},{"type":"resource","resource":{"uri":"exomonad://x","mimeType":"text/plain","blob":"AA=="}}]}"#]]
            .assert_eq(&compact.to_string());
        let nothing = ToolOutput { structured: None, content: Vec::new() };
        assert_eq!(
            to_json(&nothing).unwrap(),
            "{\n  \"schema\": 1,\n  \"structured\": null,\n  \"content\": []\n}\n"
        );
    }

    #[test]
    fn only_an_object_is_arguments() {
        assert_eq!(read_arguments(r#" {"a": [1]} "#).unwrap().unwrap().to_string(), r#"{"a":[1]}"#);
        for wrong in ["", "[]", "3", "{", "{} {}", "null"] {
            assert!(read_arguments(wrong).unwrap().is_err(), "{wrong}");
        }
    }
}
