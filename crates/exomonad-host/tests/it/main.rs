//! The host's rooms together: a real repository, a real database, real WASM.

#[cfg(test)]
mod attacks;
#[cfg(test)]
mod config;
#[cfg(test)]
mod deliveries;
#[cfg(test)]
mod engine;
#[cfg(test)]
mod event_docs;
#[cfg(test)]
mod forge;
#[cfg(test)]
mod github;
#[cfg(test)]
mod helper;
#[cfg(test)]
mod hooks;
#[cfg(test)]
mod mcp;
#[cfg(test)]
mod messages;
#[cfg(test)]
mod projects;
#[cfg(test)]
mod sidecars;
#[cfg(test)]
mod store;
#[cfg(test)]
mod support;
#[cfg(test)]
mod telemetry;
#[cfg(test)]
mod view;
#[cfg(test)]
mod workspaces;
