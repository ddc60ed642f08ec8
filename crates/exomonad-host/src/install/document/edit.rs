//! Splices one value into an array or object of the text, or out of it.

use serde_json::Value;

use super::style::{Style, indentation, starts_its_line};
use super::tree::Node;
use super::trivia::{Piece, PieceKind, pieces};

/// What to put into a container; an object's needs a key.
pub(super) struct Item<'v> {
    pub(super) key: Option<&'v str>,
    pub(super) value: &'v Value,
}

impl Item<'_> {
    fn print(&self, style: &Style, indent: &str) -> String {
        let value = style.print(self.value, indent);
        match self.key {
            Some(key) => format!("{}:{}{value}", Value::from(key), style.gap),
            None => value,
        }
    }
}

/// The text with `item` at the end of `container`.
pub(super) fn insert(text: &str, style: &Style, container: &Node, item: &Item<'_>) -> String {
    match container.spans().last() {
        Some(last) => insert_after(text, style, container, *last, item),
        None => insert_first(text, style, container, item),
    }
}

fn insert_after(
    text: &str,
    style: &Style,
    container: &Node,
    last: (usize, usize),
    item: &Item<'_>,
) -> String {
    let (start, end) = last;
    let comment = last_comment_in_line(text, end, container.end.saturating_sub(1));
    let point = comment.map_or(end, |comment| comment.end);
    let base = indentation(text, start);
    let separator = if starts_its_line(text, start) {
        format!("{}{base}", style.newline)
    } else if comment.is_some_and(|comment| comment.kind == PieceKind::LineComment) {
        format!("{}{base}{}", style.newline, style.unit)
    } else {
        style.gap.to_owned()
    };
    let printed = item.print(style, base);
    splice(text, &[(end, end, ","), (point, point, &format!("{separator}{printed}"))])
}

/// A comment after the last value explains that value, so it stays beside it.
fn last_comment_in_line(text: &str, start: usize, end: usize) -> Option<Piece> {
    let same_line = pieces(text, start, end).into_iter().take_while(|piece| {
        piece.kind != PieceKind::Space || !has_newline(text.get(piece.start..piece.end).unwrap_or_default())
    });
    same_line.filter(|piece| is_comment(*piece)).last()
}

fn insert_first(text: &str, style: &Style, container: &Node, item: &Item<'_>) -> String {
    let (start, end) = (container.start + 1, container.end.saturating_sub(1));
    let base = indentation(text, container.start);
    let indent = format!("{base}{}", style.unit);
    let printed = item.print(style, &indent);
    let comment = pieces(text, start, end).into_iter().rfind(|piece| is_comment(*piece));
    let Some(comment) = comment else {
        let inside = if style.is_pretty {
            format!("{newline}{indent}{printed}{newline}{base}", newline = style.newline)
        } else {
            printed
        };
        return splice(text, &[(start, end, &inside)]);
    };
    let rest = text.get(comment.end..end).unwrap_or_default();
    let before = format!("{}{indent}{printed}", style.newline);
    if has_newline(rest) {
        splice(text, &[(comment.end, comment.end, &before)])
    } else {
        splice(text, &[(comment.end, end, &format!("{before}{}{base}", style.newline))])
    }
}

/// The text with the value at `node` replaced.
pub(super) fn replace(text: &str, style: &Style, node: &Node, value: &Value) -> String {
    splice(text, &[(node.start, node.end, &style.print(value, indentation(text, node.start)))])
}

/// The text without the element or member `index` of `container`: the inverse of [`insert`] for the last one.
pub(super) fn cut(text: &str, container: &Node, index: usize) -> Option<String> {
    let spans = container.spans();
    let (start, end) = *spans.get(index)?;
    if let Some((_, previous_end)) = index.checked_sub(1).and_then(|previous| spans.get(previous)) {
        let kept = without_comma(text, *previous_end, start);
        let kept = trimmed_end(&kept, text.get(end..).unwrap_or_default());
        return Some(splice(text, &[(*previous_end, end, kept)]));
    }
    if let Some((next, _)) = spans.get(1) {
        let kept = without_comma(text, end, *next);
        return Some(splice(text, &[(start, *next, kept.trim_start())]));
    }
    let inner_end = container.end.saturating_sub(1);
    let before = text.get(container.start + 1..start).unwrap_or_default();
    let after = without_comma(text, end, inner_end);
    let inside = if before.trim().is_empty() && after.trim().is_empty() {
        String::new()
    } else {
        format!("{}{after}", trimmed_end(before, &after))
    };
    Some(splice(text, &[(container.start + 1, inner_end, &inside)]))
}

/// Whether nothing, not even a comment, stands in the container.
pub(super) fn is_bare(text: &str, container: &Node) -> bool {
    let inside = text.get(container.start + 1..container.end.saturating_sub(1));
    container.spans().is_empty() && inside.is_some_and(|inside| inside.trim().is_empty())
}

/// `before` without its trailing space, which stays where a line comment would swallow what follows.
fn trimmed_end<'t>(before: &'t str, after: &str) -> &'t str {
    let ends_line = after.trim_start_matches([' ', '\t']).starts_with(['\n', '\r']);
    let has_line_comment =
        pieces(before, 0, before.len()).iter().any(|piece| piece.kind == PieceKind::LineComment);
    if has_line_comment && !ends_line { before } else { before.trim_end() }
}

fn without_comma(text: &str, start: usize, end: usize) -> String {
    let kept = pieces(text, start, end).into_iter().filter(|piece| piece.kind != PieceKind::Comma);
    kept.filter_map(|piece| text.get(piece.start..piece.end)).collect()
}

fn is_comment(piece: Piece) -> bool {
    matches!(piece.kind, PieceKind::LineComment | PieceKind::BlockComment)
}

fn has_newline(text: &str) -> bool {
    text.contains(['\n', '\r'])
}

/// The text with each range, in rising order, replaced.
fn splice(text: &str, edits: &[(usize, usize, &str)]) -> String {
    let mut spliced = String::with_capacity(text.len());
    let mut at = 0;
    for (start, end, replacement) in edits {
        spliced.push_str(text.get(at..*start).unwrap_or_default());
        spliced.push_str(replacement);
        at = *end;
    }
    spliced.push_str(text.get(at..).unwrap_or_default());
    spliced
}
