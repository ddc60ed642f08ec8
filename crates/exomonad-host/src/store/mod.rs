//! The project's database: the one place where hooks, sidecars and commands meet.
//!
//! Every process opens it for itself. It is SQLite in WAL mode: readers never wait, writers wait for one another for
//! at most [`BUSY_LIMIT`]. Nothing here keeps a transaction open across a call into the guest.

mod agents;
mod events;
mod guests;
mod kv;
mod messages;
mod migrations;
mod open;
mod sessions;

pub use agents::{AgentRow, AgentState};
pub use events::EventFilter;
pub use kv::Scope;
pub use messages::MESSAGE_BYTES;
pub use open::{BUSY_LIMIT, Mode, Store, StoreError};
