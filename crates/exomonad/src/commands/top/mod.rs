//! `exomonad top`: the tree as it works, with what is said, asked and done in it, and keys to step in.

mod columns;
mod draw;
mod ears;
mod hands;
mod input;
mod model;
mod needs;
mod note;
mod panes;
mod rows;
mod run;
mod seen;
mod standing;
mod terminal;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use anyhow::Context as _;
use exomonad_host::exec::Signals;

use self::hands::Hands;
use self::run::Top;
use super::project::{require_repository, require_store, site};
use crate::env::Env;
use crate::exit::Exit;
use crate::output::{has_terminal, problem};

pub(crate) fn run(env: &Env) -> anyhow::Result<Exit> {
    let repository = require_repository(env)?;
    let store = require_store(&repository)?;
    if !has_terminal() {
        return Err(problem(
            "there is no terminal to draw in",
            "run it in a terminal; `exomonad ps` and `exomonad tree --json` print what it shows",
        ));
    }
    let site = site(env, repository, Arc::new(store))?;
    let own = require_store(&site.repository)?;
    let signals = Signals::catch().context("failed to catch signals")?;
    let (tell, ears) = ears::open().context("failed to make a socket")?;
    ears::hear_signals(signals, tell.clone()).context("failed to start a thread")?;
    seen::watch(site.clone(), own, tell.clone()).context("failed to start a thread")?;
    let hands = Hands::start(env, &site, tell).context("failed to start a thread")?;
    terminal::leave_at_panic();
    Top::new(env, site, ears, hands).run()
}
