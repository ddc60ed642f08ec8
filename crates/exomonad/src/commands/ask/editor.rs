//! The person's side of a form: what is filled in so far, where they are, and what each key does.

use std::collections::HashMap;

use exomonad_host::ui::{AnswerError, Field, Form, Item, Kind, Values, check, initial};
use serde_json::Value;

use crate::commands::keys::Key;

/// How many steps a slider goes by each key, as far as there are so many.
const SLIDES: [(Key, f64); 6] = [
    (Key::Left, -1.0),
    (Key::Right, 1.0),
    (Key::PageDown, -10.0),
    (Key::PageUp, 10.0),
    (Key::Home, -1e12),
    (Key::End, 1e12),
];

/// Something that can have the focus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Spot {
    /// A field, by its id.
    Field(String),
    /// One of a field's options, by its index.
    Choice(String, usize),
    /// The button that goes a pane back.
    Back,
    /// The button that goes on, or sends the answer.
    Go,
}

impl Spot {
    fn field(&self) -> Option<&str> {
        match self {
            Self::Field(id) | Self::Choice(id, _) => Some(id),
            Self::Back | Self::Go => None,
        }
    }
}

/// What a key leads to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Act {
    /// The form is answered.
    Answer(Values),
    /// The person will not answer.
    Decline,
}

/// A form that is being filled in.
#[derive(Debug)]
pub(super) struct Editor {
    pub(super) form: Form,
    values: Values,
    /// Where in a text one is, in characters, by the field's id; at its end unless said here.
    cursors: HashMap<String, usize>,
    /// Which of the panes that are come to.
    step: usize,
    pub(super) focus: Spot,
    /// It was asked whether to decline.
    pub(super) declines: bool,
    /// The rule that a field breaks.
    pub(super) problem: Option<(String, String)>,
}

impl Editor {
    pub(super) fn new(form: Form) -> Self {
        let mut values = Values::new();
        for pane in &form.panes {
            fill(&pane.fields, &mut values);
        }
        let mut editor = Self {
            form,
            values,
            cursors: HashMap::new(),
            step: 0,
            focus: Spot::Go,
            declines: false,
            problem: None,
        };
        editor.focus_first();
        editor
    }

    /// The pane that is seen, which of how many it is, and what is visible in it.
    pub(super) fn pane(&self) -> (usize, usize, usize, Vec<Item<'_>>) {
        let path = self.form.path(&self.values);
        let count = path.len();
        let visit = path.into_iter().nth(self.step);
        let (pane, items) = visit.map(|visit| (visit.pane, visit.items)).unwrap_or_default();
        (pane, self.step, count, items)
    }

    /// Everything that can have the focus, in order.
    pub(super) fn spots(&self) -> Vec<Spot> {
        let (_, step, _, items) = self.pane();
        let mut spots = Vec::new();
        for item in items {
            let id = &item.field.id;
            match &item.field.kind {
                Kind::Text(_) | Kind::Textbox(_) | Kind::Checkbox { .. } | Kind::Slider(_) => {
                    spots.push(Spot::Field(id.clone()));
                }
                Kind::Choice { options, .. } | Kind::Multiselect { options, .. } => {
                    spots.extend((0..options.len()).map(|index| Spot::Choice(id.clone(), index)));
                }
                Kind::Group(_) => {}
            }
        }
        spots.extend((step > 0).then_some(Spot::Back));
        spots.push(Spot::Go);
        spots
    }

    /// Whether the keys for pages are a slider's.
    pub(super) fn is_at_slider(&self) -> bool {
        let field = self.focus.field().and_then(|id| self.field(id));
        field.is_some_and(|field| matches!(field.kind, Kind::Slider(_)))
    }

    /// A field's value.
    pub(super) fn value(&self, id: &str) -> Option<&Value> {
        self.values.get(id)
    }

    /// A field's text.
    pub(super) fn text(&self, id: &str) -> &str {
        self.value(id).and_then(Value::as_str).unwrap_or_default()
    }

    /// Where in a field's text one is, in characters.
    pub(super) fn cursor(&self, id: &str) -> usize {
        let end = self.text(id).chars().count();
        self.cursors.get(id).map_or(end, |cursor| *cursor.min(&end))
    }

    /// Does what a key stands for.
    pub(super) fn press(&mut self, key: Key) -> Option<Act> {
        if std::mem::take(&mut self.declines) {
            return matches!(key, Key::Escape | Key::Interrupt).then_some(Act::Decline);
        }
        if matches!(key, Key::Escape | Key::Interrupt) {
            self.declines = true;
        } else if key == Key::Tab {
            self.move_to_field(1);
        } else if key == Key::BackTab {
            self.move_to_field(-1);
        } else {
            return self.press_here(key);
        }
        None
    }

