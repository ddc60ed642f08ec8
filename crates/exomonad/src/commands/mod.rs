//! One file a command.

pub(crate) mod agent_run;
pub(crate) mod approve;
pub(crate) mod attach;
pub(crate) mod call;
pub(crate) mod checkpoint;
pub(crate) mod cleanup;
pub(crate) mod completions;
pub(crate) mod config;
mod diff;
pub(crate) mod doctor;
pub(crate) mod events;
mod guest;
pub(crate) mod hook;
pub(crate) mod init;
pub(crate) mod log;
pub(crate) mod mcp_stdio;
pub(crate) mod pane;
mod project;
pub(crate) mod ps;
pub(crate) mod repair;
pub(crate) mod screen;
pub(crate) mod stop;
mod targets;
mod toolbox;
pub(crate) mod tools;
pub(crate) mod tree;
pub(crate) mod uninstall;
