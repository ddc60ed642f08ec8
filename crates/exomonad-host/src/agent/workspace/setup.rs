//! Runs the project's `setup` command in a new workspace.

use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};

use super::removal::fail;
use super::{WorkspaceError, WorkspacePlan};
use crate::agent::run::mark;
use crate::agent::{ProcessIdentity, Site};
use crate::contract::WorkspaceKind;
use crate::exec::{Cmd, Output, describe};

/// How long the command may take.
const LIMIT: Duration = Duration::from_secs(600);

/// How many lines of its output an error quotes.
const QUOTED: usize = 20;

/// Runs the project's `setup` command in a workspace of its own, if there is one and the user approved it, until it ends or
/// `stop` says that nobody wants it any more. Its output is kept in `.exomonad/logs`.
///
/// # Errors
/// It is not approved, or it failed.
pub fn set_up(site: &Site, plan: &WorkspacePlan, stop: &dyn Fn() -> bool) -> Result<(), WorkspaceError> {
    let Some(setup) = &site.config.agents.setup else { return Ok(()) };
    if plan.kind == WorkspaceKind::Shared {
        return Ok(());
    }
    let Some((program, arguments)) = setup.argv.split_first() else { return Ok(()) };
    if !site.store.may_run(setup, "agents.setup")? {
        return Err(WorkspaceError::NotApproved { command: setup.argv.join(" ") });
    }
    let mut command = Cmd::new(program, &plan.path, site.surroundings.search_path())
        .args(arguments)
        .envs(&site.surroundings.inheritable())
        .limit(LIMIT);
    // By this it is found when the spawn is killed meanwhile.
    if let Ok(own) = ProcessIdentity::own()
        && let Some((name, value)) = mark(&own).split_once('=')
    {
        command = command.env(name, value);
    }
    let ran = command.env("EXOMONAD_AGENT", plan.agent.as_str()).output(stop);
    let output = ran.map_err(WorkspaceError::SetUpExec)?;
    // Not with the agent's files: those go when the spawn is undone, and the log says why it was.
    let log = plan.origin.state_dir().join(format!("logs/setup-{}.log", plan.agent));
    write_log(&log, &output).map_err(|source| fail("write", &log, source))?;
    if output.code == Some(0) {
        return Ok(());
    }
    let ended = format!("failed with {}", describe(output.code, output.signal));
    Err(WorkspaceError::SetUp { ended, output: last_lines(&output), log })
}

fn write_log(path: &Utf8Path, output: &Output) -> std::io::Result<()> {
    let dir = path.parent().map_or_else(Utf8PathBuf::new, Utf8Path::to_owned);
    DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(&output.stdout)?;
    file.write_all(&output.stderr)
}

/// The end of what it complained of; of what it printed, when it did not complain.
fn last_lines(output: &Output) -> String {
    let bytes = if output.stderr.is_empty() { &output.stdout } else { &output.stderr };
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<_> = text.lines().collect();
    lines.split_at(lines.len().saturating_sub(QUOTED)).1.join("\n")
}
