//! The other side of the wire: what Claude Code asks a hook, what it makes of the answer, and what it writes into its
//! transcript. For a program that takes its place without a model.
//!
//! Rule: what is here was seen in 2.1.329; a stand-in that is kinder to us than the real program proves nothing.

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Map, Value, json};

use super::EVENTS;
use crate::exec::Output;
use crate::harness::event::find_wire;

/// A conversation of a stand-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandIn {
    session: String,
    transcript: Utf8PathBuf,
    dir: Utf8PathBuf,
}

/// A tool that the stand-in's model wants to use.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolUse {
    /// The id of this use.
    pub id: String,
    /// The tool's name, as the model says it.
    pub name: String,
    /// Its arguments.
    pub input: Map<String, Value>,
    /// The MCP server that has it.
    pub server: Option<String>,
}

/// A step at which the hooks are asked.
#[derive(Debug, Clone, Copy)]
pub enum StandInStep<'a> {
    /// The conversation begins.
    Start,
    /// The user, or somebody else, said something.
    Prompt(&'a str),
    /// A tool is about to run.
    PreTool(&'a ToolUse),
    /// A tool ran; with what it returned.
    PostTool(&'a ToolUse, &'a Value),
    /// A tool failed; with its error.
    ToolFailed(&'a ToolUse, &'a str),
    /// The turn is about to end.
    Stop {
        /// The model's last words.
        words: &'a str,
        /// A hook has kept this turn from ending.
        held: bool,
    },
    /// The conversation ends.
    End,
}

/// What the hooks said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StandInAnswer {
    /// The step is refused: the tool does not run, the prompt is dropped, the turn does not end.
    pub refused: Option<String>,
    /// The turn ends here.
    pub halted: bool,
    /// What the model is told beside.
    pub context: Option<String>,
    /// The tool's arguments, in place of the model's.
    pub input: Option<Map<String, Value>>,
}

