//! Parses compound commands: groups, branches, loops and functions.

use std::rc::Rc;

use super::ast::{Command, Compound, Script, Word};
use super::cursor::{Cursor, Unparseable};
use super::dollar::name;
use super::parse::{require, reserved, script, script_until_paren, skip_blanks, skip_lines};
use super::word::{Mode, ends_word, plain, text};

/// A compound command, if one comes next. Its redirections are not taken.
pub(super) fn compound(cursor: &mut Cursor) -> Result<Option<Command>, Unparseable> {
    let kind = if cursor.peek() == Some('(') {
        parens(cursor)?
    } else {
        let word = reserved(cursor);
        match word.as_str() {
            "{" | "if" | "while" | "until" | "for" | "select" | "case" | "function" | "[[" => {
                cursor.skip(word.len());
            }
            _ => return Ok(None),
        }
        match word.as_str() {
            "{" => {
                let body = script(cursor)?;
                require(cursor, "}")?;
                Compound::Group(body)
            }
            "if" => branches(cursor)?,
            "for" | "select" => for_loop(cursor)?,
            "case" => case(cursor)?,
            "function" => return function(cursor).map(Some),
            "[[" => test(cursor)?,
            _ => {
                let condition = script(cursor)?;
                Compound::Maybe(Vec::new(), vec![condition, body(cursor)?])
            }
        }
    };
    Ok(Some(Command::Compound(kind, Vec::new())))
}

/// `(` is a subshell; `((` is arithmetic in bash where it can be, and a subshell in a subshell elsewhere.
fn parens(cursor: &mut Cursor) -> Result<Compound, Unparseable> {
    let start = cursor.position();
    if cursor.eat("((") {
        let arithmetic = text(cursor, Mode::Arithmetic);
        let end = cursor.position();
        cursor.retry(start + 1)?;
        match (arithmetic, script_until_paren(cursor)) {
            (Ok(word), Err(_)) => {
                cursor.rewind(end);
                return Ok(Compound::Test(vec![word]));
            }
            (Ok(word), Ok(script)) => {
                cursor.rewind(end);
                return Ok(Compound::Maybe(vec![word], vec![script]));
            }
            (Err(_), script) => return Ok(Compound::Subshell(script?)),
        }
    }
    cursor.skip(1);
    Ok(Compound::Subshell(script_until_paren(cursor)?))
}

fn branches(cursor: &mut Cursor) -> Result<Compound, Unparseable> {
    let mut scripts = vec![script(cursor)?];
    require(cursor, "then")?;
    scripts.push(script(cursor)?);
    loop {
        let word = reserved(cursor);
        match word.as_str() {
            "elif" => {
                cursor.skip(4);
                scripts.push(script(cursor)?);
                require(cursor, "then")?;
                scripts.push(script(cursor)?);
            }
            "else" => {
                cursor.skip(4);
                scripts.push(script(cursor)?);
            }
            _ => {
                require(cursor, "fi")?;
                return Ok(Compound::Maybe(Vec::new(), scripts));
            }
        }
    }
}

fn body(cursor: &mut Cursor) -> Result<Script, Unparseable> {
    skip_separator(cursor)?;
    if reserved(cursor) == "{" {
        cursor.skip(1);
        let body = script(cursor)?;
        require(cursor, "}")?;
        return Ok(body);
    }
    require(cursor, "do")?;
    let body = script(cursor)?;
    require(cursor, "done")?;
    Ok(body)
}

fn skip_separator(cursor: &mut Cursor) -> Result<(), Unparseable> {
    skip_blanks(cursor);
    cursor.eat(";");
    skip_lines(cursor)
}

fn for_loop(cursor: &mut Cursor) -> Result<Compound, Unparseable> {
    skip_blanks(cursor);
    if cursor.eat("((") {
        let header = text(cursor, Mode::Arithmetic)?;
        return Ok(Compound::Maybe(vec![header], vec![body(cursor)?]));
    }
    let variable = name(cursor);
    if variable.is_empty() {
        return Err(Unparseable("a `for` has no variable"));
    }
    skip_lines(cursor)?;
    let mut words = None;
    if reserved(cursor) == "in" {
        cursor.skip(2);
        words = Some(words_of_line(cursor)?);
    }
    Ok(Compound::For(variable, words, body(cursor)?))
}

fn words_of_line(cursor: &mut Cursor) -> Result<Vec<Word>, Unparseable> {
    let mut words = Vec::new();
    loop {
        skip_blanks(cursor);
        match cursor.peek() {
            Some(';' | '\n') | None => return Ok(words),
            Some(char)
                if ends_word(char) && !(matches!(char, '<' | '>') && cursor.peek_at(1) == Some('(')) =>
            {
                return Err(Unparseable("the words of a `for` are not understood"));
            }
            Some(_) => words.push(plain(cursor)?),
        }
    }
}

fn case(cursor: &mut Cursor) -> Result<Compound, Unparseable> {
    skip_lines(cursor)?;
    let mut words = vec![plain(cursor)?];
    require(cursor, "in")?;
    let mut scripts = Vec::new();
    loop {
        skip_lines(cursor)?;
        if reserved(cursor) == "esac" {
            cursor.skip(4);
            return Ok(Compound::Maybe(words, scripts));
        }
        cursor.eat("(");
        loop {
            skip_lines(cursor)?;
            if cursor.eat(")") {
                break;
            }
            if cursor.eat("|") {
                continue;
            }
            let start = cursor.position();
            words.push(plain(cursor)?);
            if cursor.position() == start {
                return Err(Unparseable("a `case` pattern is not understood"));
            }
        }
        scripts.push(script(cursor)?);
        skip_lines(cursor)?;
        let ended = cursor.eat(";;&") || cursor.eat(";;") || cursor.eat(";&");
        if !ended && reserved(cursor) != "esac" {
            return Err(Unparseable("a `case` is not closed"));
        }
    }
}

fn function(cursor: &mut Cursor) -> Result<Command, Unparseable> {
    skip_blanks(cursor);
    let mut function = String::new();
    while let Some(char) = cursor.peek() {
        if ends_word(char) {
            break;
        }
        function.push(char);
        cursor.skip(1);
    }
    skip_blanks(cursor);
    if cursor.eat("(") {
        skip_blanks(cursor);
        cursor.eat(")");
    }
    skip_lines(cursor)?;
    match cursor.nested(compound)? {
        Some(body) => Ok(Command::Function(function, Rc::new(body))),
        None => Err(Unparseable("a function has no body")),
    }
}

/// The words of `[[ .. ]]`; its operators mean nothing here.
fn test(cursor: &mut Cursor) -> Result<Compound, Unparseable> {
    let mut words = Vec::new();
    loop {
        skip_lines(cursor)?;
        if cursor.looking_at("]]") {
            cursor.skip(2);
            return Ok(Compound::Test(words));
        }
        match cursor.peek() {
            None => return Err(Unparseable("`[[` is not closed")),
            Some(char)
                if ends_word(char) && !(matches!(char, '<' | '>') && cursor.peek_at(1) == Some('(')) =>
            {
                cursor.skip(1);
            }
            Some(_) => words.push(plain(cursor)?),
        }
    }
}
