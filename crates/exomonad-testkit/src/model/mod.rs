//! A model server that answers from a script, for the real coding agents to talk to instead of a model.
//!
//! It speaks the Anthropic Messages, the Gemini generateContent and the OpenAI Responses protocols on the loopback
//! interface, streamed or plain, and keeps every request so that a test can assert what reached the model.

mod anthropic;
mod api;
mod cast;
mod gemini;
mod offered;
mod openai;
mod request;
mod schema;
mod script;
mod server;

pub use api::Api;
pub use cast::Cast;
pub use request::ModelRequest;
pub use script::{Script, Turn};
pub use server::FakeModel;

#[cfg(test)]
mod tests;
