//! Runs the guest, performs its effects, and speaks each coding agent's wire.
//!
//! Architecture invariant: this crate never prints, never reads the environment or the current directory, and never
//! exits. What it needs to know comes in as arguments; what went wrong goes out as errors.

pub mod contract;
pub mod harness;
pub mod install;
