//! Reads words: quotes, escapes, globs and what stands between them.

use super::ansi::unescape;
use super::ast::{Part, Word};
use super::cursor::{Cursor, Unparseable};
use super::dollar::{backtick, dollar};
use super::parse::script_until_paren;
use super::value::Piece;

/// Where a word stands, which decides what ends it and what is special in it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Between blanks.
    Plain,
    /// Inside `"`.
    Quotes,
    /// Inside `${..}`.
    Braces { quoted: bool },
    /// The body of a here-document.
    Document,
    /// Inside `$((..))` and `((..))`.
    Arithmetic,
}

pub(super) fn is_blank(char: char) -> bool {
    matches!(char, ' ' | '\t' | '\r')
}

pub(super) fn ends_word(char: char) -> bool {
    is_blank(char) || matches!(char, '\n' | ';' | '&' | '|' | '(' | ')' | '<' | '>')
}

pub(super) fn push_text(word: &mut Word, char: char, quoted: bool) {
    match word.last_mut() {
        Some(Part::Text { text, quoted: before }) if *before == quoted => text.push(char),
        _ => word.push(Part::Text { text: char.to_string(), quoted }),
    }
}

fn push_quoted(word: &mut Word, text: &str) {
    match word.last_mut() {
        Some(Part::Text { text: before, quoted: true }) => before.push_str(text),
        _ => word.push(Part::Text { text: text.to_owned(), quoted: true }),
    }
}

/// A word between blanks.
pub(super) fn plain(cursor: &mut Cursor) -> Result<Word, Unparseable> {
    let mut word = Word::new();
    let mut open_braces = 0_usize;
    while let Some(char) = cursor.peek() {
        if (char == '<' || char == '>') && cursor.peek_at(1) == Some('(') {
            cursor.skip(2);
            let script = cursor.nested(script_until_paren)?;
            word.push(Part::Process(script.into()));
            continue;
        }
        if ends_word(char) {
            break;
        }
        if quoting(cursor, &mut word, Mode::Plain)? || glob(cursor, &mut word) {
            continue;
        }
        cursor.skip(1);
        match char {
            '{' => {
                open_braces += 1;
                word.push(Part::Mark('{'));
            }
            '}' if open_braces > 0 => {
                open_braces -= 1;
                word.push(Part::Mark('}'));
            }
            ',' if open_braces > 0 => word.push(Part::Mark(',')),
            '~' if tilde_may_follow(&word) => word.push(Part::Tilde(user(cursor))),
            _ => push_text(&mut word, char, false),
        }
    }
    Ok(word)
}

/// Text in which only expansions are special, up to what ends `mode`; the end is taken.
pub(super) fn text(cursor: &mut Cursor, mode: Mode) -> Result<Word, Unparseable> {
    let mut word = Word::new();
    let mut parens = 0_usize;
    loop {
        let Some(char) = cursor.peek() else {
            return if mode == Mode::Document { Ok(word) } else { Err(Unparseable("a quote is not closed")) };
        };
        match (mode, char) {
            (Mode::Quotes, '"') | (Mode::Braces { .. }, '}') => {
                cursor.skip(1);
                return Ok(word);
            }
            (Mode::Arithmetic, ')') if parens == 0 => {
                return if cursor.eat("))") { Ok(word) } else { Err(Unparseable("`((` is not closed")) };
            }
            (Mode::Arithmetic, '(') => parens += 1,
            (Mode::Arithmetic, ')') => parens -= 1,
            _ => {}
        }
        if quoting(cursor, &mut word, mode)? {
            continue;
        }
        cursor.skip(1);
        push_text(&mut word, char, mode != Mode::Braces { quoted: false });
    }
}

