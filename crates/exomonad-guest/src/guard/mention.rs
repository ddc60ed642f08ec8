//! Finds protected names in text that is not understood: code in an argument, or a command that does not parse.

use super::places::{Places, Zone};
use crate::path::{Dir, Path};
use crate::shell::Value;

/// The words of a long text that are judged as paths; the rest is only searched for the names below.
const MAX_TOKENS: usize = 2_000;
const NAMES: &[&str] =
    &[".exomonad", ".mcp.json", ".claude", ".gemini/settings", ".codex/", ".git/hooks", ".git/config"];

/// The first protected path that `text` names, taken in `dir`.
pub(super) fn guarded_path(text: &str, dir: &Dir, places: &Places) -> Option<String> {
    let tokens = text
        .split(|char: char| !is_path_char(char))
        .filter(|token| token.contains('.') || token.contains('/'));
    let mut rest = tokens.clone().skip(MAX_TOKENS);
    for token in tokens.take(MAX_TOKENS) {
        let token = token.trim_end_matches(['.', ':']);
        // `a=b` and `a:b` hold a path of their own at the end.
        let mut rest = Some(token);
        while let Some(token) = rest {
            if names_guarded(token, dir, places) {
                return Some(token.to_owned());
            }
            rest = token.split_once(['=', ':']).map(|(_, rest)| rest);
        }
    }
    rest.find(|token| NAMES.iter().any(|name| token.contains(name))).map(ToOwned::to_owned)
}

fn is_path_char(char: char) -> bool {
    char.is_alphanumeric() || matches!(char, '.' | '_' | '/' | '~' | '-' | '=' | ':' | '@' | '+' | '*' | '?')
}

fn names_guarded(token: &str, dir: &Dir, places: &Places) -> bool {
    let path = Path::new(&Value::text(token), dir, false);
    if places.zone(&path) == Zone::Guarded {
        return true;
    }
    let relative =
        places.below_workspace(&path).unwrap_or_else(|| Path::new(&Value::text(token), &None, false));
    Places::zone_by_names(&relative) == Zone::Guarded
}

/// Quotes and backslashes removed, as the shell would.
pub(super) fn unquoted(text: &str) -> String {
    text.replace(['\'', '"', '\\'], "")
}
