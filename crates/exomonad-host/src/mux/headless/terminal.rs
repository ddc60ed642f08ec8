//! What a terminal shows: the screen, what scrolled out of it, and the answers that programs expect of a terminal.

use std::num::NonZeroU16;

use vt100::{Callbacks, Parser, Screen};

use crate::exec::Size;

/// Lines that are kept when they scroll out of sight.
const SCROLLBACK: usize = 2_000;

/// The size of a terminal that nobody looks at.
pub(super) const SIZE: Size = Size { rows: 24, columns: 80 };

/// A terminal's screen.
pub(super) struct Terminal(Parser<Answers>);

/// What is to be answered to the program's questions.
#[derive(Debug, Default)]
struct Answers(Vec<u8>);

impl Callbacks for Answers {
    fn unhandled_csi(
        &mut self,
        screen: &mut Screen,
        i1: Option<u8>,
        _: Option<u8>,
        params: &[&[u16]],
        c: char,
    ) {
        match (i1, c, params) {
            (None, 'n', [[5]]) => self.0.extend_from_slice(b"\x1b[0n"),
            (None, 'n', [[6]]) => {
                let (row, column) = screen.cursor_position();
                let place = format!("\x1b[{};{}R", row.saturating_add(1), column.saturating_add(1));
                self.0.extend_from_slice(place.as_bytes());
            }
            // A VT100 with advanced video: no more is promised than every terminal can do.
            (None, 'c', [] | [[0]]) => self.0.extend_from_slice(b"\x1b[?1;2c"),
            _ => {}
        }
    }
}

impl Terminal {
    pub(super) fn new() -> Self {
        let (rows, columns) = sizes(SIZE);
        Self(Parser::new_with_callbacks(rows, columns, SCROLLBACK, Answers::default()))
    }

    /// Takes what the program wrote, and returns what a terminal answers to it.
    pub(super) fn show(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.0.process(bytes);
        std::mem::take(&mut self.0.callbacks_mut().0)
    }

    pub(super) fn resize(&mut self, size: Size) {
        let (rows, columns) = sizes(size);
        self.0.set_size(rows, columns);
    }

    /// What brings another terminal to show the same.
    pub(super) fn redraw(&self) -> Vec<u8> {
        let screen = self.0.screen();
        let other = if screen.alternate_screen() { "\x1b[?1049h" } else { "" };
        format!("{other}{}", screen.state_formatted()).into_bytes()
    }

    /// The lines in sight; `full`: with those that scrolled out of it.
    pub(super) fn text(&mut self, full: bool) -> String {
        let screen = self.0.screen_mut();
        let (rows, columns) = screen.size();
        let mut lines = Vec::new();
        if full {
            // The view is moved over what scrolled out, a screen at a time.
            let mut above = screen.scrollback_len();
            while above > 0 {
                screen.set_scrollback(above);
                let seen = above.min(usize::from(rows.get()));
                lines.extend(screen.rows(0, columns.get()).take(seen));
                above = above.saturating_sub(seen);
            }
            screen.set_scrollback(0);
        }
        lines.extend(screen.rows(0, columns.get()));
        let lines: Vec<_> = lines.iter().map(|line| line.trim_end()).collect();
        lines.join("\n").trim_end_matches('\n').to_owned()
    }

    /// A text as a terminal gives it to its program when it is pasted: in brackets, if the program asked for them.
    pub(super) fn pasted(&self, text: &str) -> Vec<u8> {
        let typed = text.replace('\n', "\r");
        if self.0.screen().bracketed_paste() {
            return format!("\x1b[200~{typed}\x1b[201~").into_bytes();
        }
        typed.into_bytes()
    }
}

fn sizes(size: Size) -> (NonZeroU16, NonZeroU16) {
    let at_least_one = |n| NonZeroU16::new(n).unwrap_or(NonZeroU16::MIN);
    (at_least_one(size.rows), at_least_one(size.columns))
}

#[cfg(test)]
mod tests {
    use super::Terminal;
    use crate::exec::Size;

    fn lines(range: std::ops::Range<u32>) -> String {
        range.map(|n| format!("line {n}\n")).collect()
    }

    #[test]
    fn a_screen_is_what_is_in_sight_and_in_full_with_all_that_scrolled_out() {
        let mut terminal = Terminal::new();
        terminal.show(lines(0..60).replace('\n', "\r\n").as_bytes());
        assert_eq!(terminal.text(false), lines(37..60).trim_end());
        assert_eq!(terminal.text(true), lines(0..60).trim_end());
        terminal.resize(Size { rows: 7, columns: 40 });
        assert_eq!(terminal.text(true), lines(0..60).trim_end());
        terminal.resize(Size { rows: 0, columns: 0 });
        terminal.show(b"x");
    }

    #[test]
    fn a_program_that_asks_its_terminal_is_answered() {
        let mut terminal = Terminal::new();
        assert_eq!(terminal.show(b"ab\r\nc\x1b[6n"), b"\x1b[2;2R");
        assert_eq!(terminal.show(b"\x1b[5n\x1b[c"), b"\x1b[0n\x1b[?1;2c");
        assert_eq!(terminal.show(b"\x1b[>c\x1b[?996n"), b"");
    }

    #[test]
    fn a_paste_is_in_brackets_when_the_program_wants_them() {
        let mut terminal = Terminal::new();
        assert_eq!(terminal.pasted("a\nb"), b"a\rb");
        terminal.show(b"\x1b[?2004h");
        assert_eq!(terminal.pasted("a\nb"), b"\x1b[200~a\rb\x1b[201~");
    }
}
