//! What goes wrong with a request on purpose.

use serde_json::json;

use super::answer::Answer;

/// Something that goes wrong with one request.
#[derive(Debug, Clone)]
pub struct Fault {
    method: Option<String>,
    path: Option<String>,
    pub(super) what: What,
}

#[derive(Debug, Clone)]
pub(super) enum What {
    /// It is answered, and does nothing.
    Answer(Answer),
    /// The connection is closed without an answer, and it does nothing.
    Cut,
    /// It is done, and the connection is closed without an answer.
    CutAfter,
    /// It is not answered until the stand-in is told to go on, or ends.
    Hang,
}

impl Fault {
    /// It is answered with a status and a message in GitHub's shape.
    #[must_use]
    pub fn status(status: u16, message: &str) -> Self {
        Self::new(What::Answer(Answer::refusal(status, message)))
    }

    /// It is answered with a page, as by a proxy in between.
    #[must_use]
    pub fn page(status: u16, text: &str) -> Self {
        Self::new(What::Answer(Answer::text(status, text.to_owned())))
    }

    /// It is answered with JSON that has none of the fields that a client looks for.
    #[must_use]
    pub fn strange() -> Self {
        Self::new(What::Answer(Answer::ok(&json!({"surprise": true}))))
    }

    /// The connection is closed without an answer, and nothing is done.
    #[must_use]
    pub fn cut() -> Self {
        Self::new(What::Cut)
    }

    /// What was asked for is done, and the connection is closed without an answer.
    #[must_use]
    pub fn cut_after() -> Self {
        Self::new(What::CutAfter)
    }

    /// It is not answered until [`super::GitHub::release`].
    #[must_use]
    pub fn hang() -> Self {
        Self::new(What::Hang)
    }

    fn new(what: What) -> Self {
        Self { method: None, path: None, what }
    }

    /// Only a request of this method, whose path contains that, meets it; others pass it by.
    #[must_use]
    pub fn of(mut self, method: &str, path: &str) -> Self {
        self.method = Some(method.to_owned());
        self.path = Some(path.to_owned());
        self
    }

    /// The answer has this header, too.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        if let What::Answer(answer) = self.what {
            self.what = What::Answer(answer.with(name, value));
        }
        self
    }

    /// Whether a request meets it.
    pub(super) fn meets(&self, method: &str, path: &str) -> bool {
        self.method.as_deref().is_none_or(|own| own == method)
            && self.path.as_deref().is_none_or(|own| path.contains(own))
    }
}