/// Takes a quote, an escape or an expansion, if one comes next.
fn quoting(cursor: &mut Cursor, word: &mut Word, mode: Mode) -> Result<bool, Unparseable> {
    let quotes_count = matches!(mode, Mode::Plain | Mode::Braces { quoted: false } | Mode::Arithmetic);
    match cursor.peek() {
        Some('\\') => {
            cursor.skip(1);
            let keeps_backslash =
                matches!(mode, Mode::Quotes | Mode::Document | Mode::Braces { quoted: true });
            match cursor.next() {
                Some('\n') => {}
                Some(char) if keeps_backslash && !matches!(char, '$' | '`' | '"' | '\\' | '}') => {
                    push_text(word, '\\', true);
                    push_text(word, char, true);
                }
                Some(char) => push_text(word, char, true),
                None => push_text(word, '\\', true),
            }
        }
        Some('\'') if quotes_count => {
            cursor.skip(1);
            let text = cursor.until('\'')?;
            push_quoted(word, &text);
        }
        Some('"') if mode != Mode::Quotes && mode != Mode::Document => {
            cursor.skip(1);
            push_quoted(word, "");
            let parts = cursor.nested(|cursor| text(cursor, Mode::Quotes))?;
            word.extend(parts);
        }
        Some('$') if quotes_count && cursor.peek_at(1) == Some('\'') => {
            cursor.skip(2);
            push_quoted(word, &unescape(&ansi_quoted(cursor)?));
        }
        Some('$') if quotes_count && cursor.peek_at(1) == Some('"') => cursor.skip(1),
        Some('$') => {
            cursor.skip(1);
            let quoted = !quotes_count;
            match cursor.nested(|cursor| dollar(cursor, quoted))? {
                Some(part) => word.push(part),
                None => push_text(word, '$', true),
            }
        }
        Some('`') => {
            cursor.skip(1);
            word.push(backtick(cursor, !quotes_count)?);
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// The text of `$'..'`, its escapes as written.
fn ansi_quoted(cursor: &mut Cursor) -> Result<String, Unparseable> {
    let mut text = String::new();
    loop {
        match cursor.next() {
            Some('\'') => return Ok(text),
            Some('\\') => {
                text.push('\\');
                text.extend(cursor.next());
            }
            Some(char) => text.push(char),
            None => return Err(Unparseable("a quote is not closed")),
        }
    }
}

/// Takes a glob operator, if one comes next.
fn glob(cursor: &mut Cursor, word: &mut Word) -> bool {
    let Some(char) = cursor.peek() else { return false };
    if matches!(char, '*' | '?' | '+' | '@' | '!') && cursor.peek_at(1) == Some('(') {
        let start = cursor.position();
        cursor.skip(1);
        if skip_parens(cursor) {
            word.push(Part::Glob(Piece::Wild));
            return true;
        }
        cursor.rewind(start);
    }
    match char {
        '*' => word.push(Part::Glob(Piece::Star)),
        '?' => word.push(Part::Glob(Piece::One)),
        '[' => {
            let Some((class, length)) = class(cursor) else { return false };
            word.push(Part::Glob(Piece::Class(class)));
            cursor.skip(length);
            return true;
        }
        _ => return false,
    }
    cursor.skip(1);
    true
}

/// The longest `[..]` we look for, so that many `[` cost no more than their number.
const MAX_CLASS: usize = 64;

fn class(cursor: &Cursor) -> Option<(String, usize)> {
    let mut class = String::new();
    let mut offset = 1;
    while offset < MAX_CLASS {
        match cursor.peek_at(offset)? {
            ']' if !matches!(class.as_str(), "" | "!" | "^") => return Some((class, offset + 1)),
            '\'' | '"' => {}
            '[' if cursor.peek_at(offset + 1) == Some(':') => {
                // Any character class: what it holds depends on the locale.
                while cursor.peek_at(offset) != Some(']') && offset < MAX_CLASS {
                    offset += 1;
                }
                class.push_str("[:");
            }
            '\\' => {
                offset += 1;
                class.push(cursor.peek_at(offset)?);
            }
            '/' | '$' | '`' => return None,
            char if ends_word(char) => return None,
            char => class.push(char),
        }
        offset += 1;
    }
    None
}

fn skip_parens(cursor: &mut Cursor) -> bool {
    let mut depth = 0_usize;
    for _ in 0..MAX_CLASS * 4 {
        match cursor.next() {
            Some('(') => depth += 1,
            Some(')') if depth == 1 => return true,
            Some(')') => depth -= 1,
            Some(char) if char == '\n' || char == ';' => return false,
            Some(_) => {}
            None => return false,
        }
    }
    false
}

/// A `~` is expanded at the beginning, and after the `=` or `:` of an assignment.
fn tilde_may_follow(word: &Word) -> bool {
    match word.as_slice() {
        [] => true,
        [Part::Text { text, quoted: false }] => {
            text.ends_with('=') || text.contains('=') && text.ends_with(':')
        }
        // `{~,x}`
        [.., Part::Mark('{' | ',')] => true,
        _ => false,
    }
}

fn user(cursor: &mut Cursor) -> String {
    let mut name = String::new();
    while let Some(char) = cursor.peek() {
        if !(char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '+' | '.')) {
            break;
        }
        name.push(char);
        cursor.skip(1);
    }
    name
}
