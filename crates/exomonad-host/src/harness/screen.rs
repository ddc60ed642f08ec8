//! What a harness's screen shows of its prompt: whether text may be typed into it.
//!
//! Seen in Claude Code 2.1.197 and 2.1.329 and in Gemini CLI 0.61.0, in terminals of 80 to 150 columns. A dialog takes the
//! prompt's place in each of them; whatever does not look exactly like a prompt is none.

use super::Harness;

/// A harness's prompt, as its screen shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Prompt {
    /// It waits, and nothing is typed.
    Empty,
    /// It waits with this text in it, all blanks taken out.
    Filled(String),
    /// A turn goes on.
    Busy,
    /// There is none, such as while a dialog is open.
    Absent,
}

impl Prompt {
    /// Whether exactly this text is typed, blanks aside.
    pub(crate) fn holds(&self, text: &str) -> bool {
        matches!(self, Self::Filled(typed) if *typed == without_blanks(text))
    }
}

/// Words that only a dialog has, beside the prompt or instead of it.
const DIALOGS: [&str; 5] =
    ["Do you want to", "Enter to confirm", "requests your input", "Esc to cancel", "Allow execution"];

/// How many lines a footer has at most.
const FOOTER: usize = 4;

impl Harness {
    /// What the screen shows of the prompt.
    pub(crate) fn prompt(self, screen: &str) -> Prompt {
        let lines: Vec<&str> = screen.trim_end().lines().collect();
        match self {
            Self::Claude => claude(&lines),
            Self::Gemini => gemini(&lines),
            // Nobody looked at its screen.
            Self::Codex => Prompt::Absent,
        }
    }

    /// The most characters of a line that stay to be seen in the prompt when they are pasted: Claude Code shows some more as
    /// a note about them, and Gemini CLI more than 500.
    pub(crate) fn line_chars(self) -> usize {
        match self {
            Self::Claude => 700,
            Self::Gemini | Self::Codex => 450,
        }
    }
}

/// The prompt is between two rules, of which the upper one may end in the conversation's name; the footer tells of a turn.
fn claude(lines: &[&str]) -> Prompt {
    let Some(Drawn { text, footer, .. }) = boxed(lines, is_claude_rule, is_claude_rule) else {
        return Prompt::Absent;
    };
    let Some(typed) = text.strip_prefix('❯') else { return Prompt::Absent };
    if footer.iter().any(|line| line.contains("esc to interrupt")) {
        return Prompt::Busy;
    }
    filled(typed)
}

fn is_claude_rule(line: &str) -> bool {
    line.starts_with("────") && line.ends_with('─')
}

/// The prompt is between two bars of half blocks; above it a line tells of a turn.
fn gemini(lines: &[&str]) -> Prompt {
    let drawn = boxed(lines, |line| is_bar(line, '▄'), |line| is_bar(line, '▀'));
    let Some(Drawn { text, above, .. }) = drawn else { return Prompt::Absent };
    let Some(typed) = text.strip_prefix('>') else { return Prompt::Absent };
    let status = above.iter().rev().take(FOOTER);
    if status.into_iter().any(|line| line.contains("(esc to cancel")) {
        return Prompt::Busy;
    }
    if typed == without_blanks("Type your message or @path/to/file") {
        return Prompt::Empty;
    }
    filled(typed)
}

fn is_bar(line: &str, block: char) -> bool {
    line.chars().count() > 10 && line.chars().all(|c| c == block)
}

fn filled(typed: &str) -> Prompt {
    if typed.is_empty() { Prompt::Empty } else { Prompt::Filled(typed.to_owned()) }
}

/// The last box of a screen.
struct Drawn<'a> {
    /// What is above it.
    above: &'a [&'a str],
    /// What is in it, all blanks taken out.
    text: String,
    /// What is below it.
    footer: &'a [&'a str],
}

/// The box at the screen's end, if there is one and no word of a dialog below its beginning.
fn boxed<'a>(
    lines: &'a [&'a str],
    is_top: impl Fn(&str) -> bool,
    is_bottom: impl Fn(&str) -> bool,
) -> Option<Drawn<'a>> {
    let bottom = lines.iter().rposition(|line| is_bottom(line.trim_end()))?;
    let (before, footer) = lines.split_at_checked(bottom)?;
    let top = before.iter().rposition(|line| is_top(line.trim_end()))?;
    let (above, inside) = before.split_at_checked(top)?;
    let (inside, footer) = (inside.get(1..)?, footer.get(1..)?);
    let tells_dialog = |line: &&str| DIALOGS.iter().any(|words| line.contains(words));
    if footer.len() > FOOTER || footer.iter().any(tells_dialog) {
        return None;
    }
    Some(Drawn { above, text: without_blanks(&inside.concat()), footer })
}

/// Where a terminal breaks a line is its own affair.
fn without_blanks(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '\u{a0}').collect()
}

#[cfg(test)]
mod tests;
