//! What each key means, by what is on the screen.

use super::model::Mode;
use crate::commands::keys::Key;

/// What a person wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Intent {
    /// So many agents down, or up.
    Move(isize),
    /// A screenful down, or up.
    Page(isize),
    First,
    Last,
    /// So many lines back in what the pane shows, or forth.
    Scroll(isize),
    NextPane,
    PreviousPane,
    /// Only what is about the selected agent, or everything.
    Narrow,
    Attach,
    Answer,
    Send,
    Stop,
    Merge,
    Filter,
    Help,
    Type(String),
    Erase,
    Submit,
    /// Leaves what is being typed or asked.
    Leave,
    Confirm,
    Suspend,
    Quit,
    /// As by a signal.
    Interrupt,
}

/// What a key means now.
pub(super) fn intent(mode: &Mode, key: Key) -> Option<Intent> {
    if key == Key::Suspend {
        return Some(Intent::Suspend);
    }
    match mode {
        Mode::Look => looking(&key),
        Mode::Filter | Mode::Send { .. } => typing(key),
        Mode::Confirm(_) if matches!(key, Key::Char('y' | 'Y')) => Some(Intent::Confirm),
        Mode::Confirm(_) | Mode::Help => Some(Intent::Leave),
    }
}

fn looking(key: &Key) -> Option<Intent> {
    Some(match key {
        Key::Up | Key::Char('k') => Intent::Move(-1),
        Key::Down | Key::Char('j') => Intent::Move(1),
        Key::PageUp => Intent::Page(-1),
        Key::PageDown => Intent::Page(1),
        Key::Home | Key::Char('g') => Intent::First,
        Key::End | Key::Char('G') => Intent::Last,
        Key::Char('[') | Key::Left => Intent::Scroll(1),
        Key::Char(']') | Key::Right => Intent::Scroll(-1),
        Key::Tab => Intent::NextPane,
        Key::BackTab => Intent::PreviousPane,
        Key::Char('v') => Intent::Narrow,
        Key::Enter => Intent::Attach,
        Key::Char('a') => Intent::Answer,
        Key::Char('s') => Intent::Send,
        Key::Char('x') => Intent::Stop,
        Key::Char('m') => Intent::Merge,
        Key::Char('/') => Intent::Filter,
        Key::Char('?' | 'h') => Intent::Help,
        Key::Escape => Intent::Leave,
        Key::Char('q') => Intent::Quit,
        Key::Interrupt => Intent::Interrupt,
        Key::Char(_) | Key::Paste(_) | Key::Backspace | Key::Delete | Key::Suspend => return None,
    })
}

fn typing(key: Key) -> Option<Intent> {
    Some(match key {
        Key::Char(c) => Intent::Type(c.to_string()),
        Key::Paste(text) => Intent::Type(text),
        Key::Backspace => Intent::Erase,
        Key::Enter => Intent::Submit,
        Key::Escape | Key::Interrupt => Intent::Leave,
        Key::Up => Intent::Move(-1),
        Key::Down => Intent::Move(1),
        Key::Tab
        | Key::BackTab
        | Key::Left
        | Key::Right
        | Key::Home
        | Key::End
        | Key::PageUp
        | Key::PageDown
        | Key::Delete
        | Key::Suspend => return None,
    })
}
