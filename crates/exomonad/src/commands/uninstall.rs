//! `exomonad uninstall`: takes out exactly what `init` put in.

use camino::Utf8Path;
use exomonad_host::agent::{AgentView, view_agents};
use exomonad_host::git::Repository;
use exomonad_host::harness::Harness;
use exomonad_host::install::{Status, uninstall};
use exomonad_host::project::hide;
use exomonad_host::store::{AgentState, Store};

use super::diff;
use super::project::{now_ms, require_repository};
use super::targets::{Target, request};
use super::words::quoted;
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
    require_nobody(env, &repository)?;
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

/// Agents that run would go on without their guard, and without anybody who can end them.
fn require_nobody(env: &Env, repository: &Repository) -> anyhow::Result<()> {
    // No agent was ever recorded where there is no database; one that cannot be read keeps nobody from leaving.
    let Ok(store) = Store::open_readable(&repository.database()) else { return Ok(()) };
    let Ok(views) = view_agents(&store, now_ms()) else { return Ok(()) };
    let runs = |view: &&AgentView| {
        matches!(view.state, AgentState::Starting | AgentState::Running) && view.run.is_some()
    };
    let names: Vec<_> = views.iter().filter(runs).map(|view| view.row.name.as_str()).collect();
    if names.is_empty() {
        return Ok(());
    }
    Err(problem(
        format!("agents of {} run: {}", env.show(&repository.root), quoted(names.iter().copied())),
        format!("end them first: `exomonad stop {}`", names.join(" ")),
    ))
}

/// An agent's workspace may hold work that is nowhere else.
fn require_no_workspaces(state_dir: &Utf8Path) -> anyhow::Result<()> {
    let worktrees = state_dir.join("worktrees");
    let occupied = std::fs::read_dir(&worktrees).is_ok_and(|mut entries| entries.next().is_some());
    if occupied {
        return Err(problem(
            format!("`{worktrees}` holds agents' workspaces"),
            "remove them first: `exomonad cleanup` takes away those without work to lose, and names the others",
        ));
    }
    Ok(())
}
