//! One file a command.

pub(crate) mod call;
pub(crate) mod checkpoint;
pub(crate) mod completions;
pub(crate) mod config;
mod diff;
pub(crate) mod doctor;
pub(crate) mod events;
mod guest;
pub(crate) mod hook;
pub(crate) mod init;
pub(crate) mod mcp_stdio;
mod project;
mod targets;
mod toolbox;
pub(crate) mod tools;
pub(crate) mod uninstall;
