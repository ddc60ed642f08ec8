//! Where the guest comes from.

use super::{Guest, GuestError, Limits};

/// The guest, loaded only when it is needed.
#[derive(Debug)]
pub enum GuestSource {
    /// The one built into this program.
    Builtin,
    /// One that is loaded already.
    Loaded(Box<Guest>),
}

impl GuestSource {
    pub(crate) fn hash(&self) -> &str {
        match self {
            Self::Builtin => Guest::builtin_hash(),
            Self::Loaded(guest) => guest.hash(),
        }
    }

    /// Loads it for a process that calls it again and again within `limits`.
    ///
    /// # Errors
    /// Its code does not fit this machine.
    pub(crate) fn load_for_many(&self, limits: Limits) -> Result<Guest, GuestError> {
        match self {
            Self::Builtin => Guest::builtin_for_many(limits),
            Self::Loaded(guest) => Ok(guest.as_ref().clone()),
        }
    }

    /// Loads it.
    ///
    /// # Errors
    /// Its code does not fit this machine.
    pub fn load(&self) -> Result<Guest, GuestError> {
        match self {
            Self::Builtin => Guest::builtin(),
            Self::Loaded(guest) => Ok(guest.as_ref().clone()),
        }
    }
}
