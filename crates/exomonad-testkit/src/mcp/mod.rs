//! MCP over stdio, for tests: a client that only sends what it is told to, and a bridge for clients that speak HTTP.

mod bridge;
mod server;
mod session;

pub use bridge::Bridge;
pub use session::McpSession;

#[cfg(test)]
mod tests;
