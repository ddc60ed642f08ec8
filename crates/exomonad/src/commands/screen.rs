//! `exomonad screen`: what an agent's terminal shows.

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
    let pane = require_pane(env, &site, &name)?;
    let screen = mux::open(pane.address.clone(), &site.surroundings).screen(&pane, args.full)?;
    let lines: Vec<_> = screen.lines().map(|line| clean(line.trim_end())).collect();
    if args.json {
        let object = json!({ "schema": 1, "agent": name.as_str(), "full": args.full, "lines": lines });
        output.answer(&format!("{object:#}\n"))?;
    } else {
        output.answer(&lines.iter().map(|line| format!("{line}\n")).collect::<String>())?;
    }
    Ok(Exit::Ok)
}
