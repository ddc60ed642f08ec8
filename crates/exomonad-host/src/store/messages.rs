//! Messages between agents. A message is durable before its sender is told that it was sent.

/// The most bytes of a message's body.
pub const MESSAGE_BYTES: u64 = 1 << 20;
