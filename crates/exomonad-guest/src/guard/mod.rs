//! Decides whether a tool may run: no agent changes what guards it, and a confined agent writes only where it works.
//!
//! Rules of the project cannot lift what is refused here.

mod command;
mod files;
mod git;
mod mention;
pub(crate) mod places;
mod touch;

pub(crate) use command::place;
use exomonad_sdk::{Context, Hook, Host, ToolKind, ToolUse};
use places::Places;

/// How many paths of one command the host is asked about; the rest are judged by their names.
const MAX_QUESTIONS: usize = 48;

/// One question to the guard.
pub(crate) struct Guard<'a> {
    pub(crate) host: &'a mut dyn Host,
    pub(crate) places: Places,
    /// The agent may write in its workspace only.
    pub(crate) confined: bool,
    pub(crate) questions: usize,
}

/// Where a shell tool runs its command.
pub(crate) fn command_dir(hook: &Hook, tool: &ToolUse) -> String {
    match tool.dir.as_deref() {
        None => hook.cwd.clone(),
        Some(dir) if dir.starts_with('/') => dir.to_owned(),
        Some(dir) => format!("{}/{dir}", hook.cwd),
    }
}

/// Why the tool may not run, if it may not.
pub(crate) fn refusal(
    host: &mut dyn Host,
    cx: &Context,
    hook: &Hook,
    tool: &ToolUse,
    confined: bool,
) -> Option<String> {
    let mut guard = Guard { host, places: Places::new(cx), confined, questions: MAX_QUESTIONS };
    match tool.kind {
        ToolKind::Shell => guard.command(cx, &command_dir(hook, tool), tool.command.as_deref()?),
        ToolKind::Write => guard.files(&hook.cwd, &tool.paths),
        ToolKind::Mcp => guard.mcp(&hook.cwd, tool),
        ToolKind::Other => guard.files(&hook.cwd, &tool.paths),
        ToolKind::Read | ToolKind::Search | ToolKind::Web | ToolKind::Subagent => None,
    }
}
