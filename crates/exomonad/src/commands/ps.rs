//! `exomonad ps`: the agents, one a line.

use exomonad_host::agent::{AgentView, view_agents};
use serde_json::json;

use super::project::{note_the_dead, now_ms, require_site};
use super::words::{age, agent_json, state};
use crate::cli::PsArgs;
use crate::env::Env;
use crate::exit::Exit;
use crate::output::{Output, clean};

const COLUMNS: [&str; 7] = ["NAME", "ROLE", "HARNESS", "STATE", "SINCE", "UNREAD", "BRANCH"];

pub(crate) fn run(env: &Env, output: &Output, args: &PsArgs) -> anyhow::Result<Exit> {
    let site = require_site(env)?;
    note_the_dead(&site);
    let now_ms = now_ms();
    let views = view_agents(&site.store, now_ms)?;
    output.answer(&if args.json { to_json(&views) } else { to_table(&views, now_ms) })?;
    Ok(Exit::Ok)
}

fn to_json(views: &[AgentView]) -> String {
    let agents: Vec<_> = views.iter().map(agent_json).collect();
    format!("{:#}\n", json!({ "schema": 1, "agents": agents }))
}

pub(super) fn to_table(views: &[AgentView], now_ms: u64) -> String {
    let rows = views.iter().map(|view| {
        [
            view.row.name.to_string(),
            view.row.role.clone(),
            view.row.harness.clone(),
            state(view),
            age(now_ms, view.since_ms()),
            view.unread.to_string(),
            view.branch.clone().unwrap_or_else(|| "-".to_owned()),
        ]
    });
    let rows: Vec<_> = std::iter::once(COLUMNS.map(str::to_owned)).chain(rows).collect();
    let mut widths = [0; COLUMNS.len()];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let line = |row: &[String; COLUMNS.len()]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        let cells: Vec<_> = cells.collect();
        format!("{}\n", clean(cells.join("  ").trim_end()))
    };
    rows.iter().map(line).collect()
}
