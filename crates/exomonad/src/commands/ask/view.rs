//! What is seen of a form: in any size, at the place that has the focus.

use exomonad_host::exec::Size;

use super::editor::Editor;
use super::page::{one_line, page};
use super::paint::{Frame, Line, Look};
use crate::commands::words::{cut, width};

/// From this height on there is an empty line between fields.
const ROOMY: u16 = 16;

/// Below this width the help is short.
const WIDE: u16 = 60;

/// How the form is looked at.
#[derive(Debug)]
pub(super) struct View {
    /// The first line of the form that is seen.
    scroll: usize,
    /// The last key moved the view, and not the focus.
    pub(super) is_paging: bool,
    /// Keys are not listened to yet.
    pub(super) is_early: bool,
}

impl View {
    pub(super) fn new() -> Self {
        Self { scroll: 0, is_paging: true, is_early: true }
    }

    /// Moves the view by a part of the screen.
    pub(super) fn page(&mut self, by: isize) {
        self.scroll = self.scroll.saturating_add_signed(by);
        self.is_paging = true;
    }

    /// The form as it is seen in a terminal of this size.
    pub(super) fn frame(&mut self, editor: &Editor, size: Size) -> Frame {
        let (columns, rows) = (usize::from(size.columns).max(1), usize::from(size.rows));
        let seen = rows.saturating_sub(2);
        let page = page(editor, columns, size.rows >= ROOMY);
        if let Some((begin, end)) = page.focus.filter(|_| !self.is_paging) {
            self.scroll = self.scroll.max((end + 1).saturating_sub(seen)).min(begin);
        }
        self.scroll = self.scroll.min(page.lines.len().saturating_sub(seen));
        let mut lines = vec![self.head(editor, columns, page.lines.len(), seen)];
        lines.extend(page.lines.into_iter().skip(self.scroll).take(seen));
        lines.resize_with(rows.saturating_sub(1), Line::default);
        lines.push(self.foot(editor, size.columns));
        lines.truncate(rows);
        let cursor = page.cursor.filter(|_| !editor.declines).and_then(|(line, column)| {
            let row = line.checked_sub(self.scroll).filter(|row| *row < seen)?;
            Some((row + 1, column))
        });
        Frame { lines, cursor }
    }

    fn head(&self, editor: &Editor, columns: usize, lines: usize, seen: usize) -> Line {
        let (_, step, count, _) = editor.pane();
        let place =
            if editor.form.panes.len() > 1 { format!(" ({}/{count})", step + 1) } else { String::new() };
        let more = if self.scroll + seen < lines { " [more: PgDn]" } else { "" };
        let room = columns.saturating_sub(width(&place) + width(more));
        let title = cut(&format!("? {}", one_line(&editor.form.title)), room);
        Line::new(format!("{title}{place}{more}"), Look::Title)
    }

    fn foot(&self, editor: &Editor, width: u16) -> Line {
        if editor.declines {
            return Line::new("Decline to answer? Esc: yes, other: no", Look::Alarm);
        }
        let text = match (self.is_early, width >= WIDE) {
            (true, _) => "one moment ...",
            (false, true) => "Tab: next  Arrows: move  Space: choose  Enter: go on  Esc: decline",
            (false, false) => "Tab: next  Space: choose  Esc: decline",
        };
        Line::new(text, Look::Dim)
    }
}

#[cfg(test)]
mod tests;
