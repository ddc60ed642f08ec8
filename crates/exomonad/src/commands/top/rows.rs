//! The agents in the order in which they are seen: each below its parent, or those that a filter leaves.

use std::collections::{BTreeMap, BTreeSet};

use exomonad_host::agent::AgentView;

use crate::commands::tree::{ASCII, Lines, UNICODE};

/// An agent's line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// Which of the agents it is.
    pub(super) at: usize,
    /// What is drawn before its name.
    pub(super) indent: String,
}

/// The lines of the agents that match; the whole tree where nothing is looked for.
pub(super) fn rows(agents: &[AgentView], filter: &str, utf8: bool) -> Vec<Row> {
    if filter.is_empty() {
        return Tree::new(agents, if utf8 { &UNICODE } else { &ASCII }).rows();
    }
    let wanted = filter.to_lowercase();
    let found = agents.iter().enumerate().filter(|(_, view)| matches(view, &wanted));
    found.map(|(at, _)| Row { at, indent: String::new() }).collect()
}

fn matches(view: &AgentView, wanted: &str) -> bool {
    let row = &view.row;
    let texts = [row.name.as_str(), &row.role, &row.harness, view.word()];
    texts.into_iter().chain(view.branch.as_deref()).any(|text| text.to_lowercase().contains(wanted))
}

struct Tree<'a> {
    lines: &'a Lines,
    agents: &'a [AgentView],
    /// By their parent's name; under none also those whose parent is not there.
    children: BTreeMap<Option<&'a str>, Vec<usize>>,
}

impl<'a> Tree<'a> {
    fn new(agents: &'a [AgentView], lines: &'a Lines) -> Self {
        let names: BTreeSet<&str> = agents.iter().map(|view| view.row.name.as_str()).collect();
        let mut children: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
        for (at, view) in agents.iter().enumerate() {
            let parent = view.row.parent.as_ref().map(|parent| parent.as_str());
            children.entry(parent.filter(|parent| names.contains(parent))).or_default().push(at);
        }
        Self { lines, agents, children }
    }

    fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        for at in self.children.get(&None).into_iter().flatten() {
            rows.push(Row { at: *at, indent: String::new() });
            self.add_below(*at, "", &mut rows);
        }
        rows
    }

    fn add_below(&self, parent: usize, indent: &str, rows: &mut Vec<Row>) {
        let name = self.agents.get(parent).map(|view| view.row.name.as_str());
        let Some(children) = self.children.get(&name) else { return };
        let last = children.len().saturating_sub(1);
        for (index, at) in children.iter().enumerate() {
            let (joint, below) = match index == last {
                true => (self.lines.last_child, "   "),
                false => (self.lines.child, self.lines.below),
            };
            rows.push(Row { at: *at, indent: format!("{indent}{joint}") });
            self.add_below(*at, &format!("{indent}{below}"), rows);
        }
    }
}