    fn press_here(&mut self, key: Key) -> Option<Act> {
        match self.focus.clone() {
            Spot::Go if matches!(key, Key::Enter | Key::Char(' ')) => return self.go(),
            Spot::Back if matches!(key, Key::Enter | Key::Char(' ')) => {
                self.step = self.step.saturating_sub(1);
                self.problem = None;
                self.focus_first();
            }
            Spot::Choice(id, index) if matches!(key, Key::Enter | Key::Char(' ')) => self.choose(&id, index),
            Spot::Field(id) => {
                if let Some(field) = self.field(&id).cloned() {
                    self.edit(&field, key);
                }
            }
            Spot::Choice(..) | Spot::Back | Spot::Go => self.wander(&key),
        }
        None
    }

    fn field(&self, id: &str) -> Option<&Field> {
        let (_, _, _, items) = self.pane();
        let field = items.into_iter().map(|item| item.field).find(|field| field.id == id)?;
        Some(field)
    }

    fn edit(&mut self, field: &Field, key: Key) {
        match (&field.kind, key) {
            (Kind::Checkbox { .. }, Key::Char(' ')) => {
                let checked = self.value(&field.id).and_then(Value::as_bool).unwrap_or_default();
                self.set(&field.id, (!checked).into());
            }
            (Kind::Slider(range), key) => {
                let now = self.value(&field.id).and_then(Value::as_f64).unwrap_or(range.min);
                let Some((_, steps)) = SLIDES.into_iter().find(|(slides, _)| *slides == key) else {
                    return self.wander(&key);
                };
                let number = range.step_from(now, steps);
                self.set(&field.id, exomonad_host::ui::Range::value(number));
            }
            (Kind::Text(rules), key) => self.type_text(&field.id, rules.max, key, false),
            (Kind::Textbox(rules), key) => self.type_text(&field.id, rules.max, key, true),
            (
                Kind::Checkbox { .. } | Kind::Choice { .. } | Kind::Multiselect { .. } | Kind::Group(_),
                key,
            ) => {
                self.wander(&key);
            }
        }
    }

    fn type_text(&mut self, id: &str, max: usize, key: Key, has_lines: bool) {
        let mut text: Vec<char> = self.text(id).chars().collect();
        let mut at = self.cursor(id);
        match key {
            Key::Char(c) => insert(&mut text, &mut at, &[c], max),
            Key::Enter if has_lines => insert(&mut text, &mut at, &['\n'], max),
            Key::Paste(pasted) => insert(&mut text, &mut at, &plain(&pasted, has_lines), max),
            Key::Backspace if at > 0 => {
                at -= 1;
                text.remove(at);
            }
            Key::Delete if at < text.len() => {
                text.remove(at);
            }
            Key::Left => at = at.saturating_sub(1),
            Key::Right => at = (at + 1).min(text.len()),
            Key::Home => at = line_begin(&text, at),
            Key::End => at = line_end(&text, at),
            Key::Up if has_lines && line_begin(&text, at) > 0 => {
                let (begin, column) = (line_begin(&text, at), at - line_begin(&text, at));
                let above = line_begin(&text, begin - 1);
                at = (above + column).min(begin - 1);
            }
            Key::Down if has_lines && line_end(&text, at) < text.len() => {
                let column = at - line_begin(&text, at);
                let below = line_end(&text, at) + 1;
                at = (below + column).min(line_end(&text, below));
            }
            key @ (Key::Enter | Key::Up | Key::Down) => return self.wander(&key),
            Key::Backspace
            | Key::Delete
            | Key::Tab
            | Key::BackTab
            | Key::PageUp
            | Key::PageDown
            | Key::Escape
            | Key::Interrupt
            | Key::Suspend => return,
        }
        self.cursors.insert(id.to_owned(), at);
        let text: String = text.into_iter().collect();
        if text != self.text(id) {
            self.set(id, text.into());
        }
    }

    fn choose(&mut self, id: &str, index: usize) {
        let Some(field) = self.field(id).cloned() else { return };
        match &field.kind {
            Kind::Choice { options, .. } => {
                if let Some(option) = options.get(index) {
                    self.set(id, option.value.clone().into());
                }
            }
            Kind::Multiselect { options, .. } => {
                let Some(option) = options.get(index) else { return };
                let chosen: Vec<&str> = self
                    .value(id)
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .collect();
                let was_chosen = chosen.contains(&option.value.as_str());
                // In the order of the form, whatever the order of the choosing.
                let kept = options.iter().map(|other| other.value.as_str()).filter(|value| {
                    if *value == option.value { !was_chosen } else { chosen.contains(value) }
                });
                let kept: Vec<Value> = kept.map(Value::from).collect();
                self.set(id, kept.into());
            }
            Kind::Text(_) | Kind::Textbox(_) | Kind::Checkbox { .. } | Kind::Slider(_) | Kind::Group(_) => {}
        }
    }

    fn set(&mut self, id: &str, value: Value) {
        self.values.insert(id.to_owned(), value);
        if self.problem.as_ref().is_some_and(|(field, _)| field == id) {
            self.problem = None;
        }
    }

