//! Takes secrets out of text that is kept.

const HIDDEN: &str = "***";
const NAMES: &[&str] =
    &["token", "secret", "password", "passwd", "api-key", "api_key", "apikey", "access_key", "credential"];
const KEYS: &[&str] = &["ghp_", "gho_", "ghs_", "github_pat_", "sk-", "xoxb-", "xoxp-", "AKIA"];

/// `text` without secrets, cut to at most `limit` characters.
pub(crate) fn redacted(text: &str, limit: usize) -> String {
    let mut kept = String::new();
    let mut hides_next = false;
    // Much more than is kept need not be read: a cut secret is cut off anyway.
    const MARGIN: usize = 4_096;
    let head: String = text.chars().take(limit + MARGIN).collect();
    for piece in head.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        let blank = piece.strip_prefix(word).unwrap_or_default();
        if hides_next && !word.is_empty() {
            let name_again = matches!(
                word.trim_matches(['"', '\'']).to_ascii_lowercase().as_str(),
                "bearer" | "basic" | "=" | ":"
            );
            kept.push_str(if name_again { word } else { HIDDEN });
            hides_next = name_again;
        } else {
            let (shown, hides) = hidden(word);
            kept.push_str(&shown);
            hides_next |= hides;
        }
        kept.push_str(blank);
    }
    if kept.chars().count() <= limit {
        return kept;
    }
    let mut cut: String = kept.chars().take(limit.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// One word without its secret, and whether the next word is one.
fn hidden(word: &str) -> (String, bool) {
    let lower = word.to_ascii_lowercase();
    if lower.trim_matches(['"', '\'', ':']) == "bearer" {
        return (word.to_owned(), true);
    }
    if let Some(at) = NAMES.iter().filter_map(|name| lower.find(name).map(|at| at + name.len())).min() {
        let (Some(before), Some(after)) = (word.get(..at), word.get(at..)) else {
            return (HIDDEN.to_owned(), false);
        };
        return match after.find(['=', ':']) {
            // `--token=x`, `"token":"x"`
            Some(sign) => match (after.get(..=sign), after.get(sign + 1..)) {
                (Some(name), Some(value)) if !value.trim_matches(['"', '\'']).is_empty() => {
                    (format!("{before}{name}{HIDDEN}"), false)
                }
                _ => (word.to_owned(), true),
            },
            // `--token x`
            None => (word.to_owned(), word.starts_with('-')),
        };
    }
    let key = KEYS
        .iter()
        .filter_map(|key| word.find(key).map(|at| (at, key)))
        .filter(|(at, _)| {
            word.get(..*at).is_some_and(|before| !before.ends_with(|char: char| char.is_alphanumeric()))
        })
        .find(|(at, key)| word.get(at + key.len()..).is_some_and(|rest| rest.chars().count() >= 8));
    match key {
        Some((at, key)) => (format!("{}{key}{HIDDEN}", word.get(..at).unwrap_or_default()), false),
        None => {
            match word.find("://").and_then(|at| word.get(at + 3..)).and_then(|rest| rest.split_once('@')) {
                // `https://user:password@host`
                Some((user, _)) if user.contains(':') => (word.replace(user, HIDDEN), false),
                Some(_) | None => (word.to_owned(), false),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::redacted;

    #[test]
    fn secrets_are_hidden_and_the_rest_is_kept() {
        let check = |text: &str, expected: &str| assert_eq!(redacted(text, 200), expected);
        check("cargo test -p x", "cargo test -p x");
        check("curl -H 'Authorization: Bearer abc.def' x", "curl -H 'Authorization: Bearer *** x");
        check("GITHUB_TOKEN=abc gh pr list", "GITHUB_TOKEN=*** gh pr list");
        check("tool --api-key abc --x", "tool --api-key *** --x");
        check("tool --password=abc", "tool --password=***");
        check("echo ghp_abcdefghijk", "echo ghp_***");
        check("X=sk-abcdefghijkl y", "X=sk-*** y");
        check("git clone https://u:p@host/x", "git clone https://***@host/x");
        check("task-runner disk-usage-report", "task-runner disk-usage-report");
    }

    proptest! {
        #[test]
        fn the_limit_is_kept_for_any_text(text in "\\PC*", limit in 1_usize..50) {
            prop_assert!(redacted(&text, limit).chars().count() <= limit);
        }
    }
}
