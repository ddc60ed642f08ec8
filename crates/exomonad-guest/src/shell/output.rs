//! What a few well-known programs print.

use super::ansi::unescape;
use super::state::Place;
use super::value::{Piece, Value};
use super::walk::{Step, StepKind};
use crate::path;

const MAX_ORIGINS: usize = 32;

/// What the output of these steps is, or was made from.
pub(super) fn output(steps: &[Step], place: &Place) -> Value {
    let mut programs = steps.iter().filter(|step| step.kind == StepKind::Program);
    if let (Some(step), None) = (programs.next(), programs.next())
        && step.writes.is_empty()
        && let Some(value) = printed(step, place)
    {
        return value;
    }
    let mut origins: Vec<Vec<Piece>> = Vec::new();
    for value in steps.iter().flat_map(|step| step.arguments().iter().chain(&step.input)) {
        origins.push(value.pieces.clone());
        origins.extend(value.origins.iter().cloned());
        if origins.len() > MAX_ORIGINS {
            break;
        }
    }
    Value::unknown(origins)
}

fn printed(step: &Step, place: &Place) -> Option<Value> {
    let known: Option<Vec<String>> = step.arguments().iter().map(Value::known).collect();
    let arguments = known.as_deref();
    match step.program().as_str() {
        "echo" => Some(Value::text(echo(arguments?))),
        "printf" => printf(arguments?).map(Value::text),
        "cat" if arguments?.iter().all(|argument| argument == "-") => step.input.clone(),
        "tee" => step.input.clone(),
        "pwd" => Some(Value::text(path::shown(step.dirs.first()?.as_deref()?))),
        "dirname" => {
            let path = arguments?.last()?.trim_end_matches('/');
            Some(Value::text(path.rsplit_once('/').map_or(".", |(parent, _)| parent)))
        }
        "basename" => Some(Value::text(arguments?.first()?.trim_end_matches('/').rsplit('/').next()?)),
        "realpath" | "readlink" => {
            let arguments = arguments?;
            let value = arguments.iter().find(|argument| !argument.starts_with('-'))?;
            (step.program() == "realpath" || arguments.iter().any(|argument| argument.starts_with('-')))
                .then(|| Value::text(value.clone()))
        }
        "mktemp" => {
            Some(Value { pieces: vec![Piece::Text("/tmp/".to_owned()), Piece::Unknown], origins: Vec::new() })
        }
        "git" => git(arguments?, step, place),
        _ => None,
    }
}

fn echo(arguments: &[String]) -> String {
    let escapes =
        arguments.iter().take_while(|argument| is_echo_option(argument)).any(|option| option.contains('e'));
    let words: Vec<&str> =
        arguments.iter().skip_while(|argument| is_echo_option(argument)).map(String::as_str).collect();
    let text = words.join(" ");
    let text = if escapes { unescape(&text) } else { text };
    text.trim_end_matches('\n').to_owned()
}

fn is_echo_option(argument: &str) -> bool {
    argument
        .strip_prefix('-')
        .is_some_and(|rest| !rest.is_empty() && rest.chars().all(|char| "neE".contains(char)))
}

fn printf(arguments: &[String]) -> Option<String> {
    let (format, rest) = arguments.split_first()?;
    let format = unescape(format);
    let mut rest = rest.iter();
    let mut text = String::new();
    loop {
        let mut used = false;
        let mut chars = format.chars();
        while let Some(char) = chars.next() {
            match (char, chars.as_str().chars().next()) {
                ('%', Some('%')) => {
                    chars.next();
                    text.push('%');
                }
                ('%', Some(kind @ ('s' | 'b' | 'q' | 'c' | 'd'))) => {
                    chars.next();
                    used = true;
                    let argument = rest.next().map(String::as_str).unwrap_or_default();
                    text.push_str(&if kind == 'b' { unescape(argument) } else { argument.to_owned() });
                }
                ('%', _) => return None,
                (char, _) => text.push(char),
            }
        }
        if rest.len() == 0 || !used {
            return Some(text.trim_end_matches('\n').to_owned());
        }
    }
}

fn git(arguments: &[String], step: &Step, place: &Place) -> Option<Value> {
    let (command, arguments) = arguments.split_first()?;
    if command != "rev-parse" {
        return None;
    }
    let inside = step.dirs.first()?.as_ref()?;
    let workspace = path::dir(&place.workspace)?;
    let is_inside = inside.starts_with(&workspace);
    if !is_inside {
        return None;
    }
    match (arguments.last().map(String::as_str)?, arguments.iter().rev().nth(1).map(String::as_str)) {
        ("--show-toplevel", _) => Some(Value::text(place.workspace.clone())),
        ("--git-dir" | "--git-common-dir" | "--absolute-git-dir", _) => {
            Some(Value::text(place.git_dir.clone()))
        }
        (path, Some("--git-path")) => Some(Value::text(format!("{}/{path}", place.git_dir))),
        _ => None,
    }
}
