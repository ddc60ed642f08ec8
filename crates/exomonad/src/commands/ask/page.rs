//! A pane of a form in lines: readable without colour, and without anything in its text that could drive the terminal.

use exomonad_host::ui::{Choice, Field, Item, Kind, Range};
use serde_json::Value;

use super::editor::{Editor, Spot};
use super::paint::{Line, Look};
use crate::commands::words::{cut, width};
use crate::output::clean;

/// The most lines of a text that are shown at once.
const BOX_LINES: usize = 6;

/// The characters of a slider's bar.
const BAR: usize = 20;

/// A pane of a form in lines.
#[derive(Default)]
pub(super) struct Page {
    pub(super) lines: Vec<Line>,
    /// The first and the last line of what has the focus.
    pub(super) focus: Option<(usize, usize)>,
    /// The line and the column of the cursor.
    pub(super) cursor: Option<(usize, usize)>,
}

/// The pane that one is in.
pub(super) fn page(editor: &Editor, columns: usize, is_roomy: bool) -> Page {
    let (pane, _, _, items) = editor.pane();
    let mut page = Page::default();
    let heading = editor.form.panes.get(pane);
    let title = heading.and_then(|pane| pane.title.as_deref());
    if let Some(title) = title {
        page.text(title, 0, columns, Look::Bold);
    }
    let messages = [editor.form.message.as_deref(), heading.and_then(|pane| pane.message.as_deref())];
    for message in messages.into_iter().flatten() {
        page.text(message, 0, columns, Look::Plain);
    }
    for item in &items {
        if is_roomy && !page.lines.is_empty() {
            page.lines.push(Line::default());
        }
        add_item(&mut page, editor, *item, columns);
    }
    if is_roomy {
        page.lines.push(Line::default());
    }
    if let Some((_, why)) = editor.problem.as_ref().filter(|(field, _)| field.is_empty()) {
        page.text(&format!("! {why}"), 0, columns, Look::Alarm);
    }
    add_buttons(&mut page, editor);
    page
}

fn add_item(page: &mut Page, editor: &Editor, item: Item<'_>, columns: usize) {
    let (field, indent) = (item.field, item.depth * 2);
    let begin = page.lines.len();
    let mark = if field.required { " *" } else { "" };
    if !matches!(field.kind, Kind::Checkbox { .. }) {
        page.text(&format!("{}{mark}", one_line(&field.label)), indent, columns, Look::Bold);
    }
    match &field.kind {
        Kind::Text(rules) | Kind::Textbox(rules) => {
            let placeholder = rules.placeholder.as_deref().unwrap_or_default();
            add_text(page, editor, field, placeholder, indent, columns);
        }
        Kind::Choice { options, .. } => {
            let chosen = editor.value(&field.id).and_then(Value::as_str);
            add_options(page, editor, field, options, indent, |value| {
                if chosen == Some(value) { "(x)" } else { "( )" }
            });
        }
        Kind::Multiselect { options, .. } => {
            let chosen = editor.value(&field.id).and_then(Value::as_array);
            add_options(page, editor, field, options, indent, |value| {
                let is_chosen = chosen.is_some_and(|chosen| chosen.iter().any(|one| one == value));
                if is_chosen { "[x]" } else { "[ ]" }
            });
        }
        Kind::Checkbox { .. } => {
            let is_checked = editor.value(&field.id).and_then(Value::as_bool).unwrap_or_default();
            let sign = if is_checked { "[x]" } else { "[ ]" };
            let text = format!("{sign} {}{mark}", one_line(&field.label));
            page.spot(&text, indent, focused(editor, &Spot::Field(field.id.clone())));
        }
        Kind::Slider(range) => {
            let number = editor.value(&field.id).and_then(Value::as_f64).unwrap_or(range.min);
            page.spot(&slider(*range, number), indent + 2, focused(editor, &Spot::Field(field.id.clone())));
        }
        Kind::Group(_) => {}
    }
    if let Some(help) = &field.help {
        page.text(help, indent + 2, columns, Look::Dim);
    }
    if let Some((_, why)) = editor.problem.as_ref().filter(|(id, _)| *id == field.id) {
        page.text(&format!("! {why}"), indent + 2, columns, Look::Alarm);
    }
    // What has the focus is seen with its label and with what is wrong.
    let whole = page.focus.filter(|(first, _)| *first >= begin && !matches!(field.kind, Kind::Group(_)));
    if let Some((first, last)) = whole {
        let is_first = editor.focus == Spot::Field(field.id.clone())
            || editor.focus == Spot::Choice(field.id.clone(), 0);
        let end = if editor.problem.is_some() { page.lines.len().saturating_sub(1) } else { last };
        page.focus = Some((if is_first { begin } else { first }, end));
    }
}

fn add_options(
    page: &mut Page,
    editor: &Editor,
    field: &Field,
    options: &[Choice],
    indent: usize,
    sign: impl Fn(&str) -> &'static str,
) {
    for (index, option) in options.iter().enumerate() {
        let text = format!("{} {}", sign(&option.value), one_line(&option.label));
        page.spot(&text, indent + 2, focused(editor, &Spot::Choice(field.id.clone(), index)));
    }
}