/// Something that the model reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TranscriptEntry<'a> {
    /// A prompt.
    Prompt(&'a str),
    /// Why the turn may not end yet.
    Held(&'a str),
    /// What a hook of this step added.
    Context(&'a str),
    /// What the model said.
    Words(&'a str),
    /// What a tool returned.
    Result(&'a str),
    /// What was said while the model was at work.
    Note(&'a str),
}

impl StandInStep<'_> {
    /// The name of its event on the command line.
    #[must_use]
    pub fn event(self) -> &'static str {
        find_wire(EVENTS, self.wire()).map_or("", |spec| spec.name)
    }

    fn wire(self) -> &'static str {
        match self {
            Self::Start => "SessionStart",
            Self::Prompt(_) => "UserPromptSubmit",
            Self::PreTool(_) => "PreToolUse",
            Self::PostTool(..) => "PostToolUse",
            Self::ToolFailed(..) => "PostToolUseFailure",
            Self::Stop { .. } => "Stop",
            Self::End => "SessionEnd",
        }
    }

    /// A hook that says something which is no JSON adds it to what the model reads.
    fn takes_plain_text(self) -> bool {
        matches!(self, Self::Start | Self::Prompt(_))
    }

    /// What was asked is not done when the hook says no.
    fn can_be_refused(self) -> bool {
        matches!(self, Self::Prompt(_) | Self::PreTool(_) | Self::Stop { .. })
    }
}

impl StandIn {
    /// A new conversation in `dir`, whose transcript is kept below `transcripts`.
    #[must_use]
    pub fn new(transcripts: &Utf8Path, dir: &Utf8Path) -> Self {
        let session = uuid::Uuid::new_v4().to_string();
        let transcript = transcripts.join(format!("{session}.jsonl"));
        Self { session, transcript, dir: dir.to_owned() }
    }

    /// Where the transcript is.
    #[must_use]
    pub fn transcript(&self) -> &Utf8Path {
        &self.transcript
    }

    /// The variables that hooks and servers have, beside the harness's own.
    #[must_use]
    pub fn variables(&self, socket: &Utf8Path) -> Vec<(String, String)> {
        let own = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        vec![
            own("CLAUDECODE", "1"),
            own("CLAUDE_CODE_ENTRYPOINT", "cli"),
            own("CLAUDE_CODE_CHILD_SESSION", "1"),
            own("CLAUDE_CODE_SESSION_ID", &self.session),
            own("CLAUDE_CODE_MESSAGING_SOCKET", socket.as_str()),
            own("CLAUDE_PROJECT_DIR", self.dir.as_str()),
        ]
    }

    /// What the hooks are asked on their standard input.
    #[must_use]
    pub fn question(&self, step: StandInStep<'_>) -> String {
        let mut fields = Map::from_iter([
            ("session_id".to_owned(), json!(self.session)),
            ("transcript_path".to_owned(), json!(self.transcript)),
            ("cwd".to_owned(), json!(self.dir)),
            ("hook_event_name".to_owned(), json!(step.wire())),
        ]);
        let own = match step {
            StandInStep::Start => json!({"source": "startup", "model": "scripted"}),
            StandInStep::Prompt(text) => json!({"permission_mode": "default", "prompt": text}),
            StandInStep::PreTool(used) => used.fields(),
            StandInStep::PostTool(used, response) => {
                merged(used.fields(), json!({"tool_response": response}))
            }
            StandInStep::ToolFailed(used, error) => {
                merged(used.fields(), json!({"error": error, "is_interrupt": false}))
            }
            StandInStep::Stop { words, held } => json!({
                "permission_mode": "default", "stop_hook_active": held, "last_assistant_message": words,
                "background_tasks": [], "session_crons": [],
            }),
            StandInStep::End => json!({"reason": "other"}),
        };
        if let Value::Object(own) = own {
            fields.extend(own);
        }
        format!("{}\n", Value::Object(fields))
    }

    /// What the harness makes of a hook's end and words.
    #[must_use]
    pub fn answer(&self, step: StandInStep<'_>, output: &Output) -> StandInAnswer {
        let text = String::from_utf8_lossy(&output.stdout);
        let text = text.trim();
        match output.code {
            Some(2) if step.can_be_refused() => {
                let refused = String::from_utf8_lossy(&output.stderr).trim().to_owned();
                StandInAnswer { refused: Some(refused), ..StandInAnswer::default() }
            }
            Some(0) if text.starts_with('{') => read(step, text),
            Some(0) if !text.is_empty() && step.takes_plain_text() => {
                StandInAnswer { context: Some(text.to_owned()), ..StandInAnswer::default() }
            }
            // Anything else is shown to the user, and the harness goes on.
            Some(_) | None => StandInAnswer::default(),
        }
    }

    /// A line of the transcript, without its line end.
    #[must_use]
    pub fn line(&self, entry: TranscriptEntry<'_>) -> String {
        let said = |role: &str, text: &str| json!({"type": role, "message": {"role": role, "content": text}});
        let mut line = match entry {
            TranscriptEntry::Prompt(text) => said("user", text),
            TranscriptEntry::Held(reason) => {
                merged(said("user", &format!("Stop hook feedback:\n{reason}")), json!({"isMeta": true}))
            }
            TranscriptEntry::Words(text) => said("assistant", text),
            TranscriptEntry::Result(text) => {
                json!({"type": "user", "message": {"role": "user", "content": [{"type": "tool_result", "content": text}]}})
            }
            TranscriptEntry::Context(text) => {
                json!({"type": "attachment", "attachment": {"type": "hook_additional_context", "content": [text]}})
            }
            TranscriptEntry::Note(text) => {
                json!({"type": "attachment", "attachment": {"type": "queued_command", "prompt": text}})
            }
        };
        if let Value::Object(fields) = &mut line {
            fields.insert("sessionId".to_owned(), json!(self.session));
            fields.insert("cwd".to_owned(), json!(self.dir));
        }
        line.to_string()
    }

    /// The text of a line that came through the messaging socket; absent when the line is for another session, or none.
    #[must_use]
    pub fn told(&self, line: &str) -> Option<String> {
        let line: Value = serde_json::from_str(line).ok()?;
        let is_ours = line.get("session_id").is_none_or(|session| *session == self.session);
        let is_said = line.get("type").is_some_and(|kind| kind == "user");
        let text = line.pointer("/message/content").and_then(Value::as_str);
        text.filter(|_| is_ours && is_said)
            .map(|text| format!("Another Claude session sent a message:\n{text}"))
    }
}

impl ToolUse {
    fn fields(&self) -> Value {
        let fields = json!({
            "permission_mode": "default", "tool_name": self.name, "tool_input": self.input, "tool_use_id": self.id,
        });
        match &self.server {
            Some(server) => merged(fields, json!({"mcp_server": {"name": server, "source": "project"}})),
            None => fields,
        }
    }
}

/// A hook's JSON.
fn read(step: StandInStep<'_>, text: &str) -> StandInAnswer {
    // What is no JSON object is shown to the user; one with a null somewhere counts as a whole for nothing.
    let Ok(said) = serde_json::from_str::<Value>(text) else { return StandInAnswer::default() };
    let specific = said.get("hookSpecificOutput");
    let names_another = specific.is_some_and(|own| own.get("hookEventName") != Some(&json!(step.wire())));
    if has_null(&said) || names_another {
        return StandInAnswer::default();
    }
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let own = |key: &str| specific.and_then(|own| own.get(key));
    let permission = text(own("permissionDecision"));
    // Nobody is there to be asked.
    let denied = matches!(permission.as_deref(), Some("deny" | "ask"));
    let blocked = said.get("decision").is_some_and(|decision| decision == "block");
    let reason = match (denied, blocked) {
        (true, _) => text(own("permissionDecisionReason")).or_else(|| Some("denied by a hook".to_owned())),
        (false, true) => text(said.get("reason")).or_else(|| Some("Blocked by hook".to_owned())),
        (false, false) => None,
    };
    let context = text(own("additionalContext"));
    let (refused, context) = match (step.can_be_refused(), reason, context) {
        (true, reason, context) => (reason, context),
        // The tool ran already: the reason is one more thing to read.
        (false, Some(reason), Some(context)) => (None, Some(format!("{reason}\n{context}"))),
        (false, reason, context) => (None, reason.or(context)),
    };
    StandInAnswer {
        refused,
        halted: said.get("continue") == Some(&Value::Bool(false)),
        context,
        input: own("updatedInput").and_then(Value::as_object).cloned(),
    }
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(values) => values.iter().any(has_null),
        Value::Object(fields) => fields.values().any(has_null),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// The fields of both; of a key that both have, the second one's.
fn merged(one: Value, other: Value) -> Value {
    match (one, other) {
        (Value::Object(mut one), Value::Object(other)) => {
            one.extend(other);
            Value::Object(one)
        }
        (one, _) => one,
    }
}
