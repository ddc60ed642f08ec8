//! One hook, from a harness's question to its answer.
//!
//! Whatever goes wrong has a decided outcome: a failing guard denies, a failing nudge lets go, and both say so.

mod ask;
mod error;
mod laps;
mod record;

pub use ask::{Outcome, Request, answer, late};
pub use error::HookError;
pub(crate) use record::words_of;