    /// Goes to the next pane, or answers; where a rule is broken, to the field.
    fn go(&mut self) -> Option<Act> {
        let (_, step, count, items) = self.pane();
        let broken = items.iter().find_map(|item| {
            let id = item.field.id.clone();
            check(item.field, self.values.get(&id)).err().map(|why| (id, why))
        });
        if let Some((id, why)) = broken {
            self.complain(id, why);
            return None;
        }
        self.problem = None;
        if step + 1 < count {
            self.step += 1;
            self.focus_first();
            return None;
        }
        match self.form.answer(&self.values) {
            Ok(values) => return Some(Act::Answer(values)),
            Err(AnswerError::Field { field, why }) => self.complain(field, why),
            Err(err @ (AnswerError::NoObject | AnswerError::Unknown { .. })) => {
                self.problem = Some((String::new(), err.to_string()));
            }
        }
        None
    }

    fn complain(&mut self, field: String, why: String) {
        let spot = self.spots().into_iter().find(|spot| spot.field() == Some(&field));
        self.focus = spot.unwrap_or(Spot::Go);
        self.problem = Some((field, why));
    }

    fn focus_first(&mut self) {
        self.focus = self.spots().into_iter().next().unwrap_or(Spot::Go);
    }

    /// Keys that only move.
    fn wander(&mut self, key: &Key) {
        match key {
            Key::Up | Key::Left => self.move_by(-1),
            Key::Down | Key::Right | Key::Enter => self.move_by(1),
            Key::Char(_)
            | Key::Paste(_)
            | Key::Tab
            | Key::BackTab
            | Key::Home
            | Key::End
            | Key::PageUp
            | Key::PageDown
            | Key::Backspace
            | Key::Delete
            | Key::Escape
            | Key::Interrupt
            | Key::Suspend => {}
        }
    }

    fn move_by(&mut self, by: isize) {
        let spots = self.spots();
        let at = spots.iter().position(|spot| *spot == self.focus).unwrap_or_default();
        if let Some(spot) = at.checked_add_signed(by).and_then(|at| spots.get(at)) {
            self.focus = spot.clone();
        }
    }

    /// To the next field or button, round and round; a field's options are one stop, at the one that is chosen.
    fn move_to_field(&mut self, by: isize) {
        let spots = self.spots();
        let mut stops: Vec<Spot> = Vec::new();
        for spot in spots {
            let is_same = spot.field().is_some() && stops.last().and_then(Spot::field) == spot.field();
            if !is_same {
                stops.push(spot);
            } else if let Some(last) = stops.last_mut().filter(|_| self.is_chosen(&spot)) {
                *last = spot;
            }
        }
        let is_here = |stop: &Spot| match self.focus.field() {
            Some(id) => stop.field() == Some(id),
            None => *stop == self.focus,
        };
        let count = stops.len().max(1).cast_signed();
        let at = stops.iter().position(is_here).unwrap_or_default().cast_signed();
        let next = (at + by).rem_euclid(count).unsigned_abs();
        if let Some(stop) = stops.into_iter().nth(next) {
            self.focus = stop;
        }
    }

    fn is_chosen(&self, spot: &Spot) -> bool {
        let Spot::Choice(id, index) = spot else { return false };
        match self.field(id).map(|field| &field.kind) {
            Some(Kind::Choice { options, .. }) => {
                options.get(*index).is_some_and(|option| self.text(id) == option.value)
            }
            Some(
                Kind::Text(_)
                | Kind::Textbox(_)
                | Kind::Multiselect { .. }
                | Kind::Checkbox { .. }
                | Kind::Slider(_)
                | Kind::Group(_),
            )
            | None => false,
        }
    }
}

/// What every field is at first.
fn fill(fields: &[Field], values: &mut Values) {
    for field in fields {
        values.extend(initial(field).map(|value| (field.id.clone(), value)));
        if let Kind::Group(inner) = &field.kind {
            fill(inner, values);
        }
    }
}

/// Puts in as much as there is room for.
fn insert(text: &mut Vec<char>, at: &mut usize, typed: &[char], max: usize) {
    let room = max.saturating_sub(text.len());
    let typed = typed.get(..room.min(typed.len())).unwrap_or_default();
    text.splice(*at..*at, typed.iter().copied());
    *at += typed.len();
}

/// What may be pasted: text, and newlines where there are lines.
fn plain(pasted: &str, has_lines: bool) -> Vec<char> {
    let text = pasted.replace("\r\n", "\n").replace(['\r', '\t'], " ");
    let text = if has_lines { text } else { text.replace('\n', " ") };
    text.chars().filter(|c| *c == '\n' || !c.is_control()).collect()
}

fn line_begin(text: &[char], at: usize) -> usize {
    text.iter().take(at).rposition(|c| *c == '\n').map_or(0, |newline| newline + 1)
}

fn line_end(text: &[char], at: usize) -> usize {
    text.iter().skip(at).position(|c| *c == '\n').map_or(text.len(), |newline| at + newline)
}

#[cfg(test)]
mod tests;
