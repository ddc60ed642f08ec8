//! What a guest author relies on: roles, tools, hooks and the fake host.

mod fake_host;
mod hooks;
mod line_count;
mod roles;
mod tools;
