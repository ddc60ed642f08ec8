//! `exomonad stop`: ends agents.

use std::collections::BTreeSet;

use exomonad_host::agent::{AgentName, AgentView, Site, StopError, stop, view_agents};
use exomonad_host::explain;
use exomonad_host::store::{AgentState, Exit as Ended};
use serde_json::json;

use super::project::{note_the_dead, now_ms, require_agent, require_site};
use super::words::{ended, exit_json, quoted};
use crate::cli::StopArgs;
use crate::env::Env;
use crate::exit::Exit;
use crate::output::{Mark, Output};

/// An agent that was told to stop.
struct Told {
    name: AgentName,
    result: Result<Option<Ended>, StopError>,
}

pub(crate) fn run(env: &Env, output: &Output, args: &StopArgs) -> anyhow::Result<Exit> {
    let site = require_site(env)?;
    let mut named = Vec::new();
    for text in &args.name {
        let name = require_agent(&site.store, text)?;
        if !named.contains(&name) {
            named.push(name);
        }
    }
    note_the_dead(&site);
    let views = view_agents(&site.store, now_ms())?;
    let targets = if args.tree { with_descendants(&views, &named) } else { named };
    let told: Vec<_> = targets.into_iter().map(|name| tell(&site, name)).collect();
    let left = running_below(&view_agents(&site.store, now_ms())?, &told);
    if args.json {
        output.answer(&to_json(&told, &left))?;
    } else {
        told.iter().for_each(|told| say(output, told));
        if !left.is_empty() {
            let names = quoted(left.iter().map(AgentName::as_str));
            output.say(
                Mark::Next,
                &format!("agents below go on: {names}; `exomonad stop --tree NAME` stops an agent with all below it"),
            );
        }
    }
    Ok(if told.iter().all(|told| told.result.is_ok()) { Exit::Ok } else { Exit::Failed })
}

fn tell(site: &Site, name: AgentName) -> Told {
    Told { result: stop(site, &name), name }
}

/// The named agents and everyone below them; the deepest first, so that no parent is told of an end it has to answer.
fn with_descendants(views: &[AgentView], named: &[AgentName]) -> Vec<AgentName> {
    let wanted = below(views, named);
    let mut rows: Vec<_> = views
        .iter()
        .map(|view| &view.row)
        .filter(|row| wanted.contains(&row.name) || named.contains(&row.name))
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.depth));
    rows.into_iter().map(|row| row.name.clone()).collect()
}

/// Everyone below the named agents.
fn below(views: &[AgentView], named: &[AgentName]) -> BTreeSet<AgentName> {
    let mut found = BTreeSet::new();
    loop {
        let is_below = |view: &&AgentView| {
            let parent = view.row.parent.as_ref();
            parent.is_some_and(|parent| named.contains(parent) || found.contains(parent))
        };
        let more: BTreeSet<_> = views.iter().filter(is_below).map(|view| view.row.name.clone()).collect();
        if more.len() == found.len() {
            return found;
        }
        found = more;
    }
}

/// Who still runs below those that were told to stop.
fn running_below(views: &[AgentView], told: &[Told]) -> Vec<AgentName> {
    let names: Vec<_> = told.iter().map(|told| told.name.clone()).collect();
    let below = below(views, &names);
    let runs = |view: &&AgentView| matches!(view.state, AgentState::Starting | AgentState::Running);
    let left = views.iter().filter(runs).map(|view| &view.row.name);
    left.filter(|name| below.contains(*name) && !names.contains(name)).cloned().collect()
}

fn say(output: &Output, told: &Told) {
    match words(told) {
        Ok(text) => output.say(Mark::Done, &text),
        Err(text) => output.say(Mark::Wrong, &text),
    }
}

/// Ends one agent, and says what became of it.
pub(super) fn stop_one(site: &Site, name: AgentName) -> Result<String, String> {
    note_the_dead(site);
    words(&tell(site, name))
}

fn words(told: &Told) -> Result<String, String> {
    let name = &told.name;
    match &told.result {
        Ok(exit) => Ok(format!("{name}: stopped: {}", ended(*exit))),
        Err(err) => Err(format!("{name}: {}", explain(err))),
    }
}

fn to_json(told: &[Told], left: &[AgentName]) -> String {
    let agents: Vec<_> = told
        .iter()
        .map(|told| {
            json!({
                "name": told.name.as_str(),
                "stopped": told.result.is_ok(),
                "exit": exit_json(*told.result.as_ref().unwrap_or(&None)),
                "error": told.result.as_ref().err().map(|err| explain(err)),
            })
        })
        .collect();
    let left: Vec<_> = left.iter().map(AgentName::as_str).collect();
    format!("{:#}\n", json!({ "schema": 1, "agents": agents, "running_below": left }))
}
