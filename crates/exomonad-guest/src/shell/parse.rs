//! Parses lists, pipelines and simple commands.

use std::cell::OnceCell;
use std::rc::Rc;

use super::ast::{Assignment, Chain, Command, Link, Part, Pipeline, Redirect, Script, Simple, Word, bare};
use super::compound::compound;
use super::cursor::{Cursor, Pending, Unparseable};
use super::word::{Mode, ends_word, is_blank, plain, text};

/// Parses a text that was found `depth` levels deep.
pub(crate) fn parse_nested(text: &str, depth: usize) -> Result<Script, Unparseable> {
    let mut cursor = Cursor::new(text, depth)?;
    let script = script(&mut cursor)?;
    match cursor.peek() {
        None => Ok(script),
        Some(_) => Err(Unparseable("something stands where a command should")),
    }
}

/// The list up to the `)` that ends it, which is taken.
pub(super) fn script_until_paren(cursor: &mut Cursor) -> Result<Script, Unparseable> {
    let script = script(cursor)?;
    if cursor.eat(")") { Ok(script) } else { Err(Unparseable("a `(` is not closed")) }
}

/// A list, up to whatever cannot begin a command.
pub(super) fn script(cursor: &mut Cursor) -> Result<Script, Unparseable> {
    let mut script = Script::new();
    loop {
        skip_lines(cursor)?;
        if at_end(cursor) {
            return Ok(script);
        }
        let mut chain = chain(cursor)?;
        skip_blanks(cursor);
        match cursor.peek() {
            Some('&') => {
                cursor.skip(1);
                chain.background = true;
            }
            Some(';') if cursor.peek_at(1) != Some(';') && cursor.peek_at(1) != Some('&') => cursor.skip(1),
            Some('\n' | ')' | ';') | None => {}
            Some(_) => {
                if !at_end(cursor) {
                    return Err(Unparseable("something stands where a command should end"));
                }
            }
        }
        script.push(chain);
    }
}

fn at_end(cursor: &Cursor) -> bool {
    match cursor.peek() {
        None | Some(')') => true,
        Some(';') => matches!(cursor.peek_at(1), Some(';' | '&')),
        Some(_) => {
            matches!(
                reserved(cursor).as_str(),
                "then" | "fi" | "do" | "done" | "else" | "elif" | "esac" | "}"
            )
        }
    }
}

/// The word that comes next, if it may be a reserved one; empty otherwise.
pub(super) fn reserved(cursor: &Cursor) -> String {
    const LONGEST: usize = 9;
    let mut word = String::new();
    for offset in 0..LONGEST {
        match cursor.peek_at(offset) {
            Some(char) if char.is_ascii_lowercase() || matches!(char, '{' | '}' | '[' | '!') => {
                word.push(char);
            }
            Some(char) if ends_word(char) => return word,
            None => return word,
            Some(_) => break,
        }
    }
    String::new()
}

/// Takes a reserved word that must come next.
pub(super) fn require(cursor: &mut Cursor, word: &'static str) -> Result<(), Unparseable> {
    skip_lines(cursor)?;
    if reserved(cursor) == word {
        cursor.skip(word.len());
        return Ok(());
    }
    Err(Unparseable("a compound command is not closed"))
}

fn chain(cursor: &mut Cursor) -> Result<Chain, Unparseable> {
    let mut chain = Chain { first: pipeline(cursor)?, rest: Vec::new(), background: false };
    loop {
        skip_blanks(cursor);
        let link = if cursor.eat("&&") {
            Link::And
        } else if cursor.eat("||") {
            Link::Or
        } else {
            return Ok(chain);
        };
        skip_lines(cursor)?;
        chain.rest.push((link, pipeline(cursor)?));
    }
}

fn pipeline(cursor: &mut Cursor) -> Result<Pipeline, Unparseable> {
    let mut pipeline = Pipeline::default();
    loop {
        skip_blanks(cursor);
        while let word @ ("!" | "time" | "coproc") = reserved(cursor).as_str() {
            if word == "time" && cursor.looking_at("time -") && !cursor.eat("time -p") {
                break;
            }
            if cursor.peek().is_some_and(|char| !is_blank(char)) {
                cursor.skip(word.len());
            }
            pipeline.negated |= word != "time";
            skip_blanks(cursor);
        }
        let command = cursor.nested(command)?;
        pipeline.commands.push(Rc::new(command));
        skip_blanks(cursor);
        if cursor.looking_at("||") || !cursor.eat("|") {
            return Ok(pipeline);
        }
        cursor.eat("&");
        skip_lines(cursor)?;
    }
}

