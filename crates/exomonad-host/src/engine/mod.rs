//! Runs the guest: one instance a call, dropped afterwards; bounded in time, memory, effects and output.

mod builtin;
mod call;
mod clock;
mod config;
mod error;
mod guest;
mod limits;
mod pool;
mod source;
mod stop;

pub use call::ToolRequest;
pub use error::{Export, GuestError};
pub use guest::Guest;
pub use limits::Limits;
pub(crate) use limits::Meter;
pub use source::GuestSource;
pub use stop::Stop;
