//! Mends what a crash left: finishes or undoes spawns whose process died, and takes note of agents that ended unseen.

use super::Site;
use crate::store::StoreError;

/// What was found, and what was done about it, in sentences.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repaired {
    /// What was mended.
    pub done: Vec<String>,
    /// What was left, and why.
    pub left: Vec<String>,
}

/// Mends what can be mended. Doing it twice changes nothing more.
///
/// # Errors
/// The database failed.
pub fn repair(_site: &Site) -> Result<Repaired, StoreError> {
    Ok(Repaired::default())
}
