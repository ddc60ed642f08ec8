//! The columns of the tree: which of them a terminal has room for, and what an agent has in each.

use exomonad_host::agent::AgentView;

use super::model::Model;
use super::note::{Tone, one_line, plain};
use super::standing::{Standing, check_words, pull_words, state_words, step_words, token_words};
use crate::commands::words::{cut, width};

/// A column after the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Role,
    Harness,
    State,
    Pull,
    Checks,
    Unread,
    Context,
    Written,
    Branch,
    Last,
}

impl Column {
    const ALL: [Self; 10] = [
        Self::Role,
        Self::Harness,
        Self::State,
        Self::Pull,
        Self::Checks,
        Self::Unread,
        Self::Context,
        Self::Written,
        Self::Branch,
        Self::Last,
    ];

    /// Those that a terminal of so many columns has room for.
    pub(super) fn fitting(columns: usize) -> Vec<Self> {
        Self::ALL.into_iter().filter(|column| column.needs() <= columns).collect()
    }

    /// How wide a terminal has to be for it.
    fn needs(self) -> usize {
        match self {
            Self::State => 28,
            Self::Unread => 40,
            Self::Pull => 48,
            Self::Checks => 64,
            Self::Last => 76,
            Self::Context => 90,
            Self::Harness => 98,
            Self::Role => 106,
            Self::Written => 114,
            Self::Branch => 140,
        }
    }

    pub(super) fn width(self) -> usize {
        match self {
            Self::Role => 6,
            Self::Harness => 7,
            Self::State => 12,
            Self::Pull => 12,
            Self::Checks => 9,
            Self::Unread => 3,
            Self::Context | Self::Written => 5,
            Self::Branch => 24,
            Self::Last => 16,
        }
    }

    pub(super) fn head(self) -> &'static str {
        match self {
            Self::Role => "ROLE",
            Self::Harness => "HARNESS",
            Self::State => "STATE",
            Self::Pull => "PULL REQUEST",
            Self::Checks => "CHECKS",
            Self::Unread => "NEW",
            Self::Context => "CTX",
            Self::Written => "WROTE",
            Self::Branch => "BRANCH",
            Self::Last => "LAST STEP",
        }
    }

    pub(super) fn is_number(self) -> bool {
        matches!(self, Self::Unread | Self::Context | Self::Written)
    }

    /// What an agent has in it.
    pub(super) fn cell(
        self,
        model: &Model,
        view: &AgentView,
        standing: Standing,
        now_ms: u64,
    ) -> (String, Tone) {
        let name = view.row.name.as_str();
        let tokens = model.seen.tokens.get(name);
        let none = || (String::new(), Tone::Plain);
        match self {
            Self::Role => (one_line(&view.row.role), Tone::Plain),
            Self::Harness => (one_line(&view.row.harness), Tone::Plain),
            Self::State => (state_words(view, standing, &model.seen, now_ms), standing.tone()),
            Self::Pull => model.pull(view).map_or_else(none, pull_words),
            Self::Checks => check_words(view, model.pull(view), &model.seen).unwrap_or_else(none),
            Self::Unread if view.unread == 0 => none(),
            Self::Unread => (view.unread.to_string(), Tone::Bold),
            Self::Context => tokens.map_or_else(none, |tokens| (token_words(tokens.context), Tone::Plain)),
            Self::Written => tokens.map_or_else(none, |tokens| (token_words(tokens.written), Tone::Plain)),
            Self::Branch => (view.branch.as_deref().map(one_line).unwrap_or_default(), Tone::Plain),
            Self::Last => {
                let step = model.seen.glance.steps.get(name);
                (step.map(|step| plain(&step_words(step, now_ms))).unwrap_or_default(), Tone::Dim)
            }
        }
    }
}

/// A text in exactly so many columns.
pub(super) fn fill(text: &str, columns: usize, is_number: bool) -> String {
    let text = cut(text, columns);
    let blank = " ".repeat(columns.saturating_sub(width(&text)));
    if is_number { format!("{blank}{text}") } else { format!("{text}{blank}") }
}
