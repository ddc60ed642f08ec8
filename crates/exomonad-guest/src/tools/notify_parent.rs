//! Reports to the agent's parent.

use exomonad_sdk::log::Level;
use exomonad_sdk::{Context, Host, Tool, ToolError, ToolHints, WorkspaceKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sent::{Sent, require_parent, require_size, require_text};
use super::text::one_line;
use crate::roles::remember_failure;
use crate::standing::require_done;

/// The tool `notify_parent`.
pub(crate) struct NotifyParent;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Args {
    /// How it stands.
    status: Status,
    /// The report: what was done or what stands in the way, and what your parent has to know or decide.
    #[schemars(length(min = 1))]
    message: String,
    /// The pull request that has the work.
    #[schemars(range(min = 1))]
    pr_number: Option<u64>,
    /// What was finished, and how each was checked.
    #[serde(default)]
    tasks_completed: Vec<TaskDone>,
}

#[derive(Deserialize, Serialize, JsonSchema, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Status {
    /// The task is done and checked.
    Success,
    /// You cannot go on; the message says what you tried and what you need.
    Failure,
    /// News while you go on working.
    Update,
}

#[derive(Deserialize, JsonSchema)]
struct TaskDone {
    /// What was done.
    what: String,
    /// How it was checked, such as the command that passed.
    how: String,
}

impl Tool for NotifyParent {
    type Args = Args;
    type Output = Sent;

    const NAME: &'static str = "notify_parent";
    const TITLE: &'static str = "Report to your parent";
    const DESCRIPTION: &'static str = "\
Reports to the agent that gave you your task. Call it once with `success` or `failure` when your work ends, and with \
`update` when your parent has to know something before that. `success` is refused while files are not committed, or a \
command that the project asks for has not passed on the files as they are; the others never are. What exomonad itself found \
out about your work goes with a `success` or a `failure`. The report is stored before this returns; the answer says whether your parent has \
it yet. Do not wait for a reply unless you need one.";
    const HINTS: ToolHints =
        ToolHints { read_only: false, destructive: false, idempotent: false, open_world: false };

    fn call(host: &mut dyn Host, cx: &Context, args: Args) -> Result<Sent, ToolError> {
        require_parent(cx)?;
        require_text("message", &args.message)?;
        let report = report(&args);
        require_size(cx, &report)?;
        // Whoever works in its parent's directory cannot answer for the files there.
        if matches!(args.status, Status::Success) && cx.agent.workspace_kind != WorkspaceKind::Shared {
            require_done(cx, &host.work_get()?)?;
        }
        // News is told at once: finding out how the work stands takes git.
        let is_final = !matches!(args.status, Status::Update);
        let message = host.messages_send("parent", args.status.kind(), &report, None, is_final)?;
        if matches!(args.status, Status::Failure)
            && let Err(error) = remember_failure(host)
        {
            host.log(Level::Warn, &format!("the stop gate did not hear of a failure: {}", error.message), "");
        }
        Ok(Sent::from(message))
    }

    fn text(output: &Sent) -> String {
        output.note.clone()
    }
}

impl Status {
    /// The kind of message, by which a parent's policy tells reports apart.
    fn kind(self) -> &'static str {
        match self {
            Self::Success => "report.success",
            Self::Failure => "report.failure",
            Self::Update => "report.update",
        }
    }
}

/// All of it, since nobody can ask for what a report left out.
fn report(args: &Args) -> String {
    let mut parts = vec![args.message.trim().to_owned()];
    parts.extend(args.pr_number.map(|number| format!("PR #{number}")));
    if !args.tasks_completed.is_empty() {
        let line =
            |task: &TaskDone| format!("- {} (verified: {})", one_line(&task.what), one_line(&task.how));
        let lines: Vec<String> = args.tasks_completed.iter().map(line).collect();
        parts.push(format!("Tasks completed:\n{}", lines.join("\n")));
    }
    parts.join("\n\n")
}
