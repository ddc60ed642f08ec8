//! `exomonad attach`: takes the user's terminal to the project's session, at an agent's pane if one is named.

use exomonad_host::agent::{AgentName, Site};
use exomonad_host::mux::{self, Address, MuxError, MuxKind, Pane, SessionState};

use super::project::{require_agent, require_site};
use super::terminal::{go, require_pane, require_way};
use crate::cli::AttachArgs;
use crate::env::Env;
use crate::exit::Exit;
use crate::output::problem;

pub(crate) fn run(env: &Env, args: &AttachArgs) -> anyhow::Result<Exit> {
    let site = require_site(env)?;
    let (address, pane, command) = match &args.name {
        Some(text) => {
            let name = require_agent(&site.store, text)?;
            let pane = require_pane(env, &site, &name)?;
            (pane.address.clone(), Some(pane), format!("exomonad attach {name}"))
        }
        None => {
            let address = require_session(&site)?;
            let pane = entrance(env, &site, &address)?;
            (address, pane, "exomonad attach".to_owned())
        }
    };
    require_way(env, &address, &command)?;
    Err(go(env, &*mux::open(address, &site.surroundings), pane.as_ref()))
}

/// The project's session, which is alive.
fn require_session(site: &Site) -> anyhow::Result<Address> {
    let Some(address) = site.store.terminal()? else {
        return Err(problem("this project has no terminal session", "start one with `exomonad init`"));
    };
    match mux::open(address.clone(), &site.surroundings).state()? {
        SessionState::Alive { .. } => Ok(address),
        SessionState::Missing | SessionState::Exited => {
            let Address { mux, session, .. } = address;
            Err(MuxError::NoSession { mux, session }.into())
        }
    }
}

/// Where one enters the session. Headless panes have nothing around them: there it is the lead's.
fn entrance(env: &Env, site: &Site, address: &Address) -> anyhow::Result<Option<Pane>> {
    match address.mux {
        MuxKind::Headless => require_pane(env, site, &AgentName::root()).map(Some),
        MuxKind::Tmux | MuxKind::Zellij => Ok(None),
    }
}
