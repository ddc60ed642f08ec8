//! `exomonad screen`: what an agent's terminal shows.

use exomonad_host::agent::{AgentName, Site};
use exomonad_host::mux;
use serde_json::json;

use super::project::{require_agent, require_site};
use super::terminal::require_pane;
use crate::cli::ScreenArgs;
use crate::env::Env;
use crate::exit::Exit;
use crate::output::{Output, clean};

pub(crate) fn run(env: &Env, output: &Output, args: &ScreenArgs) -> anyhow::Result<Exit> {
    let site = require_site(env)?;
    let name = require_agent(&site.store, &args.name)?;
    let lines = lines(env, &site, &name, args.full)?;
    if args.json {
        let object = json!({ "schema": 1, "agent": name.as_str(), "full": args.full, "lines": lines });
        output.answer(&format!("{object:#}\n"))?;
    } else {
        output.answer(&lines.iter().map(|line| format!("{line}\n")).collect::<String>())?;
    }
    Ok(Exit::Ok)
}

/// What an agent's terminal shows, without what could drive another one.
pub(super) fn lines(env: &Env, site: &Site, name: &AgentName, full: bool) -> anyhow::Result<Vec<String>> {
    let pane = require_pane(env, site, name)?;
    let screen = mux::open(pane.address.clone(), &site.surroundings).screen(&pane, full)?;
    Ok(screen.lines().map(|line| clean(line.trim_end())).collect())
}
