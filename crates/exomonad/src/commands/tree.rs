//! `exomonad tree`: the agents below their parents.

use std::collections::BTreeMap;

use exomonad_host::agent::{AgentView, view_agents};
use exomonad_host::store::AgentState;
use serde_json::{Value, json};

use super::project::{note_the_dead, now_ms, require_site};
use super::words::{age, agent_json, ended};
use crate::cli::PsArgs;
use crate::env::Env;
use crate::exit::Exit;
use crate::output::{Output, clean};

/// What the tree is drawn with.
#[derive(Debug)]
pub(super) struct Lines {
    pub(super) child: &'static str,
    pub(super) last_child: &'static str,
    pub(super) below: &'static str,
    dot: &'static str,
}

pub(super) const UNICODE: Lines =
    Lines { child: "├─ ", last_child: "└─ ", below: "│  ", dot: " · " };
pub(super) const ASCII: Lines = Lines { child: "|- ", last_child: "`- ", below: "|  ", dot: ", " };

/// Agents by their parent's name; under no name, those without a parent.
type Children<'a> = BTreeMap<Option<&'a str>, Vec<&'a AgentView>>;

pub(crate) fn run(env: &Env, output: &Output, args: &PsArgs) -> anyhow::Result<Exit> {
    let site = require_site(env)?;
    note_the_dead(&site);
    let now_ms = now_ms();
    let views = view_agents(&site.store, now_ms)?;
    if args.json {
        let agents = to_json(&by_parent(&views), None);
        output.answer(&format!("{:#}\n", json!({ "schema": 1, "agents": agents })))?;
    } else {
        output.answer(&draw(env, &views, now_ms))?;
    }
    Ok(Exit::Ok)
}

/// The agents as a tree, a line each.
pub(crate) fn draw(env: &Env, views: &[AgentView], now_ms: u64) -> String {
    draw_with(if env.utf8 { &UNICODE } else { &ASCII }, views, now_ms)
}

pub(super) fn draw_with(lines: &Lines, views: &[AgentView], now_ms: u64) -> String {
    Drawing { lines, children: &by_parent(views), now_ms }.draw()
}

fn by_parent(views: &[AgentView]) -> Children<'_> {
    let mut children = Children::new();
    for view in views {
        let parent = view.row.parent.as_ref().map(|parent| parent.as_str());
        children.entry(parent).or_default().push(view);
    }
    children
}

fn to_json(children: &Children<'_>, parent: Option<&str>) -> Vec<Value> {
    let below = |view: &&AgentView| {
        let mut agent = agent_json(view);
        if let Some(object) = agent.as_object_mut() {
            let children = to_json(children, Some(view.row.name.as_str()));
            object.insert("children".to_owned(), children.into());
        }
        agent
    };
    children.get(&parent).into_iter().flatten().map(below).collect()
}

struct Drawing<'a> {
    lines: &'a Lines,
    children: &'a Children<'a>,
    now_ms: u64,
}

impl Drawing<'_> {
    fn draw(&self) -> String {
        let mut text = String::new();
        for view in self.children.get(&None).into_iter().flatten() {
            text.push_str(&self.line("", view));
            self.draw_below(view, "", &mut text);
        }
        text
    }

    fn draw_below(&self, view: &AgentView, indent: &str, text: &mut String) {
        let Some(children) = self.children.get(&Some(view.row.name.as_str())) else { return };
        let last = children.len().saturating_sub(1);
        for (index, child) in children.iter().enumerate() {
            let (joint, below) = match index == last {
                true => (self.lines.last_child, "   "),
                false => (self.lines.child, self.lines.below),
            };
            text.push_str(&self.line(&format!("{indent}{joint}"), child));
            self.draw_below(child, &format!("{indent}{below}"), text);
        }
    }

    fn line(&self, indent: &str, view: &AgentView) -> String {
        let row = &view.row;
        let age = age(self.now_ms, view.since_ms());
        let state = match (view.state, view.exit()) {
            (AgentState::Stopped, Some(exit)) => format!("stopped {age} ago: {}", ended(Some(exit))),
            (AgentState::Running, _) => format!("{} for {age}", view.word()),
            (AgentState::Starting | AgentState::Stopped | AgentState::Failed, _) => {
                view.state.name().to_owned()
            }
        };
        let mut parts = vec![format!("{} ({}, {})", row.name, row.role, row.harness), state];
        parts.extend(view.failure().map(str::to_owned));
        parts.extend(view.branch.clone());
        if view.unread > 0 {
            parts.push(format!("{} unread", view.unread));
        }
        let text = parts.join(self.lines.dot).replace('\n', " ");
        format!("{indent}{}\n", clean(&text))
    }
}
