//! The role tables.

mod exit;
mod gate;
mod hooks;
mod instructions;
mod welcome;

use exomonad_sdk::Role;
pub(crate) use gate::remember_failure;
use hooks::{Developer, Lead, Worker};

use crate::tools::{
    FilePr, Inbox, ListAgents, MergePr, NotifyParent, Popup, ReviewPr, SendMessage, SpawnFromIssues,
    SpawnLeafSubtree, SpawnSubtree, SpawnWorkers, StopAgent, WhoAmI,
};

pub(crate) const TL: &str = "tl";
pub(crate) const DEV: &str = "dev";
pub(crate) const WORKER: &str = "worker";

/// The tech lead.
pub(crate) fn tl() -> Role {
    everyones(Role::new(TL, "Leads the work on the repository, or on a part of it"))
        .tool::<ListAgents>()
        .tool::<SpawnSubtree>()
        .tool::<SpawnLeafSubtree>()
        .tool::<SpawnWorkers>()
        .tool::<SpawnFromIssues>()
        .tool::<StopAgent>()
        .tool::<ReviewPr>()
        .tool::<MergePr>()
        .tool::<FilePr>()
        .tool::<Popup>()
        .instructions(instructions::TL)
        .hooks::<Lead>()
}

/// A developer.
pub(crate) fn dev() -> Role {
    everyones(Role::new(DEV, "Implements one thing in a worktree of its own and files a pull request"))
        .tool::<FilePr>()
        .instructions(instructions::DEV)
        .hooks::<Developer>()
}

/// A worker.
pub(crate) fn worker() -> Role {
    everyones(Role::new(WORKER, "Does one quick job in its parent's directory"))
        .instructions(instructions::WORKER)
        .hooks::<Worker>()
}

/// The tools that every role has.
fn everyones(role: Role) -> Role {
    role.tool::<NotifyParent>().tool::<SendMessage>().tool::<Inbox>().tool::<WhoAmI>()
}

/// Where an agent of this role may write, as it reads after "may write".
pub(crate) fn may_write(role: &str) -> &'static str {
    match role {
        TL => "wherever your user lets you, except to what guards the agents",
        _ => "only inside your workspace, or in a temporary directory, and not to what guards the agents",
    }
}
