//! What `top` shows and what is being done with it. Knows no terminal and does nothing itself: a key leads to an [`Order`].

use exomonad_host::agent::{AgentName, AgentView};
use exomonad_host::store::{PullGlance, PullWord};

use super::input::Intent;
use super::note::{Note, plain};
use super::rows::{Row, rows};
use super::seen::Seen;

/// What is below the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pane {
    Messages,
    Requests,
    Events,
    Screen,
}

impl Pane {
    pub(super) const ALL: [Self; 4] = [Self::Messages, Self::Requests, Self::Events, Self::Screen];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Messages => "messages",
            Self::Requests => "requests",
            Self::Events => "events",
            Self::Screen => "screen",
        }
    }
}

/// Something that is to be done outside of the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Order {
    Attach(AgentName),
    /// Answers the request with this id.
    Answer(String),
    Send {
        to: AgentName,
        text: String,
    },
    Stop(AgentName),
    Merge(u64),
    Suspend,
    Quit,
    Interrupt,
}

/// What the keys are for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mode {
    Look,
    Filter,
    Send {
        to: AgentName,
    },
    /// Waits for a yes.
    Confirm(Order),
    Help,
}

/// All of it.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) seen: Seen,
    /// Nothing was seen yet.
    pub(super) is_new: bool,
    pub(super) rows: Vec<Row>,
    pub(super) selected: Option<AgentName>,
    /// The first line of the tree that is seen, and how many are.
    pub(super) top: usize,
    pub(super) height: usize,
    /// There is room for the tree or a pane, not for both.
    pub(super) is_small: bool,
    pub(super) pane: Option<Pane>,
    /// The pane was asked for, so that it is shown where only one of the two can be.
    pub(super) is_asked: bool,
    /// How many lines back one is in the pane.
    pub(super) back: usize,
    pub(super) is_narrow: bool,
    pub(super) filter: String,
    pub(super) typed: String,
    pub(super) mode: Mode,
    pub(super) note: Option<Note>,
    pub(super) screen: Option<(AgentName, Result<Vec<String>, String>)>,
    /// Something is being done, and what.
    pub(super) doing: Option<String>,
    utf8: bool,
}

impl Model {
    pub(super) fn new(utf8: bool) -> Self {
        Self {
            seen: Seen::default(),
            is_new: true,
            rows: Vec::new(),
            selected: None,
            top: 0,
            height: 1,
            is_small: false,
            pane: Some(Pane::Messages),
            is_asked: false,
            back: 0,
            is_narrow: false,
            filter: String::new(),
            typed: String::new(),
            mode: Mode::Look,
            note: None,
            screen: None,
            doing: None,
            utf8,
        }
    }

    /// Takes what is there now. What was selected stays so while it is there.
    pub(super) fn look(&mut self, seen: Seen) {
        let at = self.selected_row();
        self.seen = seen;
        self.is_new = false;
        self.arrange(at);
    }

    /// Lists the agents anew; where the selected one is gone, whoever is at its place is selected.
    fn arrange(&mut self, at: Option<usize>) {
        self.rows = rows(&self.seen.glance.agents, &self.filter, self.utf8);
        if self.selected_row().is_none() {
            self.select(at.unwrap_or_default());
        }
    }

    /// The line that is selected.
    pub(super) fn selected_row(&self) -> Option<usize> {
        let name = self.selected.as_ref()?;
        self.rows.iter().position(|row| self.agent(row).is_some_and(|view| view.row.name == *name))
    }

    fn select(&mut self, row: usize) {
        let row = self.rows.get(row.min(self.rows.len().saturating_sub(1)));
        let name = row.and_then(|row| self.agent(row)).map(|view| view.row.name.clone());
        if name != self.selected {
            self.selected = name;
            self.back = 0;
        }
    }

    pub(super) fn agent(&self, row: &Row) -> Option<&AgentView> {
        self.seen.glance.agents.get(row.at)
    }

    /// The agent that is selected, while it is there.
    pub(super) fn view(&self) -> Option<&AgentView> {
        self.rows.get(self.selected_row()?).and_then(|row| self.agent(row))
    }

    /// The pull request of an agent's branch.
    pub(super) fn pull(&self, view: &AgentView) -> Option<PullGlance> {
        view.branch.as_ref().and_then(|branch| self.seen.glance.pulls.get(branch)).copied()
    }

    /// Whose terminal is to be looked at.
    pub(super) fn watched(&self) -> Option<&AgentName> {
        let is_seen = self.pane == Some(Pane::Screen) && (self.is_asked || !self.is_small);
        self.view().filter(|_| is_seen).map(|view| &view.row.name)
    }

