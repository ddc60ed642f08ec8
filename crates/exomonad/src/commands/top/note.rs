//! How things look: said once in words and signs, and again in colour where there is one.

use ratatui::style::{Color, Modifier, Style};

/// What a piece of text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    /// Less important.
    Dim,
    Bold,
    /// It goes well.
    Good,
    /// Somebody waits for the person.
    Wanted,
    /// It went wrong.
    Bad,
    /// A heading.
    Title,
}

/// What there is to look with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Palette {
    pub(super) color: bool,
    /// The terminal shows more than ASCII.
    pub(super) utf8: bool,
}

impl Palette {
    /// What is between two parts of a line.
    pub(super) fn dot(self) -> &'static str {
        if self.utf8 { " · " } else { ", " }
    }

    pub(super) fn arrow(self) -> &'static str {
        if self.utf8 { "→" } else { "->" }
    }

    pub(super) fn style(self, tone: Tone) -> Style {
        let style = match tone {
            Tone::Plain | Tone::Good => Style::new(),
            Tone::Dim => Style::new().add_modifier(Modifier::DIM),
            Tone::Bold | Tone::Wanted | Tone::Bad => Style::new().add_modifier(Modifier::BOLD),
            Tone::Title => Style::new().add_modifier(Modifier::BOLD | Modifier::REVERSED),
        };
        match tone {
            Tone::Good if self.color => style.fg(Color::Green),
            Tone::Wanted if self.color => style.fg(Color::Yellow),
            Tone::Bad if self.color => style.fg(Color::Red),
            Tone::Plain | Tone::Dim | Tone::Bold | Tone::Good | Tone::Wanted | Tone::Bad | Tone::Title => {
                style
            }
        }
    }
}

/// Something to say at the foot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) text: String,
    pub(super) is_bad: bool,
}

impl Note {
    pub(super) fn good(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_bad: false }
    }

    pub(super) fn bad(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_bad: true }
    }
}

/// Text in one line that drives no terminal and turns nothing around in it, without the blanks at its ends.
pub(super) fn one_line(text: &str) -> String {
    plain(text.trim())
}

/// As [`one_line`], with the blanks.
pub(super) fn plain(text: &str) -> String {
    let turns =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let shown = |c: char| match c {
        '\n' | '\t' | '\r' => ' ',
        c if c.is_control() || turns(c) => '\u{fffd}',
        c => c,
    };
    text.chars().map(shown).collect()
}