fn command(cursor: &mut Cursor) -> Result<Command, Unparseable> {
    if let Some(compound) = compound(cursor)? {
        let mut redirects = Vec::new();
        loop {
            skip_blanks(cursor);
            if !redirect(cursor, &mut redirects)? {
                return Ok(match compound {
                    Command::Compound(kind, _) => Command::Compound(kind, redirects),
                    other @ (Command::Simple(_) | Command::Function(..)) => other,
                });
            }
        }
    }
    simple(cursor)
}

fn simple(cursor: &mut Cursor) -> Result<Command, Unparseable> {
    let mut simple = Simple::default();
    let start = cursor.position();
    loop {
        skip_blanks(cursor);
        if redirect(cursor, &mut simple.redirects)? {
            continue;
        }
        match cursor.peek() {
            Some('(') if simple.words.len() == 1 && simple.assignments.is_empty() => {
                cursor.skip(1);
                skip_blanks(cursor);
                let name = simple.words.first().and_then(bare).map(ToOwned::to_owned);
                let (true, Some(name)) = (cursor.eat(")"), name) else {
                    return Err(Unparseable("a `(` stands where none may"));
                };
                skip_lines(cursor)?;
                return Ok(Command::Function(name, Rc::new(cursor.nested(command)?)));
            }
            Some('<' | '>') => {}
            Some('(') => return Err(Unparseable("a `(` stands where none may")),
            Some(char) if ends_word(char) => break,
            Some(_) => {}
            None => break,
        }
        let word = plain(cursor)?;
        let declares = simple.words.first().and_then(bare).is_some_and(is_declaration);
        match assignment(&word) {
            Some((name, appends, value))
                if simple.words.is_empty() || declares && cursor.peek() == Some('(') =>
            {
                let values = if value.is_empty() && cursor.eat("(") { array(cursor)? } else { vec![value] };
                simple.assignments.push(Assignment { name, appends, values });
            }
            _ => simple.words.push(word),
        }
    }
    if cursor.position() == start {
        return Err(Unparseable("a command is missing"));
    }
    Ok(Command::Simple(simple))
}

pub(super) fn is_declaration(name: &str) -> bool {
    matches!(name, "export" | "declare" | "typeset" | "local" | "readonly")
}

/// Splits `name=value`, `name+=value` and `name[index]=value`.
fn assignment(word: &Word) -> Option<(String, bool, Word)> {
    let (Part::Text { text, quoted: false }, rest) = word.split_first()? else { return None };
    let (text, rest) = match rest.split_first() {
        Some((
            Part::Glob(super::value::Piece::Class(_)),
            [Part::Text { text: more, quoted: false }, rest @ ..],
        )) if more.starts_with('=') || more.starts_with("+=") => (format!("{text}{more}"), rest),
        _ => (text.clone(), rest),
    };
    let (name, first) = text.split_once('=')?;
    let appends = name.ends_with('+');
    let name = name.trim_end_matches('+');
    let starts_well = name.chars().next().is_some_and(|char| char.is_ascii_alphabetic() || char == '_');
    if !starts_well || !name.chars().all(|char| char.is_ascii_alphanumeric() || char == '_') {
        return None;
    }
    let mut value = Word::new();
    if !first.is_empty() {
        value.push(Part::Text { text: first.to_owned(), quoted: false });
    }
    value.extend(rest.iter().cloned());
    Some((name.to_owned(), appends, value))
}

fn array(cursor: &mut Cursor) -> Result<Vec<Word>, Unparseable> {
    let mut words = Vec::new();
    loop {
        skip_lines(cursor)?;
        match cursor.peek() {
            Some(')') => {
                cursor.skip(1);
                return Ok(words);
            }
            Some(char) if ends_word(char) => return Err(Unparseable("an array is not closed")),
            Some(_) => words.push(plain(cursor)?),
            None => return Err(Unparseable("an array is not closed")),
        }
    }
}

