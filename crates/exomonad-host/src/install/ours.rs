//! Recognises what we once added to a settings file by its value alone.

use serde_json::Value;

const PROGRAM: &str = "exomonad";
const NAME_PREFIX: &str = "exomonad-";

/// Tells whether the value is an element that some version of exomonad wrote: a hook group all of whose hooks call
/// `exomonad hook`.
///
/// Text such as a permission rule has no mark of its own; only the record knows whether we added it.
pub fn is_ours(value: &Value) -> bool {
    let group = value.get("hooks").and_then(Value::as_array);
    group.is_some_and(|hooks| !hooks.is_empty() && hooks.iter().all(is_our_handler))
}

/// Tells whether the value is an MCP server that runs `exomonad mcp-stdio`, whoever wrote it.
pub(crate) fn is_server(value: &Value) -> bool {
    runs(value, "mcp-stdio")
}

/// Tells whether the value is a server that an exomonad at another place wrote: ours but for the program's path. With one
/// difference more it is the user's.
pub(super) fn is_moved_server(found: &Value, ours: &Value) -> bool {
    let (Some(found), Some(ours)) = (found.as_object(), ours.as_object()) else { return false };
    let is_moved = |(key, value): (&String, &Value)| match key.as_str() {
        "command" => value.as_str().is_some_and(is_program),
        _ => ours.get(key) == Some(value),
    };
    found.len() == ours.len() && found.contains_key("command") && found.iter().all(is_moved)
}

/// Tells whether the value is one hook of a group, and calls us.
pub(super) fn is_our_handler(hook: &Value) -> bool {
    let is_named = hook.get("name").and_then(Value::as_str).is_some_and(|name| name.starts_with(NAME_PREFIX));
    is_named || runs(hook, "hook")
}

fn runs(value: &Value, subcommand: &str) -> bool {
    let Some(command) = value.get("command").and_then(Value::as_str) else { return false };
    match value.get("args").and_then(Value::as_array) {
        Some(args) => is_program(command) && args.first().and_then(Value::as_str) == Some(subcommand),
        None => {
            let words = shell_words(command);
            let mut words = words.iter().skip_while(|word| is_prelude(word));
            words.next().is_some_and(|word| is_program(word))
                && words.next().is_some_and(|word| word == subcommand)
        }
    }
}

fn is_program(command: &str) -> bool {
    let file = command.rsplit(['/', '\\']).next().unwrap_or(command);
    file.strip_suffix(".exe").unwrap_or(file) == PROGRAM
}

/// `exec`, or an assignment in front of the program.
fn is_prelude(word: &str) -> bool {
    let is_name = |name: &str| {
        !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    };
    word == "exec" || word.split_once('=').is_some_and(|(name, _)| is_name(name))
}

/// The words of a shell command up to its first operator, with the quotes taken off.
fn shell_words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut letters = command.chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (Some('\''), _) => word.get_or_insert_default().push(letter),
            (_, '\\') => word.get_or_insert_default().extend(letters.next()),
            (Some(_), _) => word.get_or_insert_default().push(letter),
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, ';' | '|' | '&' | '<' | '>' | '(' | ')' | '\n') => break,
            (None, _) if letter.is_whitespace() => words.extend(word.take()),
            (None, _) => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}
