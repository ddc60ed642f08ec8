//! Sends a message to another agent.

use exomonad_sdk::{Context, Host, Tool, ToolError, ToolHints};
use schemars::JsonSchema;
use serde::Deserialize;

use super::sent::{PARENT, Sent, require_parent, require_size, require_text};

/// The tool `send_message`.
pub(crate) struct SendMessage;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Args {
    /// The agent's name, or `parent`.
    #[schemars(length(min = 1))]
    to: String,
    /// What to say. The other agent knows nothing of your conversation: say all it needs.
    #[schemars(length(min = 1))]
    message: String,
    /// The id of the message that this one answers.
    reply_to: Option<String>,
}

impl Tool for SendMessage {
    type Args = Args;
    type Output = Sent;

    const NAME: &'static str = "send_message";
    const TITLE: &'static str = "Send a message";
    const DESCRIPTION: &'static str = "\
Sends a message to another agent of this project: an answer, a question, news. To say how your own task ends, use \
`notify_parent`. The message is stored before this returns; the answer says whether the other agent has it yet. Replies \
come to your `inbox`.";
    const HINTS: ToolHints =
        ToolHints { read_only: false, destructive: false, idempotent: false, open_world: false };

    fn call(host: &mut dyn Host, cx: &Context, args: Args) -> Result<Sent, ToolError> {
        let to = args.to.trim();
        require_text("to", to)?;
        require_text("message", &args.message)?;
        require_size(cx, &args.message)?;
        if to == PARENT {
            require_parent(cx)?;
        }
        let message = host.messages_send(to, "message", &args.message, args.reply_to.as_deref(), false)?;
        Ok(Sent::from(message))
    }

    fn text(output: &Sent) -> String {
        output.note.clone()
    }
}
