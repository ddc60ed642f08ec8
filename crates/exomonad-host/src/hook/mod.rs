//! One hook, from a harness's question to its answer.
//!
//! Whatever goes wrong has a decided outcome: a failing guard denies, a failing nudge lets go, and both say so.

mod ask;
mod context;
mod error;
mod laps;
mod record;

pub use ask::{GuestSource, Outcome, Request, answer, late};
pub use error::HookError;
