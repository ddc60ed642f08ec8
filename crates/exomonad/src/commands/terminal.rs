//! Where agents can be seen, and the way there from the user's terminal.

use exomonad_host::agent::{AgentName, Site, view_agent};
use exomonad_host::exec::Cmd;
use exomonad_host::mux::{self, Address, AttachLine, Multiplexer, MuxKind, Pane};
use exomonad_host::surroundings::Surroundings;

use super::project::{no_agent, now_ms};
use super::words::{ended, state};
use crate::env::Env;
use crate::output::{has_terminal, problem};

/// The pane of an agent, which is there; else an error that says what is left of the agent.
pub(crate) fn require_pane(env: &Env, site: &Site, name: &AgentName) -> anyhow::Result<Pane> {
    let Some(view) = view_agent(&site.store, name, now_ms())? else {
        return Err(no_agent(&site.store, name.as_str())?);
    };
    if let Some(pane) = &view.pane
        && mux::open(pane.address.clone(), &site.surroundings).find(pane)?.is_some_and(|info| !info.ended)
    {
        return Ok(pane.clone());
    }
    let how = view.exit().map(|exit| format!(": {}", ended(Some(exit)))).unwrap_or_default();
    let state = state(&view);
    let word = state.split(' ').next().unwrap_or_default();
    let branch = view.branch.as_ref().map(|branch| format!(" on branch `{branch}`")).unwrap_or_default();
    Err(problem(
        format!("agent `{name}` has no terminal; it is {word}{how}"),
        format!(
            "`exomonad log {name}` prints what it did; its work is in {}{branch}",
            env.show(&view.row.workspace)
        ),
    ))
}

/// As [`way_problem`], as an error.
pub(crate) fn require_way(env: &Env, address: &Address, command: &str) -> anyhow::Result<()> {
    match way_problem(env, address, command) {
        None => Ok(()),
        Some((message, hint)) => Err(problem(message, hint)),
    }
}

/// Why a session cannot be shown in this terminal, and how to go on; `command` is what the user would run again. One
/// multiplexer is never put inside another.
pub(crate) fn way_problem(env: &Env, address: &Address, command: &str) -> Option<(String, String)> {
    if !has_terminal() {
        return Some(("there is no terminal here".to_owned(), format!("run `{command}` in a terminal")));
    }
    let outer = outer(&env.surroundings, address)?.name();
    let inner = address.mux.name();
    Some((
        format!(
            "this terminal is inside {outer}, where {inner} session `{}` would be one in the other",
            address.session
        ),
        format!("detach from {outer}, or open another terminal, and run `{command}`"),
    ))
}

/// The multiplexer that this terminal is inside of, unless the session can be reached from it by switching.
fn outer(surroundings: &Surroundings, address: &Address) -> Option<MuxKind> {
    let tmux = surroundings.variable("TMUX").and_then(|value| value.split(',').next());
    let zellij = surroundings.variable("ZELLIJ");
    let socket = address.socket.as_ref().map(|socket| socket.as_str());
    match address.mux {
        // Our own client is a program like any other.
        MuxKind::Headless => None,
        MuxKind::Tmux if tmux.is_some() && tmux == socket => None,
        MuxKind::Zellij if zellij.is_some() => None,
        MuxKind::Tmux | MuxKind::Zellij => {
            let zellij = zellij.map(|_| MuxKind::Zellij);
            zellij.or_else(|| tmux.map(|_| MuxKind::Tmux))
        }
    }
}

/// Takes this terminal to the session. Returns only when that fails.
pub(crate) fn go(env: &Env, mux: &dyn Multiplexer, at: Option<&Pane>) -> anyhow::Error {
    let line = match mux.attach(at) {
        Ok(line) => line,
        Err(err) => return err.into(),
    };
    let AttachLine { argv, set, unset } = line;
    let Some((program, arguments)) = argv.split_first() else {
        return anyhow::anyhow!("{} did not say how to attach", mux.address().mux.name());
    };
    let kept = env.surroundings.variables.iter().filter(|(name, _)| !unset.contains(name));
    let variables: Vec<_> = kept.cloned().chain(set).collect();
    Cmd::new(program, &env.dir, &env.search_path).args(arguments).envs(&variables).replace().into()
}
