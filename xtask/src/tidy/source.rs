//! A Rust source cut into lines, each with its code, its comments and its string literals apart.
//!
//! Enough of a lexer to tell the three from each other; it need not understand anything else.

use std::str::Chars;

use camino::{Utf8Path, Utf8PathBuf};

/// A Rust source.
#[derive(Debug)]
pub(super) struct Source {
    /// Relative to the checkout.
    pub(super) path: Utf8PathBuf,
    pub(super) lines: Vec<Line>,
}

/// One line of a source.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// The line without comments and without what stands between quotes.
    pub(super) code: String,
    /// The comments on it, with their slashes.
    pub(super) comment: String,
    /// The string literals that begin on it.
    pub(super) strings: Vec<String>,
}

impl Source {
    /// Reads `text`, the file at `path`.
    pub(super) fn parse(path: &Utf8Path, text: &str) -> Self {
        Self { path: path.to_owned(), lines: Lexer::new(text).lines() }
    }

    /// The package it belongs to: `xtask`, or the directory below `crates/`.
    pub(super) fn package(&self) -> &str {
        let mut parts = self.path.iter();
        match parts.next() {
            Some("crates") => parts.next().unwrap_or_default(),
            Some(first) => first,
            None => "",
        }
    }

    /// Whether it belongs to a build or to tests and not to what is shipped.
    pub(super) fn is_for_building_or_tests(&self) -> bool {
        self.path.iter().any(|part| matches!(part, "tests" | "tests.rs" | "benches" | "fuzz" | "build.rs"))
    }

    /// The lines that are shipped, with their numbers: all before `#[cfg(test)] mod … {`.
    pub(super) fn shipped_lines(&self) -> impl Iterator<Item = (usize, &Line)> {
        let mut lines = self.lines.iter().peekable();
        let mut count = 0;
        while let Some(line) = lines.next() {
            let opens_tests = |next: &&&Line| next.code.starts_with("mod ") && next.code.ends_with('{');
            if line.code.trim() == "#[cfg(test)]" && lines.peek().is_some_and(|next| opens_tests(&next)) {
                break;
            }
            count += 1;
        }
        self.numbered_lines().take(count)
    }

    /// Every line with its number.
    pub(super) fn numbered_lines(&self) -> impl Iterator<Item = (usize, &Line)> {
        (1..).zip(&self.lines)
    }
}

struct Lexer<'a> {
    rest: Chars<'a>,
    lines: Vec<Line>,
    line: Line,
}

impl<'a> Lexer<'a> {
    fn new(text: &'a str) -> Self {
        Self { rest: text.chars(), lines: Vec::new(), line: Line::default() }
    }

    fn lines(mut self) -> Vec<Line> {
        while let Some(c) = self.rest.next() {
            match c {
                '/' if self.looks_at("/") => self.line_comment(),
                '/' if self.looks_at("*") => self.block_comment(),
                '"' => self.string(),
                'r' if self.begins_word() => self.raw_string_or_word(),
                '\'' => self.char_or_lifetime(),
                '\n' => self.end_line(),
                _ => self.line.code.push(c),
            }
        }
        if !(self.line.code.is_empty() && self.line.comment.is_empty()) {
            self.end_line();
        }
        self.lines
    }

    fn end_line(&mut self) {
        self.lines.push(std::mem::take(&mut self.line));
    }

    fn looks_at(&self, text: &str) -> bool {
        self.rest.as_str().starts_with(text)
    }

    fn skip(&mut self, count: usize) {
        self.rest.by_ref().take(count).for_each(drop);
    }

    /// The next character would be the first of a word, or the second after a `b` or a `c`.
    fn begins_word(&self) -> bool {
        let mut before = self.line.code.chars().rev();
        match before.next() {
            Some('b' | 'c') => !before.next().is_some_and(is_word),
            Some(c) => !is_word(c),
            None => true,
        }
    }

