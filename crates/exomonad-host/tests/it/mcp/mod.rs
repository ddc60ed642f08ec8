//! The MCP server with the fixture guest, over the streams that clients use.

mod calls;
mod client;
mod elicit;
mod eras;
mod frames;
mod reload;
mod spans;
