//! Why a courier could not do its work.

use std::io;

use super::super::long::LongError;
use super::pane::PaneError;
use crate::store::StoreError;

/// Why a courier could not do its work.
#[derive(Debug, thiserror::Error)]
pub(super) enum CourierError {
    /// The lock cannot be taken.
    #[error("failed to become the agent's courier")]
    Lease(#[source] io::Error),
    /// The database gave no answer.
    #[error("failed to look what waits for the agent")]
    Store(#[from] StoreError),
    /// The terminal is of no use.
    #[error("failed to use the agent's terminal")]
    Pane(#[from] PaneError),
    /// A long message cannot be put into a file.
    #[error("failed to prepare a message")]
    Long(#[from] LongError),
}
