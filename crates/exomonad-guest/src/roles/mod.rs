//! The role tables.

mod hooks;
mod welcome;

use exomonad_sdk::Role;
use hooks::{Confined, Free};

/// The tech lead.
pub(crate) fn tl() -> Role {
    Role::new("tl", "Leads the work on the repository, or on a part of it").hooks::<Free>()
}

/// A developer.
pub(crate) fn dev() -> Role {
    Role::new("dev", "Implements one thing in a worktree of its own and files a pull request")
        .hooks::<Confined>()
}

/// A worker.
pub(crate) fn worker() -> Role {
    Role::new("worker", "Does one quick job in its parent's directory").hooks::<Confined>()
}
