//! Agents that are really spawned: a real repository, a real terminal, our launcher, and a script as the harness.

mod faults;
mod helper;
mod hostile;
mod place;
mod together;
