//! The checks, from what everything needs to what only some things need.

use exomonad_host::agent::{Seeker, resolve};
use exomonad_host::config::Config;
use exomonad_host::engine::{Guest, Limits};
use exomonad_host::exec::Cmd;
use exomonad_host::explain;
use exomonad_host::git::{Git, Repository};
use exomonad_host::harness::Harness;
use exomonad_host::install::{State, inspect};
use exomonad_host::store::{Mode, Store, StoreError};

use super::Finding;
use crate::commands::targets::{Target, label, look, request};
use crate::env::Env;

/// Runs every check that makes sense here.
pub(super) fn all(env: &Env) -> Vec<Finding> {
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
            findings.extend(project(env, &repository, &targets));
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
            let roles: Vec<_> = info.roles.iter().map(|role| role.name.as_str()).collect();
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
            Finding::good(check, format!("{} {version}", label(target.harness)))
        }
        None => Finding::note(
            check,
            format!("{} is not on your PATH", label(target.harness)),
            "agents that use it cannot start",
            format!("install it if you want it, then run `exomonad init --harness {check}`"),
        ),
    }
}

fn project(env: &Env, repository: &Repository, targets: &[Target]) -> Vec<Finding> {
    let mut findings = vec![repository_state(env, repository)];
    findings.push(config(env, repository));
    findings.push(database_and_agent(env, repository));
    findings.extend(hooks(env, repository, targets));
    findings.push(forge(env, repository));
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

fn hooks(env: &Env, repository: &Repository, targets: &[Target]) -> Vec<Finding> {
    let init = |why: &'static str| (why, "run `exomonad init`");
    let found = match inspect(&request(env, repository, targets)) {
        Ok(found) => found,
        Err(err) => {
            let (why, fix) = init("its hooks may not run");
            return vec![Finding::bad("hooks", explain(&err), why, fix)];
        }
    };
    let finding = |found: exomonad_host::install::Finding| match found.state {
        State::Intact => Finding::good("hooks", format!("{}: in place", found.artefact)),
        State::Missing => {
            let (why, fix) = init("nothing of it is decided or recorded");
            Finding::bad("hooks", format!("{}: not there", found.artefact), why, fix)
        }
        State::Altered { what } => {
            let (why, fix) = init("some steps are not decided, or an older exomonad decides them");
            Finding::bad("hooks", format!("{}: {what}", found.artefact), why, fix)
        }
    };
    found.into_iter().map(finding).collect()
}

fn forge(env: &Env, repository: &Repository) -> Finding {
    let git = Git::new(repository.clone(), &env.search_path, env.home.as_deref());
    match git.repository_info() {
        Ok(info) => match (info.host, info.owner, info.name) {
            (Some(host), Some(owner), Some(name)) => {
                Finding::good("remote", format!("{host}/{owner}/{name}"))
            }
            _ => Finding::good("remote", "none on a forge; work stays in this repository"),
        },
        Err(err) => {
            Finding::note("remote", explain(&err), "pull requests will stay local", "see `git remote -v`")
        }
    }
}

fn multiplexers(env: &Env) -> Vec<Finding> {
    let version = |program: &str, flag: &str| {
        Cmd::new(program, &env.dir, &env.search_path)
            .args([flag])
            .text()
            .map(|text| text.trim().to_owned())
            .ok()
    };
    let found: Vec<_> =
        [version("zellij", "--version"), version("tmux", "-V")].into_iter().flatten().collect();
    if found.is_empty() {
        return vec![Finding::note(
            "terminal",
            "neither zellij nor tmux is on your PATH",
            "agents will have no tabs to watch",
            "install zellij 0.45 or tmux 3.3, or newer",
        )];
    }
    vec![Finding::good("terminal", found.join(", "))]
}
