//! Sees in the hooks of shell tools which of the project's commands ran, and how they ended.

use exomonad_sdk::{Context, EffectError, Hook, Host, ToolDone, ToolKind};

use crate::guard::{command_dir, place};
use crate::shell::decided;

/// Tells the host of every command of the project that this tool ran, in a way in which its exit status can be trusted.
pub(crate) fn record(
    host: &mut dyn Host,
    cx: &Context,
    hook: &Hook,
    done: &ToolDone,
) -> Result<(), EffectError> {
    let Some(line) = done.tool.command.as_deref() else { return Ok(()) };
    if cx.verify.is_empty() || done.tool.kind != ToolKind::Shell || !done.end_known {
        return Ok(());
    }
    let mut place = place(cx, &command_dir(hook, &done.tool));
    if place.cwd != place.workspace
        && let Ok(resolved) = host.fs_resolve(&place.cwd)
    {
        place.cwd = resolved;
    }
    for command in decided(line, &place, &cx.verify) {
        host.work_verified(command, done.failed)?;
    }
    Ok(())
}
