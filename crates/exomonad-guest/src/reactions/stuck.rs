//! An agent that does not get on.

use exomonad_sdk::Action;
use serde::Deserialize;

use super::Told;
use crate::quote::name;

/// What the host found out.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Stuck {
    why: String,
    minutes: u64,
    times: u64,
    tool: String,
}

/// Whoever is above decides what to do.
pub(super) fn react(mut told: Told<'_>, stuck: &Stuck) -> Vec<Action> {
    let cx = told.cx;
    let Stuck { minutes, times, tool, .. } = stuck;
    let tool = if tool.is_empty() { "a tool".to_owned() } else { name(tool) };
    let what = match stuck.why.as_str() {
        "no-step" => format!("it has a turn, and took no step for {minutes} minutes (last: {tool})"),
        "failures" => format!("the same call of {tool} failed {times} times in a row"),
        "blocks" => format!("it wanted to stop and was kept from it {times} times in a row"),
        _ => "it does not get on".to_owned(),
    };
    let agent = &cx.agent.name;
    told.above(match &cx.agent.parent {
        Some(_) => format!(
            "Agent `{agent}` seems to be stuck: {what}. Look at it in `{}`; `send_message` gets it going, `stop_agent` ends it.",
            cx.agent.workspace
        ),
        None => format!("Your lead `{agent}` seems to be stuck: {what}."),
    });
    told.actions
}