    fn line_comment(&mut self) {
        self.line.comment.push('/');
        while !self.looks_at("\n") {
            let Some(c) = self.rest.next() else { return };
            self.line.comment.push(c);
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 1;
        self.skip(1);
        self.line.comment.push_str("/*");
        while depth > 0 {
            let Some(c) = self.rest.next() else { return };
            match c {
                '*' if self.looks_at("/") => {
                    depth -= 1;
                    self.skip(1);
                    self.line.comment.push_str("*/");
                }
                '/' if self.looks_at("*") => {
                    depth += 1;
                    self.skip(1);
                    self.line.comment.push_str("/*");
                }
                '\n' => self.end_line(),
                _ => self.line.comment.push(c),
            }
        }
    }

    fn string(&mut self) {
        let mut content = String::new();
        let mut crossed = 0;
        while let Some(c) = self.rest.next() {
            match c {
                '"' => break,
                '\\' => {
                    let escaped = self.rest.next();
                    crossed += usize::from(escaped == Some('\n'));
                    content.push('\\');
                    content.extend(escaped);
                }
                _ => {
                    crossed += usize::from(c == '\n');
                    content.push(c);
                }
            }
        }
        self.keep_string(content, crossed);
    }

    /// After an `r`: a raw string, or the rest of a word.
    fn raw_string_or_word(&mut self) {
        let hashes = self.rest.as_str().chars().take_while(|&c| c == '#').count();
        if self.rest.as_str().chars().nth(hashes) != Some('"') {
            self.line.code.push('r');
            return;
        }
        self.skip(hashes + 1);
        let end = format!("\"{}", "#".repeat(hashes));
        let mut content = String::new();
        let mut crossed = 0;
        while !self.looks_at(&end) {
            let Some(c) = self.rest.next() else { break };
            crossed += usize::from(c == '\n');
            content.push(c);
        }
        self.skip(hashes + 1);
        self.keep_string(content, crossed);
    }

    fn keep_string(&mut self, content: String, crossed_lines: usize) {
        self.line.strings.push(content);
        self.line.code.push_str("\"\"");
        for _ in 0..crossed_lines {
            self.end_line();
        }
    }

    /// After a `'`: `'x'` and `'\n'` are characters, `'a` is a lifetime.
    fn char_or_lifetime(&mut self) {
        self.line.code.push('\'');
        if self.looks_at("\\") {
            self.skip(2);
            for c in self.rest.by_ref() {
                if c == '\'' {
                    break;
                }
            }
        } else if self.rest.as_str().chars().nth(1) == Some('\'') {
            self.skip(2);
        } else {
            return;
        }
        self.line.code.push('\'');
    }
}

/// Whether `c` can stand inside an identifier.
pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Source {
        Source::parse(Utf8Path::new("crates/exomonad-host/src/a.rs"), text)
    }

    fn check(text: &str, expect: &[(&str, &str, &[&str])]) {
        let source = parse(text);
        let found: Vec<_> = source
            .lines
            .iter()
            .map(|line| {
                (line.code.as_str(), line.comment.as_str(), line.strings.iter().map(String::as_str).collect())
            })
            .collect();
        let expect: Vec<(&str, &str, Vec<&str>)> =
            expect.iter().map(|&(code, comment, strings)| (code, comment, strings.to_vec())).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn comments_and_strings_are_not_code() {
        check("a(\"b // c\"); // d \"e\"\n", &[("a(\"\"); ", "// d \"e\"", &["b // c"])]);
        check("a /* b /* c */ d */ e\n", &[("a  e", "/* b /* c */ d */", &[])]);
    }

    #[test]
    fn a_string_may_cross_lines_and_hold_quotes() {
        check("a(\"b\\\"\nc\")\nd\n", &[("a(\"\"", "", &["b\\\"\nc"]), (")", "", &[]), ("d", "", &[])]);
    }

    #[test]
    fn raw_strings_end_at_their_own_hashes() {
        check("r#\"a\"b\"# c\n", &[("\"\" c", "", &["a\"b"])]);
        check("br\"x\\\" for\n", &[("b\"\" for", "", &["x\\"])]);
        check("for r in 1\n", &[("for r in 1", "", &[])]);
    }

    #[test]
    fn a_quote_in_a_character_opens_no_string() {
        check("'\"' '\\'' 'a: \"x\"\n", &[("'' '' 'a: \"\"", "", &["x"])]);
    }

    #[test]
    fn inline_tests_are_not_shipped() {
        let source = parse("fn a() {}\n#[cfg(test)]\nmod tests {\n}\n");
        assert_eq!(source.shipped_lines().count(), 1);
        let source = parse("fn a() {}\n#[cfg(test)]\nmod tests;\nfn b() {}\n");
        assert_eq!(source.shipped_lines().count(), 4);
    }

    #[test]
    fn the_package_is_the_directory_below_crates() {
        assert_eq!(parse("").package(), "exomonad-host");
        assert_eq!(Source::parse(Utf8Path::new("xtask/src/main.rs"), "").package(), "xtask");
    }
}
