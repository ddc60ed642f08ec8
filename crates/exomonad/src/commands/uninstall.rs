//! `exomonad uninstall`: takes out exactly what `init` put in.

use camino::Utf8Path;
use exomonad_host::harness::Harness;
use exomonad_host::install::{Status, uninstall};
use exomonad_host::project::hide;

use super::diff;
use super::project::require_repository;
use super::targets::{Target, request};
use crate::cli::UninstallArgs;
use crate::env::Env;
use crate::exit::Exit;
use crate::output::{Mark, Output, problem};

pub(crate) fn run(env: &Env, output: &Output, args: &UninstallArgs) -> anyhow::Result<Exit> {
    let repository = require_repository(env)?;
    // What is ours is recognised in every coding agent's file, whether that agent is still there or not.
    let targets: Vec<_> = Harness::ALL.map(|harness| Target { harness, installed: None }).into();
    let plan = uninstall(&request(env, &repository, &targets))?;
    for warning in plan.warnings() {
        output.warn(warning);
    }
    let state_dir = repository.state_dir();
    if args.purge {
        require_no_workspaces(&state_dir)?;
    }
    if args.dry_run {
        if args.purge && state_dir.is_dir() {
            output.say(Mark::ToDo, &format!("{} would be deleted", env.show(&state_dir)));
        }
        return diff::print(output, plan.files());
    }
    let applied = plan.apply()?;
    if applied.is_empty() {
        output.say(Mark::Nothing, "no settings of ours were there");
    }
    for file in applied {
        let what = if file.status == Status::Deleted { "deleted; it was ours alone" } else { "as it was" };
        output.say(Mark::Done, &format!("{}: {}: {what}", file.label, env.show(&file.path)));
    }
    if args.purge && state_dir.is_dir() {
        std::fs::remove_dir_all(&state_dir)?;
        output.say(Mark::Done, &format!("{} is deleted", env.show(&state_dir)));
    } else if state_dir.is_dir() {
        hide(&repository)?;
        output.say(Mark::Next, "the database, the logs and your configuration are kept; `exomonad uninstall --purge` deletes them");
    }
    Ok(Exit::Ok)
}

/// An agent's workspace may hold work that is nowhere else.
fn require_no_workspaces(state_dir: &Utf8Path) -> anyhow::Result<()> {
    let worktrees = state_dir.join("worktrees");
    let occupied = std::fs::read_dir(&worktrees).is_ok_and(|mut entries| entries.next().is_some());
    if occupied {
        return Err(problem(
            format!("`{worktrees}` holds agents' workspaces"),
            "remove them first: `git worktree list` names them, `git worktree remove PATH` refuses to lose work",
        ));
    }
    Ok(())
}