    /// Does what a person wants, or says what is to be done for it.
    pub(super) fn apply(&mut self, intent: Intent) -> Option<Order> {
        self.note = None;
        match intent {
            Intent::Move(by) => self.move_by(by),
            Intent::Page(by) => {
                self.move_by(by.saturating_mul(isize::try_from(self.height).unwrap_or(1).max(1)));
            }
            Intent::First => self.select(0),
            Intent::Last => self.select(usize::MAX),
            Intent::Scroll(by) => self.back = self.back.saturating_add_signed(by),
            Intent::NextPane => self.turn(1),
            Intent::PreviousPane => self.turn(-1),
            Intent::Narrow => self.is_narrow = !self.is_narrow,
            Intent::Filter => {
                self.typed = self.filter.clone();
                self.mode = Mode::Filter;
            }
            Intent::Help => self.mode = Mode::Help,
            Intent::Type(text) => self.edit(|typed| typed.push_str(&plain(&text))),
            Intent::Erase => {
                self.edit(|typed| typed.truncate(typed.char_indices().next_back().map_or(0, |(at, _)| at)));
            }
            Intent::Leave => self.leave(),
            Intent::Attach | Intent::Send | Intent::Stop | Intent::Merge => return self.begin(&intent),
            Intent::Answer => return self.answer(),
            Intent::Submit => return self.submit(),
            Intent::Confirm => {
                if let Mode::Confirm(order) = std::mem::replace(&mut self.mode, Mode::Look) {
                    return Some(order);
                }
            }
            Intent::Suspend => return Some(Order::Suspend),
            Intent::Quit => return Some(Order::Quit),
            Intent::Interrupt => return Some(Order::Interrupt),
        }
        None
    }

    fn move_by(&mut self, by: isize) {
        let row = self.selected_row().unwrap_or_default();
        self.select(row.saturating_add_signed(by));
    }

    fn turn(&mut self, by: isize) {
        self.back = 0;
        if self.is_small && !self.is_asked && self.pane.is_some() && by > 0 {
            self.is_asked = true;
            return;
        }
        let panes = [None].into_iter().chain(Pane::ALL.map(Some));
        let panes: Vec<_> = panes.collect();
        let at = panes.iter().position(|pane| *pane == self.pane).unwrap_or_default();
        let count = isize::try_from(panes.len()).unwrap_or(1);
        let next = isize::try_from(at).unwrap_or_default().saturating_add(by).rem_euclid(count);
        self.pane = usize::try_from(next).ok().and_then(|next| panes.get(next)).copied().flatten();
        self.is_asked = self.pane.is_some();
    }

    fn edit(&mut self, change: impl FnOnce(&mut String)) {
        change(&mut self.typed);
        if self.mode == Mode::Filter {
            let at = self.selected_row();
            self.filter.clone_from(&self.typed);
            self.arrange(at);
        }
    }

    fn leave(&mut self) {
        let left = std::mem::replace(&mut self.mode, Mode::Look);
        let is_filtered = matches!(left, Mode::Filter | Mode::Look) && !self.filter.is_empty();
        if matches!(left, Mode::Confirm(_)) {
            self.note = Some(Note::good("nothing was done"));
        }
        if is_filtered {
            self.filter.clear();
            self.arrange(None);
        }
        self.typed.clear();
    }

    fn begin(&mut self, intent: &Intent) -> Option<Order> {
        let Some(view) = self.view() else {
            self.note = Some(Note::bad("no agent is selected"));
            return None;
        };
        let name = view.row.name.clone();
        let pull = self.pull(view);
        if *intent == Intent::Attach {
            return Some(Order::Attach(name));
        }
        if *intent == Intent::Send {
            self.typed.clear();
            self.mode = Mode::Send { to: name };
            return None;
        }
        if *intent == Intent::Stop {
            self.mode = Mode::Confirm(Order::Stop(name));
            return None;
        }
        match pull.filter(|pull| !matches!(pull.word, PullWord::Merged | PullWord::Closed)) {
            Some(pull) => self.mode = Mode::Confirm(Order::Merge(pull.number)),
            None => self.note = Some(Note::bad(format!("{name} has no open pull request"))),
        }
        None
    }

    /// The oldest question of the agent that is selected, else the oldest there is.
    fn answer(&mut self) -> Option<Order> {
        let requests = &self.seen.requests;
        let own = self
            .view()
            .and_then(|view| requests.iter().find(|request| request.asker == view.row.name.as_str()));
        let order = own.or(requests.first()).map(|request| Order::Answer(request.id.clone()));
        if order.is_none() {
            self.note = Some(Note::good("nothing waits for an answer"));
        }
        order
    }

    fn submit(&mut self) -> Option<Order> {
        match std::mem::replace(&mut self.mode, Mode::Look) {
            Mode::Send { to } if !self.typed.trim().is_empty() => {
                Some(Order::Send { to, text: std::mem::take(&mut self.typed) })
            }
            Mode::Send { .. } => {
                self.note = Some(Note::good("an empty message was not sent"));
                None
            }
            Mode::Look | Mode::Filter | Mode::Confirm(_) | Mode::Help => None,
        }
    }

    /// Takes a message back that could not be sent yet.
    pub(super) fn write_again(&mut self, to: AgentName, text: String) {
        self.typed = text;
        self.mode = Mode::Send { to };
    }

    /// What is asked before something is done that cannot be taken back.
    pub(super) fn question(&self, order: &Order) -> String {
        match order {
            Order::Stop(name) => format!("Stop {name}? Agents below it go on."),
            Order::Merge(number) => {
                let is_it = |view: &&AgentView| self.pull(view).is_some_and(|pull| pull.number == *number);
                let branch = self.seen.glance.agents.iter().find(is_it).and_then(|view| view.branch.clone());
                format!("Merge #{number} ({})?", branch.unwrap_or_default())
            }
            Order::Attach(_)
            | Order::Answer(_)
            | Order::Send { .. }
            | Order::Suspend
            | Order::Quit
            | Order::Interrupt => String::new(),
        }
    }
}
