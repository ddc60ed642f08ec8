//! Messages on their way: what is known of a recipient, and how it is woken.

pub(crate) mod activity;
