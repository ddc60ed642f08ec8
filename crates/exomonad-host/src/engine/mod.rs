//! Runs the guest: one instance a call, dropped afterwards; bounded in time, memory, effects and output.

mod builtin;
mod call;
mod clock;
mod config;
mod error;
mod guest;
mod limits;

pub use error::{Export, GuestError};
pub use guest::Guest;
pub use limits::Limits;
pub(crate) use limits::Meter;
