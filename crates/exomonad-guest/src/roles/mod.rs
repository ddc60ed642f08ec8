//! The role tables.

use exomonad_sdk::{Context, Decision, Hook, HookKind, Hooks, Host, Role};

/// The tech lead.
pub(crate) fn tl() -> Role {
    Role::new("tl", "Splits work, spawns agents, reviews and merges what they file").hooks::<Lead>()
}

/// A developer.
pub(crate) fn dev() -> Role {
    Role::new("dev", "Implements one thing in a worktree of its own and files a pull request").hooks::<Lead>()
}

/// A worker.
pub(crate) fn worker() -> Role {
    Role::new("worker", "Does one quick job in its parent's directory").hooks::<Lead>()
}

struct Lead;

impl Hooks for Lead {
    const INTERESTS: &'static [HookKind] = &[HookKind::SessionStart];

    fn session_start(_: &mut dyn Host, cx: &Context, _: &Hook, _: &str) -> Decision {
        Decision::context(format!("You are {}", cx.agent.name))
    }
}
