//! One file a command.

pub(crate) mod checkpoint;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod doctor;
pub(crate) mod events;
pub(crate) mod hook;
pub(crate) mod init;
pub(crate) mod project;
pub(crate) mod uninstall;
