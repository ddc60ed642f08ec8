//! A message as its recipient's model reads it.
//!
//! Rules: a message begins with a line that says who sent it, `[from NAME #ID]`, and nothing in a body can look like one.
//! Control characters are taken out, all but line breaks and tabs. Nothing is cut without saying where all of it is.

use camino::Utf8Path;

use crate::contract::messages::Message;

/// How a line begins that the host writes into a message.
const OURS: [&str; 3] = ["[from ", "[failed ", "receipt (found out by exomonad)"];

/// The whole message.
#[must_use]
pub fn render(message: &Message) -> String {
    framed(message, &body(&message.body))
}

/// The message by its beginning, of at most so many bytes; `file` has all of it.
#[must_use]
pub fn shorten(message: &Message, bytes: usize, file: &Utf8Path) -> String {
    let whole = body(&message.body);
    let end = (0..=bytes.min(whole.len())).rev().find(|end| whole.is_char_boundary(*end)).unwrap_or_default();
    let (beginning, _) = whole.split_at_checked(end).unwrap_or_default();
    let note = format!(
        "{beginning}\n… These are the first {end} of {} bytes. All of it is in the file `{file}`: read that.",
        whole.len()
    );
    framed(message, &note)
}

/// What a harness's record of the conversation has once the model was given the message.
pub(super) fn mark(id: &str) -> String {
    format!("#{id}]")
}

fn framed(message: &Message, body: &str) -> String {
    let Message { id, from, kind, .. } = message;
    let word = if kind.ends_with(".failure") { "FAILED" } else { "from" };
    let answers = message.reply_to.as_ref().map_or_else(String::new, |id| format!(" (answers {id})"));
    let mut text = format!("[{word} {from} {mark}{answers}\n{body}", mark = mark(id));
    if let Some(receipt) = &message.receipt {
        text.push_str("\nReceipt (found out by exomonad): ");
        text.push_str(&clean(receipt));
    }
    text
}

fn body(text: &str) -> String {
    let lines = clean(text);
    let quoted = lines.split('\n').map(|line| {
        let begun = line.trim_start().to_lowercase();
        if OURS.iter().any(|ours| begun.starts_with(ours)) { format!("> {line}") } else { line.to_owned() }
    });
    quoted.collect::<Vec<_>>().join("\n")
}

fn clean(text: &str) -> String {
    text.replace("\r\n", "\n").chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect()
}

#[cfg(test)]
mod tests;
