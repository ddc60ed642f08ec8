//! The host's rooms together: a real repository, a real database, real WASM.

#[cfg(test)]
mod attacks;
#[cfg(test)]
mod engine;
#[cfg(test)]
mod hooks;
#[cfg(test)]
mod projects;
#[cfg(test)]
mod store;
#[cfg(test)]
mod support;
