//! Messages on their way: handed over in the answers to hooks, brought to agents that wait, and held until there is evidence
//! that they were seen.

pub(crate) mod activity;
mod courier;
mod evidence;
mod hand;
mod long;
mod render;
mod transcript;

pub(crate) use courier::Courier;
pub use hand::HandedOver;
pub(crate) use hand::{Hook, hand_over};
pub use long::LongError;
pub(crate) use long::forget;
pub use render::{render, shorten};
