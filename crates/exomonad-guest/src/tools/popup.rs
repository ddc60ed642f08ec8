//! Asks the human, by a form.

use exomonad_sdk::ui::Answer;
use exomonad_sdk::{Context, Host, Tool, ToolError, ToolHints};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::popup_form::{Field, Known, Pane, without_null};
use super::sent::require_text;

/// How long an answer is waited for unless it is said.
const WAIT_SECONDS: u32 = 300;

/// The tool `popup`.
pub(crate) struct Popup;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Args {
    /// What it is about, in a line.
    #[schemars(length(min = 1))]
    title: String,
    /// What your human has to know before they answer.
    message: Option<String>,
    /// The questions, all on one page. Either this or `panes`.
    #[serde(default)]
    fields: Vec<Field>,
    /// Pages that come one after the other, each by what was answered before.
    #[serde(default)]
    panes: Vec<Pane>,
    /// How long to wait for the answer, in seconds.
    #[serde(default = "wait_seconds")]
    #[schemars(range(min = 1, max = 86400))]
    wait_seconds: u32,
}

fn wait_seconds() -> u32 {
    WAIT_SECONDS
}

/// How it ended.
#[derive(Serialize, JsonSchema, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum Outcome {
    /// Your human answered.
    Answered,
    /// They would not.
    Declined,
    /// Nobody answered in time.
    TimedOut,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Answered {
    outcome: Outcome,
    /// The answer: the values of the fields that were asked, by their ids. Empty unless it was answered.
    values: Map<String, Value>,
}

impl Tool for Popup {
    type Args = Args;
    type Output = Answered;

    const NAME: &'static str = "popup";
    const TITLE: &'static str = "Ask your human";
    const DESCRIPTION: &'static str = "\
Asks your human by a form that comes up in their terminal, and waits for the answer. Use it for a decision that is theirs and \
that you cannot go on without; ask everything at once. They may decline, or not be there.";
    const HINTS: ToolHints =
        ToolHints { read_only: false, destructive: false, idempotent: false, open_world: true };

    fn call(host: &mut dyn Host, cx: &Context, args: Args) -> Result<Answered, ToolError> {
        require_text("title", &args.title)?;
        if args.fields.is_empty() == args.panes.is_empty() {
            return Err(ToolError::new("pass either `fields` or `panes`"));
        }
        let mut known = Known::default();
        let fields: Vec<Value> = args.fields.iter().map(|field| field.json(&mut known)).collect();
        let panes: Vec<Value> = args.panes.iter().map(|pane| pane.json(&mut known)).collect();
        let form = without_null([
            ("title", Some(args.title.into())),
            ("message", args.message.map(Value::from)),
            ("fields", (!fields.is_empty()).then(|| fields.into())),
            ("panes", (!panes.is_empty()).then(|| panes.into())),
        ]);
        let limit = u32::try_from(cx.limits.wait_ms).unwrap_or(u32::MAX);
        let timeout_ms = args.wait_seconds.saturating_mul(1000).min(limit.max(1));
        let (outcome, values) = match host.ui_ask(&form.to_string(), timeout_ms)? {
            Answer::Answered(json) => (Outcome::Answered, read(&json)?),
            Answer::Declined => (Outcome::Declined, Map::new()),
            Answer::TimedOut => (Outcome::TimedOut, Map::new()),
        };
        Ok(Answered { outcome, values })
    }

    fn text(answered: &Answered) -> String {
        match answered.outcome {
            Outcome::Answered => {
                let lines = answered.values.iter().map(|(id, value)| format!("- {id}: {value}"));
                std::iter::once("your human answered:".to_owned()).chain(lines).collect::<Vec<_>>().join("\n")
            }
            Outcome::Declined => {
                "your human declined to answer; go on without it, or stop and say so".to_owned()
            }
            Outcome::TimedOut => {
                "nobody answered in time; go on without it, or ask again when you must know".to_owned()
            }
        }
    }
}

fn read(json: &str) -> Result<Map<String, Value>, ToolError> {
    serde_json::from_str(json).map_err(|err| ToolError::new(format!("the answer is no JSON object: {err}")))
}
