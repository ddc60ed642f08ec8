//! What the panes below the tree show, line by line, the newest last.

use exomonad_host::contract::Event;
use exomonad_host::store::{Mail, RequestRow, Store};
use exomonad_host::ui::form_of;
use ratatui::text::{Line, Span};

use super::model::{Model, Pane};
use super::note::{Palette, Tone, one_line};
use super::standing::data;
use crate::commands::events::plain;
use crate::commands::words::age;

/// The most characters of one line that are looked at, however long it is.
const CHARS: usize = 400;

/// What is seen of a pane.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) lines: Vec<Line<'static>>,
    /// How many lines after them there are: no more than there can be.
    pub(super) back: usize,
}

impl Page {
    /// Of all items those that are seen, and only they are put into words.
    fn of<T>(items: &[T], (height, back): (usize, usize), words: impl Fn(&T) -> Line<'static>) -> Self {
        let back = back.min(items.len().saturating_sub(height));
        let end = items.len().saturating_sub(back);
        let seen = items.get(end.saturating_sub(height)..end).unwrap_or_default();
        Self { lines: seen.iter().map(words).collect(), back }
    }
}

/// What is seen of a pane that is so many lines high.
pub(super) fn page(model: &Model, pane: Pane, height: usize, palette: Palette, now_ms: u64) -> Page {
    let only = model.selected.as_ref().filter(|_| model.is_narrow).map(|name| name.as_str());
    let is_about = |names: &[&str]| only.is_none_or(|only| names.contains(&only));
    let place = (height, model.back);
    let seen = &model.seen;
    let page = match pane {
        Pane::Messages => {
            let mail = seen.mail.iter().filter(|mail| is_about(&[&mail.message.from, &mail.message.to]));
            Page::of(&mail.collect::<Vec<_>>(), place, |mail| message(mail, palette, now_ms))
        }
        Pane::Requests => {
            let requests = seen.requests.iter().filter(|row| is_about(&[&row.asker]));
            Page::of(&requests.collect::<Vec<_>>(), place, |row| request(row, palette, now_ms))
        }
        Pane::Events => {
            let events = seen.events.iter().filter(|event| is_about(&[&event.agent]));
            Page::of(&events.collect::<Vec<_>>(), place, |row| event(row, palette, now_ms))
        }
        Pane::Screen => Page::of(&screen(model, palette), place, Line::clone),
    };
    if !page.lines.is_empty() || model.is_new {
        return page;
    }
    let nothing = match pane {
        Pane::Messages => "no messages",
        Pane::Requests => "nothing waits for an answer",
        Pane::Events => "nothing happened yet",
        Pane::Screen => "the screen is empty",
    };
    Page { lines: vec![Line::styled(nothing, palette.style(Tone::Dim))], back: 0 }
}

/// How long ago, so that ages stand below each other.
fn ago(now_ms: u64, then_ms: u64) -> String {
    format!("{:>4}  ", age(now_ms, then_ms))
}

fn shortened(text: &str) -> String {
    one_line(&text.chars().take(CHARS).collect::<String>())
}

fn message(mail: &Mail, palette: Palette, now_ms: u64) -> Line<'static> {
    let message = &mail.message;
    let tone = if mail.failure.is_some() { Tone::Bad } else { Tone::Dim };
    Line::from(vec![
        Span::styled(ago(now_ms, message.time_ms), palette.style(Tone::Dim)),
        Span::styled(
            format!("{} {} {}  ", one_line(&message.from), palette.arrow(), one_line(&message.to)),
            palette.style(Tone::Bold),
        ),
        Span::styled(format!("{}  ", Store::state_word(message.state)), palette.style(tone)),
        Span::raw(shortened(&message.body)),
    ])
}

fn request(row: &RequestRow, palette: Palette, now_ms: u64) -> Line<'static> {
    let title = form_of(row).map_or_else(|_unread| String::new(), |form| form.title);
    let shown = if row.is_shown() { "  (open in a terminal)" } else { "" };
    Line::from(vec![
        Span::styled(ago(now_ms, row.opened_ms), palette.style(Tone::Dim)),
        Span::styled(format!("{}  ", one_line(&row.asker)), palette.style(Tone::Bold)),
        Span::styled(shortened(&title), palette.style(Tone::Wanted)),
        Span::styled(shown, palette.style(Tone::Dim)),
    ])
}

fn event(event: &Event, palette: Palette, now_ms: u64) -> Line<'static> {
    let data = data(event);
    let fields: Vec<String> = data.iter().map(|(key, value)| format!("{key}={}", plain(value))).collect();
    let agent = if event.agent.is_empty() { "-" } else { &event.agent };
    Line::from(vec![
        Span::styled(ago(now_ms, event.time_ms), palette.style(Tone::Dim)),
        Span::styled(format!("{}  ", one_line(agent)), palette.style(Tone::Bold)),
        Span::raw(format!("{}  ", one_line(&event.kind))),
        Span::styled(shortened(&fields.join(" ")), palette.style(Tone::Dim)),
    ])
}

fn screen(model: &Model, palette: Palette) -> Vec<Line<'static>> {
    let dim = |text: String| vec![Line::styled(one_line(&text), palette.style(Tone::Dim))];
    match &model.screen {
        Some((name, Ok(lines))) if model.selected.as_ref() == Some(name) => {
            lines.iter().map(|line| Line::raw(line.chars().take(CHARS).collect::<String>())).collect()
        }
        Some((name, Err(why))) if model.selected.as_ref() == Some(name) => dim(why.clone()),
        Some(_) | None => dim("looking ...".to_owned()),
    }
}
