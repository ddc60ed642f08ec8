//! Puts our entries into the settings of the coding agents, and takes exactly those out again.

mod entry;

pub use entry::{Entry, Place};
