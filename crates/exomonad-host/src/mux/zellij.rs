//! Drives zellij.

use super::{
    Address, AttachLine, Key, Multiplexer, MuxError, Pane, PaneInfo, PaneSpec, Sanitized, SessionState,
};
use crate::surroundings::Surroundings;

/// One session of zellij.
#[derive(Debug)]
pub(super) struct Zellij {
    address: Address,
}

impl Zellij {
    pub(super) fn new(address: Address, _: &Surroundings) -> Self {
        Self { address }
    }

    fn missing<T>(&self) -> Result<T, MuxError> {
        Err(MuxError::Missing { mux: self.address.mux })
    }
}

impl Multiplexer for Zellij {
    fn address(&self) -> &Address {
        &self.address
    }

    fn state(&self) -> Result<SessionState, MuxError> {
        self.missing()
    }

    fn create(&self, _: &PaneSpec<'_>) -> Result<Pane, MuxError> {
        self.missing()
    }

    fn end(&self) -> Result<(), MuxError> {
        self.missing()
    }

    fn attach(&self, _: Option<&Pane>) -> Result<AttachLine, MuxError> {
        self.missing()
    }

    fn open_tab(&self, _: &PaneSpec<'_>) -> Result<Pane, MuxError> {
        self.missing()
    }

    fn open_pane(&self, _: &Pane, _: &PaneSpec<'_>) -> Result<Pane, MuxError> {
        self.missing()
    }

    fn panes(&self) -> Result<Vec<PaneInfo>, MuxError> {
        self.missing()
    }

    fn find(&self, _: &Pane) -> Result<Option<PaneInfo>, MuxError> {
        self.missing()
    }

    fn paste(&self, _: &Pane, _: &Sanitized) -> Result<(), MuxError> {
        self.missing()
    }

    fn press(&self, _: &Pane, _: Key) -> Result<(), MuxError> {
        self.missing()
    }

    fn screen(&self, _: &Pane, _: bool) -> Result<String, MuxError> {
        self.missing()
    }

    fn close(&self, _: &Pane) -> Result<(), MuxError> {
        self.missing()
    }
}
