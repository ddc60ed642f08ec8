//! Puts our entries into the settings of the coding agents, and takes exactly those out again.
//!
//! Architecture invariant: nothing here changes a byte of the user's. An edit is a splice into the text they wrote,
//! read back and compared before it counts; the bytes that stood there first are kept in `.exomonad/backup`, and the
//! record that leads back to them is on disk before the first settings file is touched.

mod document;
mod entry;
mod error;
mod exclude;
mod file;
mod inspect;
mod ours;
mod plan;
mod record;
mod server;

pub(crate) use document::value_at;
pub use document::{Change, Containers, Dialect, DocumentError, Known, Position, Problem, add, remove};
pub use entry::{Entry, Place};
pub use error::InstallError;
pub(crate) use exclude::pattern as exclude_pattern;
pub(crate) use file::{Audience, follow_links, load_text, replace};
pub use inspect::{Finding, Part, State, inspect};
pub use ours::is_ours;
pub(crate) use ours::is_server;
pub use plan::{Applied, Artefact, Plan, PlannedFile, Request, Status, plan, uninstall};

#[cfg(test)]
mod tests;