/// A text that is typed: the lines around the cursor, each from where the cursor can be seen.
fn add_text(
    page: &mut Page,
    editor: &Editor,
    field: &Field,
    placeholder: &str,
    indent: usize,
    columns: usize,
) {
    let focus = focused(editor, &Spot::Field(field.id.clone()));
    let text = editor.text(&field.id);
    let before: String = text.chars().take(editor.cursor(&field.id)).collect();
    let (row, column) = (before.matches('\n').count(), before.rsplit('\n').next().unwrap_or_default());
    let begin = indent + 4;
    let room = columns.saturating_sub(begin + 1).max(1);
    let first = (row + 1).saturating_sub(BOX_LINES);
    let first_line = page.lines.len();
    for (number, line) in text.split('\n').enumerate().skip(first).take(BOX_LINES) {
        let is_here = focus.is_some() && number == row;
        let (shown, at) = if is_here { window(line, column, room) } else { (cut(&one_line(line), room), 0) };
        if is_here {
            page.cursor = Some((page.lines.len(), begin + at));
        }
        let body = match text.is_empty() {
            true => (cut(&one_line(placeholder), room), Look::Dim),
            false => (shown, Look::Plain),
        };
        let lead = Line::new(" ".repeat(indent + 2), Look::Plain).with(">", focus.unwrap_or_default());
        page.lines.push(lead.with(" ", Look::Plain).with(body.0, body.1));
    }
    if focus.is_some() {
        page.focus = Some((first_line, page.lines.len().saturating_sub(1)));
    }
}

fn add_buttons(page: &mut Page, editor: &Editor) {
    let (_, step, count, _) = editor.pane();
    let go = if step + 1 < count { "[ Next ]" } else { "[ Submit ]" };
    let back = (step > 0).then_some(("[ Back ]", Spot::Back));
    let mut line = Line::default();
    for (text, spot) in back.into_iter().chain([(go, Spot::Go)]) {
        let focus = focused(editor, &spot);
        if focus.is_some() {
            page.focus = Some((page.lines.len(), page.lines.len()));
        }
        line = line.with(text, focus.unwrap_or_default()).with("  ", Look::Plain);
    }
    page.lines.push(line);
}

/// How a place looks that has the focus; nothing when it has not.
fn focused(editor: &Editor, spot: &Spot) -> Option<Look> {
    (editor.focus == *spot).then_some(Look::Focus)
}

impl Page {
    /// Text in as many lines as it takes.
    fn text(&mut self, text: &str, indent: usize, columns: usize, look: Look) {
        let room = columns.saturating_sub(indent).max(1);
        for line in text.lines().flat_map(|line| wrap(&one_line(line), room)) {
            self.lines.push(Line::new(" ".repeat(indent), Look::Plain).with(line, look));
        }
    }

    /// A line that can have the focus.
    fn spot(&mut self, text: &str, indent: usize, focus: Option<Look>) {
        if focus.is_some() {
            self.focus = Some((self.lines.len(), self.lines.len()));
        }
        self.lines.push(Line::new(" ".repeat(indent), Look::Plain).with(text, focus.unwrap_or_default()));
    }
}

/// A slider: its bar, its value, and from where to where it goes.
fn slider(range: Range, number: f64) -> String {
    let part = (number - range.min) / (range.max - range.min);
    let fits = |place: usize| {
        u32::try_from(place).map_or(1.0, f64::from) / u32::try_from(BAR).map_or(1.0, f64::from)
    };
    let at = (0..BAR).rev().find(|place| fits(*place) <= part).unwrap_or_default();
    let bar: String = (0..BAR).map(|place| if place == at { 'o' } else { '-' }).collect();
    format!("<{bar}> {number} ({} to {})", range.min, range.max)
}

/// Text of others in one line, in which nothing drives the terminal or turns the writing round.
pub(super) fn one_line(text: &str) -> String {
    let turns =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let line: String = clean(text).chars().map(|c| if turns(c) { '\u{fffd}' } else { c }).collect();
    line.replace(['\n', '\t'], " ")
}

/// The part of a line around the cursor, and the cursor's column in it. `before`: what is before the cursor.
fn window(line: &str, before: &str, room: usize) -> (String, usize) {
    let (mut begin, before) = (0, one_line(before));
    let skipped = |begin: usize| before.chars().skip(begin).collect::<String>();
    while width(&skipped(begin)) >= room && begin < before.chars().count() {
        begin += 1;
    }
    let rest: String = one_line(line).chars().skip(begin).collect();
    (cut(&rest, room), width(&skipped(begin)))
}

/// Lines of at most `room` columns, broken between words where there are any.
pub(super) fn wrap(text: &str, room: usize) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in text.split_inclusive(' ') {
        if !line.is_empty() && width(&line) + width(word.trim_end()) > room {
            lines.push(std::mem::take(&mut line));
        }
        line.push_str(word);
        while width(line.trim_end()) > room {
            let begun = cut(&line, room);
            // A character may be wider than all there is.
            let taken = begun.chars().count().max(1);
            lines.push(begun);
            line = line.chars().skip(taken).collect();
        }
    }
    lines.push(line);
    lines
}
