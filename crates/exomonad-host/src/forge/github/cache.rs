//! Answers that GitHub need not give again as long as they hold.

use std::collections::HashMap;

use http::HeaderValue;

/// The most bytes of answers that are kept.
const BYTES: usize = 32 << 20;

/// Answers, by what was asked.
#[derive(Debug, Default)]
pub(super) struct Cache {
    kept: HashMap<String, Kept>,
    bytes: usize,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    /// What tells whether it still holds.
    pub(super) etag: HeaderValue,
    /// Where the list goes on.
    pub(super) link: Option<HeaderValue>,
    pub(super) body: String,
}

impl Cache {
    pub(super) fn get(&self, url: &str) -> Option<Kept> {
        self.kept.get(url).cloned()
    }

    /// Keeps an answer. Where there are too many, all are forgotten: what is still asked comes back with the next look.
    pub(super) fn keep(&mut self, url: &str, answer: Kept) {
        self.bytes += answer.body.len();
        if let Some(old) = self.kept.insert(url.to_owned(), answer) {
            self.bytes = self.bytes.saturating_sub(old.body.len());
        }
        if self.bytes > BYTES {
            *self = Self::default();
        }
    }
}
