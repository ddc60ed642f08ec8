//! The checks, from what everything needs to what only some things need.

use exomonad_host::agent::{Seeker, resolve};
use exomonad_host::config::Config;
use exomonad_host::contract::RoleInfo;
use exomonad_host::engine::{Guest, Limits};
use exomonad_host::exec::Cmd;
use exomonad_host::explain;
use exomonad_host::git::Repository;
use exomonad_host::harness::Harness;
use exomonad_host::install::{self, Part, State, inspect};
use exomonad_host::store::{Mode, Store, StoreError};

use super::Finding;
use super::agents::{agents, multiplexers};
use super::forge::forge;
use super::telemetry::telemetry;
use crate::commands::targets::{Target, look, request};
use crate::env::Env;

/// Mends what is missing from the settings.
const INIT: &str = "run `exomonad init`";

/// Runs every check that makes sense here.
pub(super) fn all(env: &Env, prove: bool) -> Vec<Finding> {
    let mut findings = vec![git(env), guest()];
    let targets = look(env, &Harness::ALL);
    findings.extend(targets.iter().map(coding_agent));
    match Repository::find(&env.dir) {
        Err(err) => findings.push(Finding::bad(
            "repository",
            err.to_string(),
            "a project is a git repository",
            "run it inside one; `git init` makes one",
        )),
        Ok(repository) => {
            let targets: Vec<_> = targets.into_iter().filter(|target| target.installed.is_some()).collect();
            findings.extend(project(env, &repository, &targets, prove));
        }
    }
    findings.extend(multiplexers(env));
    findings
}

fn git(env: &Env) -> Finding {
    match Cmd::new("git", &env.dir, &env.search_path).args(["--version"]).text() {
        Ok(text) => Finding::good("git", text.trim().to_owned()),
        Err(err) => Finding::bad("git", err.to_string(), "everything needs it", "install git 2.38 or newer"),
    }
}

fn guest() -> Finding {
    let described = Guest::builtin().and_then(|guest| guest.describe(Limits::default()));
    let short: String = Guest::builtin_hash().chars().take(12).collect();
    match described {
        Ok(info) => {
            let tools = |role: &RoleInfo| match role.tools.len() {
                1 => format!("{} (1 tool)", role.name),
                count => format!("{} ({count} tools)", role.name),
            };
            let roles: Vec<_> = info.roles.iter().map(tools).collect();
            Finding::good(
                "guest",
                format!("{} {} ({short}), roles {}", info.name, info.version, roles.join(", ")),
            )
        }
        Err(err) => Finding::bad(
            "guest",
            format!("{short}: {}", explain(&err)),
            "it decides every hook; guards refuse without it",
            "reinstall exomonad for this machine: `cargo install --locked --path crates/exomonad`",
        ),
    }
}

fn coding_agent(target: &Target) -> Finding {
    let check = target.harness.name();
    match &target.installed {
        Some(installed) => {
            let version = installed.version.as_deref().unwrap_or("of an unknown version");
            Finding::good(check, format!("{} {version}", target.harness.product()))
        }
        None => Finding::note(
            check,
            format!("{} is not on your PATH", target.harness.product()),
            "agents that use it cannot start",
            format!("install it if you want it, then run `exomonad init --harness {check}`"),
        ),
    }
}

fn project(env: &Env, repository: &Repository, targets: &[Target], prove: bool) -> Vec<Finding> {
    let mut findings = vec![repository_state(env, repository)];
    findings.push(config(env, repository));
    findings.push(database_and_agent(env, repository));
    findings.extend(settings(env, repository, targets));
    findings.push(forge(env, repository, prove));
    findings.extend(telemetry(env, repository));
    findings.extend(agents(env, repository));
    findings
}

fn repository_state(env: &Env, repository: &Repository) -> Finding {
    let root = env.show(&repository.root);
    if repository.state_dir().is_dir() {
        return Finding::good("project", root);
    }
    Finding::bad(
        "project",
        format!("{root} has no `.exomonad/`"),
        "nothing is recorded or decided",
        "run `exomonad init`",
    )
}

fn config(env: &Env, repository: &Repository) -> Finding {
    match Config::load(&repository.state_dir(), env.user_config().as_deref()) {
        Err(err) => {
            Finding::bad("configuration", explain(&err), "guards refuse while it is broken", err.hint())
        }
        Ok(config) if config.warnings.is_empty() => {
            Finding::good("configuration", format!("{} rules", config.rules.len()))
        }
        Ok(config) => Finding::note(
            "configuration",
            config.warnings.join("; "),
            "that part has no effect",
            "correct it; docs/configuration.md lists every key",
        ),
    }
}

fn database_and_agent(env: &Env, repository: &Repository) -> Finding {
    let opened =
        Store::open(&repository.database(), Mode::Short).and_then(|store| store.check().map(|()| store));
    let store = match opened {
        Ok(store) => store,
        Err(err @ StoreError::ReadOnly(_)) => {
            let fix = err.hint().unwrap_or_default();
            return Finding::bad("database", explain(&err), "hooks are decided and not recorded", fix);
        }
        Err(err) => {
            let fix = err.hint().unwrap_or_else(|| "run `exomonad init`".to_owned());
            return Finding::bad("database", explain(&err), "guards refuse without it", fix);
        }
    };
    match resolve(&store, &Seeker { claimed: env.agent.as_deref(), repository }) {
        Ok(row) => Finding::good("database", format!("sound; you are `{}`, role {}", row.name, row.role)),
        Err(err) => {
            let fix = err.hint().unwrap_or_default();
            Finding::bad("database", explain(&err), "guards refuse an agent nobody knows", fix)
        }
    }
}

/// What `init` wrote into the settings: hooks and tools.
fn settings(env: &Env, repository: &Repository, targets: &[Target]) -> Vec<Finding> {
    match inspect(&request(env, repository, targets)) {
        Ok(found) => found.into_iter().map(setting).collect(),
        Err(err) => {
            let fix = err.hint().unwrap_or_else(|| INIT.to_owned());
            vec![Finding::bad("hooks", explain(&err), "its hooks may not run", fix)]
        }
    }
}

fn setting(found: install::Finding) -> Finding {
    let install::Finding { artefact, path, part, state } = found;
    let (check, missing, altered) = match part {
        Part::Hooks => (
            "hooks",
            "nothing of it is decided or recorded",
            "some steps are not decided, or an older exomonad decides them",
        ),
        Part::Tools => (
            "tools",
            "its agents do not have exomonad's tools, or are asked before they do",
            "its agents may not have exomonad's tools, or those of an older exomonad",
        ),
    };
    let whose = match part {
        Part::Hooks => artefact,
        Part::Tools => format!("{artefact}: {path}"),
    };
    match state {
        State::Intact => Finding::good(check, format!("{whose}: in place")),
        State::Missing => Finding::bad(check, format!("{whose}: not there"), missing, INIT),
        State::Altered { what } => Finding::bad(check, format!("{whose}: {what}"), altered, INIT),
        State::Taken { what, runs_us: true } => Finding::note(
            check,
            format!("{whose}: {what}"),
            "it is yours, and nobody approved it for you",
            "leave it, or delete it and run `exomonad init`",
        ),
        State::Taken { what, runs_us: false } => Finding::bad(
            check,
            format!("{whose}: {what}"),
            missing,
            "rename or delete it, then run `exomonad init`",
        ),
    }
}
