//! The host's rooms together: a real repository, a real database, real WASM.

mod attacks;
mod engine;
mod hooks;
mod projects;
mod store;
mod support;
