//! An agent's terminal, as the last way to wake it.
//!
//! Rule: nothing is typed, and Enter is not pressed, unless the screen shows that it goes into the prompt. In a dialog, Enter
//! is a yes.

use std::thread;
use std::time::Duration;

use crate::agent::{AgentName, Site};
use crate::harness::{Harness, Prompt};
use crate::mux::{self, Key, Multiplexer, MuxError, Pane, Sanitized};
use crate::store::StoreError;

/// How long a harness takes text that is pasted for one piece: Gemini CLI 0.61.0 takes an Enter within 50 ms for a part of it.
const PASTED: Duration = Duration::from_millis(300);

/// One agent's terminal.
#[derive(Debug)]
pub(super) struct Terminal {
    mux: Box<dyn Multiplexer>,
    pane: Pane,
    harness: Harness,
}

/// Why a terminal is of no use now.
#[derive(Debug, thiserror::Error)]
pub(super) enum PaneError {
    /// The multiplexer failed.
    #[error("failed to type into the agent's terminal")]
    Mux(#[from] MuxError),
    /// The database gave no answer.
    #[error("failed to find the agent's terminal")]
    Store(#[from] StoreError),
}

impl Terminal {
    /// The terminal of an agent, which is there.
    pub(super) fn find(site: &Site, agent: &AgentName, harness: Harness) -> Result<Option<Self>, PaneError> {
        let Some(pane) = site.store.pane(agent)? else { return Ok(None) };
        let mux = mux::open(pane.address.clone(), &site.surroundings);
        let is_there = mux.find(&pane)?.is_some_and(|info| !info.ended);
        Ok(is_there.then_some(Self { mux, pane, harness }))
    }

    /// What its prompt shows.
    pub(super) fn prompt(&self) -> Result<Prompt, PaneError> {
        Ok(self.harness.prompt(&self.mux.screen(&self.pane, false)?))
    }

    /// Puts text into the prompt, and says what the prompt shows then.
    pub(super) fn paste(&self, text: &Sanitized) -> Result<Prompt, PaneError> {
        self.mux.paste(&self.pane, text)?;
        thread::park_timeout(PASTED);
        self.prompt()
    }

    /// Submits the prompt, if it holds this text and nothing else; tells whether it did.
    pub(super) fn submit(&self, text: &Sanitized) -> Result<bool, PaneError> {
        let is_ours = self.prompt()?.holds(text.as_str());
        if is_ours {
            self.mux.press(&self.pane, Key::Enter)?;
        }
        Ok(is_ours)
    }
}
