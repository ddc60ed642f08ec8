//! Who says what, where several agents talk to one model.

use super::request::ModelRequest;
use super::script::{Script, Turn};

/// Scripts, each for the agents whose conversation holds a text.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cast {
    parts: Vec<(String, Script)>,
}

impl Cast {
    /// One script for everybody.
    #[must_use]
    pub fn of_one(script: Script) -> Self {
        Self::default().part("", script)
    }

    /// Adds a script for the conversations that hold `marker` and none of the markers before it.
    #[must_use]
    pub fn part(mut self, marker: impl Into<String>, script: Script) -> Self {
        self.parts.push((marker.into(), script));
        self
    }

    pub(super) fn answer(&self, request: &ModelRequest) -> Turn {
        let text = request.text();
        let part = self.parts.iter().find(|(marker, _)| text.contains(marker));
        part.map_or_else(|| Script::default().answer(request), |(_, script)| script.answer(request))
    }
}
