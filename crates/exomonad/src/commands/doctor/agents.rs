//! The checks of agents: where they are seen, who runs, what a crash left, and what waits for the user's word.

use exomonad_host::agent::{AgentView, view_agents};
use exomonad_host::config::Config;
use exomonad_host::exec::Cmd;
use exomonad_host::explain;
use exomonad_host::git::Repository;
use exomonad_host::mux::{self, Address, MuxError, MuxKind, SessionState};
use exomonad_host::project::pending;
use exomonad_host::store::{AgentState, SpawnRow, Store};

use super::Finding;
use crate::commands::project::now_ms;
use crate::commands::words::quoted;
use crate::env::Env;

/// Mends what a crash left.
const REPAIR: &str = "run `exomonad repair`";

/// Every multiplexer that is there, and whether we can drive it.
pub(super) fn multiplexers(env: &Env) -> Vec<Finding> {
    let found: Vec<_> = [(MuxKind::Zellij, "--version"), (MuxKind::Tmux, "-V")]
        .map(|(kind, flag)| multiplexer(env, kind, flag))
        .into();
    let found: Vec<_> = found.into_iter().flatten().collect();
    if found.is_empty() {
        return vec![Finding::note(
            "terminal",
            "neither zellij nor tmux is on your PATH",
            "agents have terminals that only `exomonad attach` and `exomonad screen` show",
            "install zellij 0.45 or tmux 3.3, or newer, if you want tabs",
        )];
    }
    found
}

fn multiplexer(env: &Env, kind: MuxKind, flag: &str) -> Option<Finding> {
    let version = Cmd::new(kind.name(), &env.dir, &env.search_path).args([flag]).text();
    let version = version.map(|text| text.trim().to_owned());
    // Any session would do: asking for it asks for the version, too.
    let address = Address { mux: kind, session: "exomonad".to_owned(), socket: None };
    match mux::open(address, &env.surroundings).state() {
        Ok(_) => Some(Finding::good("terminal", version.unwrap_or_else(|_| kind.name().to_owned()))),
        Err(MuxError::Missing { .. }) => None,
        Err(err) => {
            let fix = err.hint().unwrap_or_else(|| format!("see what `{}` says", kind.name()));
            Some(Finding::note("terminal", explain(&err), "no session can be made in it", fix))
        }
    }
}

/// The project's session, its agents, and the journal of their spawns.
pub(super) fn agents(env: &Env, repository: &Repository) -> Vec<Finding> {
    // A database that cannot be read is a finding of its own.
    let Ok(store) = Store::open_readable(&repository.database()) else { return Vec::new() };
    let mut findings = vec![session(env, &store)];
    match view_agents(&store, now_ms()) {
        Ok(views) => findings.extend([running(&views), journal(&views)].into_iter().flatten()),
        Err(err) => findings.push(Finding::bad("agents", explain(&err), "nobody can list them", REPAIR)),
    }
    findings.extend(merges(&store));
    findings.extend(approvals(env, repository, &store));
    findings
}

fn session(env: &Env, store: &Store) -> Finding {
    let init = "run `exomonad init`";
    let address = match store.terminal() {
        Ok(Some(address)) => address,
        Ok(None) => return Finding::good("session", "none yet; `exomonad init` makes it"),
        Err(err) => return Finding::bad("session", explain(&err), "agents cannot be seen", init),
    };
    let name = format!("{} session `{}`", address.mux.name(), address.session);
    match mux::open(address, &env.surroundings).state() {
        Ok(SessionState::Alive { clients }) => {
            Finding::good("session", format!("{name} runs, with {clients} terminals attached"))
        }
        Ok(SessionState::Missing | SessionState::Exited) => {
            Finding::note("session", format!("{name} is gone"), "whoever ran in it ended with it", init)
        }
        Err(err) => {
            let fix = err.hint().unwrap_or_else(|| init.to_owned());
            Finding::bad("session", format!("{name}: {}", explain(&err)), "agents cannot be seen", fix)
        }
    }
}

/// Who runs, and who is said to run and does not.
fn running(views: &[AgentView]) -> Vec<Finding> {
    let is_open = |view: &&AgentView| view.run.as_ref().is_some_and(|run| run.ended.is_none());
    let dead: Vec<_> =
        views.iter().filter(is_open).filter(|view| view.state == AgentState::Stopped).collect();
    let count = views.iter().filter(|view| view.state == AgentState::Running).count();
    if dead.is_empty() {
        return vec![Finding::good("agents", format!("{count} of {} run", views.len()))];
    }
    vec![Finding::note(
        "agents",
        format!("the process of {} is gone, and nobody recorded how it ended", names(&dead)),
        "what they started may still run",
        REPAIR,
    )]
}

/// Spawns that nobody will finish, and agents that could not be started.
fn journal(views: &[AgentView]) -> Vec<Finding> {
    let is_orphan = |view: &&AgentView| {
        let is_alone = |spawn: &SpawnRow| spawn.spawner.is_alive() == Some(false);
        view.state == AgentState::Starting && view.spawn.as_ref().is_some_and(is_alone)
    };
    let orphans: Vec<_> = views.iter().filter(is_orphan).collect();
    let failed: Vec<_> = views.iter().filter(|view| view.state == AgentState::Failed).collect();
    let mut findings = Vec::new();
    if !orphans.is_empty() {
        let what = format!("the spawn of {} was cut short", names(&orphans));
        findings.push(Finding::note("spawns", what, "its name, branch and directory stay taken", REPAIR));
    }
    if !failed.is_empty() {
        findings.push(Finding::note(
            "spawns",
            format!("{} could not be started", names(&failed)),
            "it is there, and does nothing",
            "see why with `exomonad tree`; `exomonad cleanup NAME` takes it away",
        ));
    }
    findings
}

/// Merges that nobody will finish.
fn merges(store: &Store) -> Option<Finding> {
    let (check, why) = ("merges", "a branch, its checkouts and its pull request may disagree until then");
    let merges = match store.merges() {
        Ok(merges) => merges,
        Err(err) => return Some(Finding::bad(check, explain(&err), why, REPAIR)),
    };
    let alone = merges.into_iter().filter(|merge| merge.by.is_alive() == Some(false));
    let pulls: Vec<_> = alone.map(|merge| format!("#{} into `{}`", merge.pull, merge.base)).collect();
    let what = format!("the merge of pull request {} was cut short", pulls.join(", "));
    (!pulls.is_empty()).then(|| Finding::note(check, what, why, REPAIR))
}

/// Commands that came with the repository and that the user has not approved.
fn approvals(env: &Env, repository: &Repository, store: &Store) -> Option<Finding> {
    // A configuration or a database that cannot be read is a finding of its own.
    let config = Config::load(&repository.state_dir(), env.user_config().as_deref()).ok()?;
    let pending = pending(&config, store).ok()?;
    let keys: Vec<_> = pending.iter().map(|pending| pending.key.as_str()).collect();
    if keys.is_empty() {
        return None;
    }
    Some(Finding::note(
        "approvals",
        format!("commands of the repository wait for your word: {}", quoted(keys)),
        "agents that need them are not started",
        "read and approve them with `exomonad approve`",
    ))
}

fn names(views: &[&AgentView]) -> String {
    quoted(views.iter().map(|view| view.row.name.as_str()))
}
