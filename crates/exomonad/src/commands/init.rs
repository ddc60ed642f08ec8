//! `exomonad init`: makes the repository a project, puts our hooks and tools into the coding agents' settings, and takes the
//! user to the session with the lead.

mod session;

use exomonad_host::git::{Git, Repository};
use exomonad_host::harness::Harness;
use exomonad_host::install::{Plan, PlannedFile, Status, plan};
use exomonad_host::project;
use exomonad_host::telemetry::{self, Wish};

use self::session::Planned;
use super::diff;
use super::project::{now_ms, require_repository, require_store};
use super::targets::{Target, facts, look, request};
use crate::cli::InitArgs;
use crate::env::Env;
use crate::exit::Exit;
use crate::output::{Mark, Output, problem};

/// Which coding agents are set up when they are there. Codex asks its user to trust every hook, so it is set up only
/// when it is named.
const BY_DEFAULT: [Harness; 2] = [Harness::Claude, Harness::Gemini];

pub(crate) fn run(env: &Env, output: &Output, args: &InitArgs) -> anyhow::Result<Exit> {
    let repository = require_repository(env)?;
    if repository.workspace != repository.root {
        return Err(problem(
            format!("`{}` is a worktree of `{}`", repository.workspace, repository.root),
            format!("run it in the main checkout: `cd {} && exomonad init`", repository.root),
        ));
    }
    let targets = choose(env, &args.harness)?;
    let wanted = request(env, &repository, &targets);
    let plan = plan(&wanted)?;
    for warning in plan.warnings() {
        output.warn(warning);
    }
    warn_of_tracked(env, output, &repository, plan.files())?;
    // Before anything is written: a session that cannot be had leaves everything as it was.
    let planned = if args.hooks_only { None } else { Some(Planned::new(env, output, &repository, args)?) };
    if args.dry_run {
        if let Some(planned) = &planned {
            planned.say(output);
        }
        return diff::print(output, plan.files());
    }
    make_project(env, output, &repository, &targets)?;
    install(env, output, plan)?;
    for target in &targets {
        advise(output, target);
        if let Some(command) = target.harness.registration(&facts(env, &repository, target)) {
            let product = target.harness.product();
            output.say(
                Mark::ToDo,
                &format!(
                    "{product} keeps its MCP servers for itself: to have exomonad's tools, run `{command}`"
                ),
            );
        }
    }
    output
        .say(Mark::Next, "see what the agents do: `exomonad events -f`; check the set-up: `exomonad doctor`");
    output.say(Mark::Next, "undo: `exomonad uninstall`");
    match planned {
        Some(planned) => planned.carry_out(env, output, repository, args),
        None => Ok(Exit::Ok),
    }
}

/// The coding agents that were named, or those that are there.
fn choose(env: &Env, named: &[Harness]) -> anyhow::Result<Vec<Target>> {
    if !named.is_empty() {
        return Ok(look(env, named));
    }
    let there: Vec<_> =
        look(env, &BY_DEFAULT).into_iter().filter(|target| target.installed.is_some()).collect();
    if there.is_empty() {
        return Err(problem(
            "no coding agent is installed: neither `claude` nor `gemini` is on your PATH",
            "install one, or name one with `exomonad init --harness claude`",
        ));
    }
    Ok(there)
}

fn make_project(
    env: &Env,
    output: &Output,
    repository: &Repository,
    targets: &[Target],
) -> anyhow::Result<()> {
    let lead = targets.first().map_or(Harness::Claude, |target| target.harness);
    let created = project::create(repository, lead, now_ms())?;
    let state_dir = repository.state_dir();
    for (made, file) in [(created.config, "config.toml"), (created.database, "state.db")] {
        let mark = if made { Mark::Done } else { Mark::Nothing };
        let state = if made { "made" } else { "was there already" };
        output.say(mark, &format!("{}: {state}", env.show(&state_dir.join(file))));
    }
    match telemetry::remember(&require_store(repository)?, &env.surroundings) {
        Ok(Wish::On(settings)) => {
            output.say(Mark::Done, &format!("spans will be exported to {}", settings.host()));
        }
        Ok(Wish::Off | Wish::Silent) => {}
        Err(err) => output.warn(&format!("no span will be exported: {err}; {}", err.hint())),
    }
    Ok(())
}

fn install(env: &Env, output: &Output, plan: Plan) -> anyhow::Result<()> {
    let files: Vec<_> = plan.files().to_vec();
    plan.apply()?;
    for file in files {
        let (mark, what) = match file.status {
            Status::Created => (Mark::Done, "made"),
            Status::Changed => (Mark::Done, "our entries were added; yours are as they were"),
            Status::Deleted => (Mark::Done, "deleted"),
            Status::Unchanged => (Mark::Nothing, "was right already"),
        };
        output.say(mark, &format!("{}: {}: {what}", file.label, env.show(&file.path)));
    }
    Ok(())
}

/// Our entries name a program of this machine, which is nothing to share.
fn warn_of_tracked(
    env: &Env,
    output: &Output,
    repository: &Repository,
    files: &[PlannedFile],
) -> anyhow::Result<()> {
    let root = &repository.root;
    let changed = files.iter().filter(|file| file.status != Status::Unchanged);
    let paths: Vec<&str> =
        changed.filter_map(|file| file.path.strip_prefix(root).ok()).map(|path| path.as_str()).collect();
    if paths.is_empty() {
        return Ok(());
    }
    let git = Git::new(repository.clone(), &env.search_path, env.home.as_deref());
    for path in git.tracked(&paths)? {
        output.warn(&format!(
            "`{path}` is tracked by git, and our entries in it name this machine's exomonad: do not commit them; `git update-index --skip-worktree '{path}'` keeps git from seeing them"
        ));
    }
    Ok(())
}

fn advise(output: &Output, target: &Target) {
    let name = target.harness.product();
    match &target.installed {
        None => output.warn(&format!("{name} is not installed; its hooks wait for it")),
        Some(installed) if installed.version.is_none() => {
            output.warn(&format!(
                "{name} did not tell its version; its hooks have the form that every version knows"
            ));
        }
        Some(_) => {}
    }
    if target.harness == Harness::Codex {
        output.say(Mark::ToDo, "Codex runs a hook only after you trust it: start `codex` here and say yes");
    }
}
