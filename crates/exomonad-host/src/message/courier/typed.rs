//! A message as a line that is typed into a prompt.
//!
//! Rules: the line begins with who sent it, so that a harness takes none of it for a command; it has no character that a
//! terminal or a prompt reads as anything but text; what does not fit, or could be read as a file's name, is in a file.

use camino::Utf8Path;

use super::super::long::{self, LongError};
use crate::contract::messages::Message;
use crate::mux::Sanitized;

/// The line, of at most about so many characters. Where it cannot hold the whole message, a file in the workspace does.
pub(super) fn typed(message: &Message, chars: usize, workspace: &Utf8Path) -> Result<Sanitized, LongError> {
    let header = header(message);
    if let Some(body) = plain(message).filter(|body| header.len() + body.chars().count() <= chars) {
        return Ok(Sanitized::new(&format!("{header} {body}")));
    }
    let file = long::keep(workspace, message)?;
    Ok(Sanitized::new(&pointer(message, chars, workspace, &file)))
}

/// What the line was, for a message that was typed before.
pub(super) fn was_typed(message: &Message, chars: usize, workspace: &Utf8Path) -> Sanitized {
    let header = header(message);
    match plain(message).filter(|body| header.len() + body.chars().count() <= chars) {
        Some(body) => Sanitized::new(&format!("{header} {body}")),
        None => Sanitized::new(&pointer(message, chars, workspace, &long::file(workspace, &message.id))),
    }
}

fn header(message: &Message) -> String {
    let word = if message.kind.ends_with(".failure") { "FAILED" } else { "from" };
    format!("[exomonad {word} {} #{}]", message.from, message.id)
}

/// The body, where it is one line of plain text and all that there is.
fn plain(message: &Message) -> Option<&str> {
    let body = message.body.trim();
    // An `@` names a file that the harness would read itself.
    let is_plain = |c: char| !c.is_control() && c != '@';
    let whole = message.receipt.is_none() && message.reply_to.is_none() && !body.ends_with('\\');
    (whole && body.chars().all(is_plain)).then_some(body)
}

/// The beginning of the message, and where all of it is.
fn pointer(message: &Message, chars: usize, workspace: &Utf8Path, file: &Utf8Path) -> String {
    let header = header(message);
    let below = file.strip_prefix(workspace).unwrap_or(file);
    let where_it_is = format!("… all of this message is in the file {below}: read that");
    let room = chars.saturating_sub(header.chars().count() + where_it_is.chars().count() + 2);
    let words = message.body.split_whitespace().take_while(|word| !word.contains('@'));
    let beginning: String = words.collect::<Vec<_>>().join(" ").chars().take(room).collect();
    format!("{header} {beginning} {where_it_is}")
}

#[cfg(test)]
mod tests;