/// Takes a redirection, if one comes next.
fn redirect(cursor: &mut Cursor, redirects: &mut Vec<Redirect>) -> Result<bool, Unparseable> {
    let digits =
        (0..).take_while(|&offset| cursor.peek_at(offset).is_some_and(|char| char.is_ascii_digit())).count();
    let sign = cursor.peek_at(digits);
    let both = digits == 0 && sign == Some('&') && cursor.peek_at(1) == Some('>');
    if !both && !matches!(sign, Some('<' | '>')) || cursor.peek_at(digits + 1) == Some('(') {
        return Ok(false);
    }
    cursor.skip(digits);
    if cursor.eat("<<<") {
        let body = OnceCell::from(target(cursor)?);
        redirects.push(Redirect::Text(Rc::new(body)));
        return Ok(true);
    }
    if cursor.eat("<<") {
        redirects.push(document(cursor)?);
        return Ok(true);
    }
    let reads = sign == Some('<') && !cursor.looking_at("<>");
    let operators = ["&>>", "&>", "<>", ">>", ">|", ">&", "<&", ">", "<"];
    let Some(operator) = operators.into_iter().find(|operator| cursor.eat(operator)) else {
        return Err(Unparseable("a redirection is not understood"));
    };
    let target = target(cursor)?;
    let is_stream = |text: &str| text.chars().all(|char| char.is_ascii_digit() || char == '-');
    if matches!(operator, ">&" | "<&") && bare(&target).is_some_and(is_stream) {
        return Ok(true);
    }
    redirects.push(if reads { Redirect::Read(target) } else { Redirect::Write(target) });
    Ok(true)
}

fn target(cursor: &mut Cursor) -> Result<Word, Unparseable> {
    skip_blanks(cursor);
    let start = cursor.position();
    let word = plain(cursor)?;
    if cursor.position() == start {
        return Err(Unparseable("a redirection has no target"));
    }
    Ok(word)
}

fn document(cursor: &mut Cursor) -> Result<Redirect, Unparseable> {
    let strips_tabs = cursor.eat("-");
    let word = target(cursor)?;
    let mut delimiter = String::new();
    let mut quoted = false;
    for part in &word {
        match part {
            Part::Text { text, quoted: is_quoted } => {
                delimiter.push_str(text);
                quoted |= is_quoted;
            }
            Part::Mark(char) => delimiter.push(*char),
            Part::Glob(_)
            | Part::Tilde(_)
            | Part::Parameter { .. }
            | Part::Command { .. }
            | Part::Process(_)
            | Part::Arithmetic(_) => return Err(Unparseable("a here-document's delimiter is not plain")),
        }
    }
    let body = Rc::new(OnceCell::new());
    cursor.pending.push(Pending { delimiter, quoted, strips_tabs, body: Rc::clone(&body) });
    Ok(Redirect::Text(body))
}

/// Reads the bodies of the here-documents announced on the line that just ended.
fn documents(cursor: &mut Cursor) -> Result<(), Unparseable> {
    for pending in std::mem::take(&mut cursor.pending) {
        let mut body = String::new();
        while let Some(line) = cursor.line() {
            let line = if pending.strips_tabs { line.trim_start_matches('\t') } else { &line };
            if line == pending.delimiter {
                break;
            }
            body.push_str(line);
            body.push('\n');
        }
        let word = if pending.quoted {
            vec![Part::Text { text: body, quoted: true }]
        } else {
            text(&mut Cursor::new(&body, cursor.depth + 1)?, Mode::Document)?
        };
        // Set once: each pending document is taken once.
        pending.body.get_or_init(|| word);
    }
    Ok(())
}

/// Skips blanks, comments and continued lines.
pub(super) fn skip_blanks(cursor: &mut Cursor) {
    loop {
        match cursor.peek() {
            Some(char) if is_blank(char) => cursor.skip(1),
            Some('\\') if cursor.peek_at(1) == Some('\n') => cursor.skip(2),
            Some('#') => {
                while cursor.peek().is_some_and(|char| char != '\n') {
                    cursor.skip(1);
                }
            }
            Some(_) | None => return,
        }
    }
}

/// Skips blanks and newlines, and reads here-documents on the way.
pub(super) fn skip_lines(cursor: &mut Cursor) -> Result<(), Unparseable> {
    loop {
        skip_blanks(cursor);
        if cursor.peek() != Some('\n') {
            return Ok(());
        }
        cursor.skip(1);
        documents(cursor)?;
    }
}
