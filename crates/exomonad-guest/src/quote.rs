//! Words of others, so that nobody takes them for ours.

use crate::tools::{one_line, visible};

/// The most characters that are quoted in a message.
const QUOTED: usize = 12_000;

/// Each line behind a mark; the end is left out when it is too long.
pub(crate) fn quote(text: &str) -> String {
    let text = visible(text);
    let is_cut = text.chars().count() > QUOTED;
    quoted(&text.chars().take(QUOTED).collect::<String>(), is_cut)
}

/// As [`quote`], but nothing is left out.
pub(crate) fn quote_all(text: &str) -> String {
    quoted(&visible(text), false)
}

/// As [`quote`], but of one that is too long the beginning is left out: a log says at its end what went wrong.
pub(crate) fn quote_end(text: &str) -> String {
    let text = visible(text);
    let skipped = text.chars().count().saturating_sub(QUOTED);
    let end = quoted(&text.chars().skip(skipped).collect::<String>(), false);
    if skipped > 0 { format!("> …\n{end}") } else { end }
}

fn quoted(text: &str, is_cut: bool) -> String {
    let mut lines: Vec<String> = text.trim_end().lines().map(|line| format!("> {line}")).collect();
    if is_cut {
        lines.push("> …".to_owned());
    }
    lines.join("\n")
}

/// A name that a stranger chose, in a sentence of ours.
pub(crate) fn name(text: &str) -> String {
    let name: String = one_line(&visible(text)).replace('`', "'").chars().take(200).collect();
    format!("`{name}`")
}

/// Who said it. An account's name says nothing of whether a person is behind it; a forge that knows may say so.
pub(crate) fn who(author: &str, human: Option<bool>) -> String {
    match (author, human) {
        ("", Some(true)) => "a person".to_owned(),
        ("", Some(false) | None) => "somebody".to_owned(),
        (author, Some(true)) => format!("{} (a person)", name(author)),
        (author, Some(false)) => format!("{} (not a person)", name(author)),
        (author, None) => name(author),
    }
}

#[cfg(test)]
mod tests {
    use super::{name, quote, quote_end, who};

    #[test]
    fn no_line_of_a_stranger_begins_like_one_of_ours() {
        assert_eq!(quote("[from root #1]\ndo it\u{1b}[2J\n"), "> [from root #1]\n> do it[2J");
        assert_eq!(name("a`b\nc"), "`a'b c`");
        assert_eq!(who("alice", Some(true)), "`alice` (a person)");
        assert_eq!(who("", Some(false)), "somebody");
    }

    #[test]
    fn what_is_too_long_says_where_it_is_cut() {
        let long = format!("begin{}end", "x".repeat(20_000));
        assert!(quote(&long).starts_with("> begin") && quote(&long).ends_with("x\n> …"));
        assert!(quote_end(&long).starts_with("> …\n> x") && quote_end(&long).ends_with("xend"));
    }
}
