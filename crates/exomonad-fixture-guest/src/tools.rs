//! Tools that do what the host's tests need.

use exomonad_sdk::log::Level;
use exomonad_sdk::{Context, Host, Role, Tool, ToolError, ToolHints};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::behaviour::Behaviour;

/// Gives them to a role.
pub(crate) fn add(role: Role) -> Role {
    let role = role.tool::<Echo>().tool::<Behave>().tool::<Wait>().tool::<Emit>();
    role.tool::<Progress>().tool::<Log>().tool::<Big>().tool::<Refuse>()
}

/// Gives a role what others do not have.
pub(crate) fn add_special(role: Role) -> Role {
    role.tool::<Special>()
}

const HINTS: ToolHints =
    ToolHints { read_only: true, destructive: false, idempotent: true, open_world: false };

#[derive(Serialize, JsonSchema)]
struct Said {
    text: String,
}

fn said(text: impl Into<String>) -> Said {
    Said { text: text.into() }
}

#[derive(Deserialize, JsonSchema)]
struct Text {
    /// What to say.
    text: String,
}

struct Echo;

impl Tool for Echo {
    type Args = Text;
    type Output = Said;
    const NAME: &'static str = "fixture_echo";
    const TITLE: &'static str = "Echo";
    const DESCRIPTION: &'static str = "Says what it is told.";
    const HINTS: ToolHints = HINTS;

    fn call(_: &mut dyn Host, _: &Context, args: Text) -> Result<Said, ToolError> {
        Ok(said(args.text))
    }
}

struct Behave;

impl Tool for Behave {
    type Args = Text;
    type Output = Said;
    const NAME: &'static str = "fixture_behave";
    const TITLE: &'static str = "Behave";
    const DESCRIPTION: &'static str = "Behaves as `fixture_<behaviour>` in the text says, well or badly.";
    const HINTS: ToolHints = HINTS;

    fn call(host: &mut dyn Host, _: &Context, args: Text) -> Result<Said, ToolError> {
        let decision = Behaviour::named_in(&args.text).act(host);
        Ok(said(decision.context.unwrap_or_default()))
    }
}

#[derive(Deserialize, JsonSchema)]
struct Waiting {
    /// The kind of the event.
    kind: String,
    /// How long.
    seconds: u32,
}

struct Wait;

impl Tool for Wait {
    type Args = Waiting;
    type Output = Said;
    const NAME: &'static str = "fixture_wait";
    const TITLE: &'static str = "Wait";
    const DESCRIPTION: &'static str = "Logs `waiting`, waits for an event, and says its data.";
    const HINTS: ToolHints = HINTS;

    fn call(host: &mut dyn Host, _: &Context, args: Waiting) -> Result<Said, ToolError> {
        host.log(Level::Info, "waiting", "");
        let events = host.events_wait(&[args.kind], 0, args.seconds.saturating_mul(1000))?;
        Ok(said(events.into_iter().next().map_or_else(|| "nothing came".to_owned(), |event| event.data)))
    }
}

#[derive(Deserialize, JsonSchema)]
struct Emitted {
    /// The kind of the event.
    kind: String,
}

struct Emit;

impl Tool for Emit {
    type Args = Emitted;
    type Output = Said;
    const NAME: &'static str = "fixture_emit";
    const TITLE: &'static str = "Emit";
    const DESCRIPTION: &'static str = "Records an event.";
    const HINTS: ToolHints = HINTS;

    fn call(host: &mut dyn Host, _: &Context, args: Emitted) -> Result<Said, ToolError> {
        let id = host.events_emit(&args.kind, "{\"from\":\"fixture\"}")?;
        Ok(said(id.to_string()))
    }
}

#[derive(Deserialize, JsonSchema)]
struct Steps {
    /// How many steps.
    steps: u32,
}

struct Progress;

impl Tool for Progress {
    type Args = Steps;
    type Output = Said;
    const NAME: &'static str = "fixture_progress";
    const TITLE: &'static str = "Progress";
    const DESCRIPTION: &'static str = "Tells of each step, and once of a step back.";
    const HINTS: ToolHints = HINTS;

    fn call(host: &mut dyn Host, _: &Context, args: Steps) -> Result<Said, ToolError> {
        for step in 1..=args.steps {
            host.progress(f64::from(step), Some(f64::from(args.steps)), Some("a step"));
        }
        host.progress(0.5, None, Some("a step back"));
        Ok(said("done"))
    }
}

struct Log;

impl Tool for Log {
    type Args = Text;
    type Output = Said;
    const NAME: &'static str = "fixture_log";
    const TITLE: &'static str = "Log";
    const DESCRIPTION: &'static str = "Logs the text at every level.";
    const HINTS: ToolHints = HINTS;

    fn call(host: &mut dyn Host, _: &Context, args: Text) -> Result<Said, ToolError> {
        for level in [Level::Debug, Level::Info, Level::Warn, Level::Error] {
            host.log(level, &args.text, "{\"field\":1}");
        }
        Ok(said("done"))
    }
}

#[derive(Deserialize, JsonSchema)]
struct Size {
    /// How many bytes.
    bytes: usize,
}

struct Big;

impl Tool for Big {
    type Args = Size;
    type Output = Said;
    const NAME: &'static str = "fixture_big";
    const TITLE: &'static str = "Big";
    const DESCRIPTION: &'static str = "Says much.";
    const HINTS: ToolHints = HINTS;

    fn call(_: &mut dyn Host, _: &Context, args: Size) -> Result<Said, ToolError> {
        Ok(said("x".repeat(args.bytes)))
    }

    fn text(_: &Said) -> String {
        "much".to_owned()
    }
}

struct Refuse;

impl Tool for Refuse {
    type Args = Text;
    type Output = Said;
    const NAME: &'static str = "fixture_refuse";
    const TITLE: &'static str = "Refuse";
    const DESCRIPTION: &'static str = "Says no, with a hint.";
    const HINTS: ToolHints = HINTS;

    fn call(_: &mut dyn Host, _: &Context, args: Text) -> Result<Said, ToolError> {
        Err(ToolError::new(args.text).with_hint("ask for something else"))
    }
}

#[derive(Deserialize, JsonSchema)]
struct Nothing {}

struct Special;

impl Tool for Special {
    type Args = Nothing;
    type Output = Said;
    const NAME: &'static str = "fixture_special";
    const TITLE: &'static str = "Special";
    const DESCRIPTION: &'static str = "What only workers have.";
    const HINTS: ToolHints = HINTS;

    fn call(_: &mut dyn Host, _: &Context, _: Nothing) -> Result<Said, ToolError> {
        Ok(said("special"))
    }
}
