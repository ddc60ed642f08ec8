//! Reads expansions: `$x`, `${..}`, `$(..)`, `$((..))` and backticks.

use super::ast::{Change, Part, Word};
use super::cursor::{Cursor, Unparseable};
use super::parse::{parse_nested, script_until_paren};
use super::word::{Mode, text};

/// What follows a `$`, which was taken. Absent when the `$` stands for itself.
pub(super) fn dollar(cursor: &mut Cursor, quoted: bool) -> Result<Option<Part>, Unparseable> {
    match cursor.peek() {
        Some('(') if cursor.peek_at(1) == Some('(') => arithmetic_or_command(cursor, quoted).map(Some),
        Some('(') => {
            cursor.skip(1);
            Ok(Some(Part::Command { script: script_until_paren(cursor)?.into(), quoted }))
        }
        Some('{') => {
            cursor.skip(1);
            braces(cursor, quoted).map(Some)
        }
        Some('[') => {
            // The old `$[ .. ]`: only what is inside it matters.
            cursor.skip(1);
            Ok(Some(Part::Arithmetic(Word::new())))
        }
        Some(char) if char.is_ascii_alphabetic() || char == '_' => {
            let name = name(cursor);
            Ok(Some(Part::Parameter { name, change: Change::None, quoted }))
        }
        Some(char) if char.is_ascii_digit() || matches!(char, '@' | '*' | '#' | '?' | '$' | '!' | '-') => {
            cursor.skip(1);
            Ok(Some(Part::Parameter { name: char.to_string(), change: Change::None, quoted }))
        }
        Some(_) | None => Ok(None),
    }
}

/// `$((` opens arithmetic, unless what follows only makes sense as `$( (..) .. )`.
fn arithmetic_or_command(cursor: &mut Cursor, quoted: bool) -> Result<Part, Unparseable> {
    let start = cursor.position();
    cursor.skip(2);
    if let Ok(word) = text(cursor, Mode::Arithmetic) {
        return Ok(Part::Arithmetic(word));
    }
    cursor.retry(start + 1)?;
    Ok(Part::Command { script: script_until_paren(cursor)?.into(), quoted })
}

pub(super) fn name(cursor: &mut Cursor) -> String {
    let mut name = String::new();
    while let Some(char) = cursor.peek() {
        if !(char.is_ascii_alphanumeric() || char == '_') {
            break;
        }
        name.push(char);
        cursor.skip(1);
    }
    name
}

/// What follows `${`.
fn braces(cursor: &mut Cursor, quoted: bool) -> Result<Part, Unparseable> {
    let changes = match (cursor.peek(), cursor.peek_at(1)) {
        (Some('!' | '#'), Some(next)) if next != '}' => cursor.next().is_some(),
        _ => false,
    };
    let mut name = name(cursor);
    if name.is_empty() {
        name.extend(cursor.next());
    }
    if cursor.looking_at("[@]") || cursor.looking_at("[*]") {
        cursor.skip(3);
    }
    let is_default = cursor.eat(":-")
        || cursor.eat(":=")
        || cursor.eat(":+")
        || cursor.eat("-")
        || cursor.eat("=")
        || cursor.eat("+");
    let word = text(cursor, Mode::Braces { quoted })?;
    let change = match (is_default, word.is_empty()) {
        (true, _) if !changes => Change::Or(word),
        (false, true) if !changes => Change::None,
        _ => Change::Other(word),
    };
    Ok(Part::Parameter { name, change, quoted })
}

/// What follows a backtick.
pub(super) fn backtick(cursor: &mut Cursor, quoted: bool) -> Result<Part, Unparseable> {
    let mut inner = String::new();
    loop {
        match cursor.next() {
            Some('`') => break,
            Some('\\') => match cursor.next() {
                Some(char @ ('`' | '\\' | '$')) => inner.push(char),
                Some('"') if quoted => inner.push('"'),
                Some(char) => inner.extend(['\\', char]),
                None => return Err(Unparseable("a backtick is not closed")),
            },
            Some(char) => inner.push(char),
            None => return Err(Unparseable("a backtick is not closed")),
        }
    }
    let script = parse_nested(&inner, cursor.depth + 1)?;
    Ok(Part::Command { script: script.into(), quoted })
}
