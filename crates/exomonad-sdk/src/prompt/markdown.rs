//! The bits of Markdown that prompts are written in.

/// `- one`, each on its own line.
pub(super) fn bullets(items: &[String]) -> String {
    let items: Vec<String> = items.iter().map(|item| list_item("- ", item)).collect();
    items.join("\n")
}

/// `1. one`, each on its own line.
pub(super) fn numbered(items: &[String]) -> String {
    let items: Vec<String> =
        (1..).zip(items).map(|(number, item)| list_item(&format!("{number}. "), item)).collect();
    items.join("\n")
}

/// An item whose later lines stay inside it.
fn list_item(marker: &str, text: &str) -> String {
    let indent = format!("\n{}", " ".repeat(marker.len()));
    format!("{marker}{}", text.replace('\n', &indent))
}

/// A command: a code span, or a block when it has several lines.
pub(super) fn command(text: &str) -> String {
    if text.contains('\n') { fenced(text) } else { code_span(text) }
}

/// Text between as many backticks as it takes for none inside to end it.
pub(super) fn code_span(text: &str) -> String {
    let ticks = "`".repeat(longest_run(text) + 1);
    let touches = text.starts_with('`') || text.ends_with('`');
    let space = if touches { " " } else { "" };
    format!("{ticks}{space}{text}{space}{ticks}")
}

/// A block of code whose fence is longer than any run of backticks inside.
pub(super) fn fenced(content: &str) -> String {
    let fence = "`".repeat((longest_run(content) + 1).max(3));
    let newline = if content.ends_with('\n') { "" } else { "\n" };
    format!("{fence}\n{content}{newline}{fence}")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}
