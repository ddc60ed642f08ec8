//! Text with a look, and a screen full of it.

use std::fmt::Write as _;

use crate::commands::words::{cut, width};

/// How a piece of text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Look {
    #[default]
    Plain,
    /// Less important.
    Dim,
    Bold,
    /// The heading of it all.
    Title,
    /// What has the focus.
    Focus,
    /// What is wrong.
    Alarm,
}

impl Look {
    /// The terminal's code; readable without colour.
    fn code(self, color: bool) -> &'static str {
        match (self, color) {
            (Self::Plain, _) => "\x1b[0m",
            (Self::Dim, _) => "\x1b[0;2m",
            (Self::Bold, _) | (Self::Alarm, false) => "\x1b[0;1m",
            (Self::Title, _) => "\x1b[0;1;7m",
            (Self::Focus, false) => "\x1b[0;7m",
            (Self::Focus, true) => "\x1b[0;7;36m",
            (Self::Alarm, true) => "\x1b[0;1;31m",
        }
    }
}

/// Pieces of text in one line.
#[derive(Debug, Clone, Default)]
pub(super) struct Line(Vec<(String, Look)>);

impl Line {
    pub(super) fn new(text: impl Into<String>, look: Look) -> Self {
        Self::default().with(text, look)
    }

    /// Adds a piece.
    pub(super) fn with(mut self, text: impl Into<String>, look: Look) -> Self {
        self.0.push((text.into(), look));
        self
    }
}

/// What a terminal is to show.
#[derive(Debug, Clone, Default)]
pub(super) struct Frame {
    /// From the top; the rest is empty.
    pub(super) lines: Vec<Line>,
    /// The cursor's row and column; hidden when absent.
    pub(super) cursor: Option<(usize, usize)>,
}

impl Frame {
    /// Everything that a terminal has to be sent to show this and nothing else.
    pub(super) fn codes(&self, columns: usize, color: bool) -> Result<String, std::fmt::Error> {
        let mut codes = "\x1b[?25l".to_owned();
        for (row, line) in self.lines.iter().enumerate() {
            write!(codes, "\x1b[{};1H", row + 1)?;
            let mut room = columns;
            for (text, look) in &line.0 {
                let shown = cut(text, room);
                room = room.saturating_sub(width(&shown));
                write!(codes, "{}{shown}", look.code(color))?;
            }
            // In the last column this would take a letter away.
            codes.push_str(if room > 0 { "\x1b[0m\x1b[K" } else { "\x1b[0m" });
        }
        write!(codes, "\x1b[0J")?;
        if let Some((row, column)) = self.cursor.filter(|(_, column)| *column < columns) {
            write!(codes, "\x1b[{};{}H\x1b[?25h", row + 1, column + 1)?;
        }
        Ok(codes)
    }
}
