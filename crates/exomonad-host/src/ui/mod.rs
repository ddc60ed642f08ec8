//! Questions to people: forms, who waits for an answer, and where a question is shown.
//!
//! Rules this room keeps: a question has exactly one answer, and the database says which; an answer fits its form, whoever
//! gives it; no agent answers for a person.

mod answer;
mod control;
mod desktop;
mod form;
mod parse;
mod reader;
mod requests;
mod show;
#[cfg(test)]
mod tests;

use self::answer::number_value;
pub use self::answer::{AnswerError, Item, Values, Visit, check, initial};
pub use self::control::CONTROL_SOCKET_VARIABLE;
pub(crate) use self::desktop::Desktop;
pub use self::desktop::{has_desktop, stuck_words};
pub use self::form::{Choice, Condition, Field, Form, FormError, Kind, Next, Pane, Range, TextRules};
pub use self::parse::FORM_BYTES;
pub use self::requests::{
    AskError, Asker, Given, Question, Reply, ReplyError, ask, form_of, reply, require_open,
};
