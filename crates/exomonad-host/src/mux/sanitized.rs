//! Text that may be typed into a terminal.

/// One or more lines without a character that a terminal or a coding agent's prompt would take for anything but text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sanitized(String);

impl Sanitized {
    /// Takes out what is not text: control characters but the newline, a leading `!` or `/` with the blanks before it, which
    /// coding agents take for a shell or a command of theirs, and trailing `\`, which turn Enter into a newline.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let kept: String = text
            .replace("\r\n", "\n")
            .chars()
            .map(|c| if c == '\t' { ' ' } else { c })
            .filter(|c| *c == '\n' || !c.is_control())
            .collect();
        let begun = kept.trim_start_matches(|c: char| c.is_whitespace() || c == '!' || c == '/');
        Self(begun.trim_end_matches(|c: char| c.is_whitespace() || c == '\\').to_owned())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Sanitized;

    #[test]
    fn nothing_but_text_is_left() {
        let check = |text: &str, expect: &str| assert_eq!(Sanitized::new(text).as_str(), expect, "{text:?}");
        check("two\nlines", "two\nlines");
        check("out\u{1b}[201~\rrm -rf", "out[201~rm -rf");
        check("  !ls", "ls");
        check("/!clear", "clear");
        check("ends \\\\ \n\\", "ends");
        check("a\tb\u{7f}\u{9b}c", "a bc");
        check("!", "");
    }
}
