//! Messages on their way: what is known of a recipient, and how it is woken.

pub(crate) mod activity;
mod courier;
mod long;
mod render;

pub(crate) use courier::Courier;
pub use long::LongError;
pub use render::{render, shorten};
