//! How a tool of Gemini CLI ended, read from its response (seen in 0.61.0).

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::contract::ToolKind;
use crate::harness::tool::Ended;

/// What stands after a command's output when its status is not 0, when a signal ended it, or when it was not started.
const BAD: [&str; 3] = ["Exit Code: ", "Signal: ", "Error: "];

/// What always stands there.
const LAST: &str = "Process Group PGID: ";

/// What may stand there, too.
const MORE: &str = "Background PIDs: ";

/// What the response of a cancelled command begins with.
const CANCELLED: [&str; 2] = ["Command was cancelled", "Command was automatically cancelled"];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    /// What the model reads.
    llm_content: Option<Value>,
    /// Stands beside the output of a tool that failed.
    error: Option<IgnoredAny>,
}

/// How a tool ended. A command's status is told in words only, after its output.
pub(in crate::harness) fn ended(kind: ToolKind, response: &str) -> Ended {
    let response: Option<Response> = serde_json::from_str(response).ok();
    match (response, kind) {
        (Some(Response { error: Some(_), .. }), _) => Ended::Badly,
        (Some(Response { llm_content: Some(Value::String(text)), .. }), ToolKind::Shell) => shell(&text),
        (_, ToolKind::Shell) => Ended::Unknown,
        (_, _) => Ended::Well,
    }
}

/// The lines after the output are read from the end, so that nothing a command prints can stand for them.
fn shell(text: &str) -> Ended {
    let text = text.trim();
    let text = text.strip_prefix("<untrusted_context>").unwrap_or(text);
    let text = text.strip_suffix("</untrusted_context>").unwrap_or(text).trim();
    if CANCELLED.iter().any(|beginning| text.starts_with(beginning)) {
        return Ended::Badly;
    }
    let mut lines = text.lines().rev();
    if !text.starts_with("Output: ") || !lines.next().is_some_and(|line| line.starts_with(LAST)) {
        return Ended::Unknown;
    }
    let is_bad = |line: &str| BAD.iter().any(|beginning| line.starts_with(beginning));
    let bad = lines.find(|line| !line.starts_with(MORE)).is_some_and(is_bad);
    if bad { Ended::Badly } else { Ended::Well }
}
