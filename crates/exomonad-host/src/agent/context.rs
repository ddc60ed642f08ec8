//! What the guest is told of its caller.

use std::time::Duration;

use camino::Utf8Path;

use crate::config::Config;
use crate::contract::{self, Agent, Context, Project};
use crate::engine::Limits;
use crate::git::Repository;
use crate::store::{AgentRow, MESSAGE_BYTES};

/// What a call of the guest is about.
pub(crate) struct Facts<'a> {
    pub(crate) row: &'a AgentRow,
    pub(crate) repository: &'a Repository,
    /// The coding-agent program that asks.
    pub(crate) harness: &'a str,
    pub(crate) config: &'a Config,
    /// What the call may use.
    pub(crate) limits: Limits,
    pub(crate) home: Option<&'a Utf8Path>,
}

/// Puts the context together.
pub(crate) fn context(facts: &Facts<'_>, now_ms: u64) -> Context {
    let Facts { row, repository, config, limits, .. } = facts;
    // A detached or unreadable HEAD is no branch; the guest can ask git for more.
    let branch = repository.branch().ok().flatten();
    Context {
        agent: Agent {
            name: row.name.to_string(),
            role: row.role.clone(),
            parent: row.parent.as_ref().map(ToString::to_string),
            branch,
            workspace_kind: row.workspace_kind,
            workspace: repository.workspace.to_string(),
            harness: facts.harness.to_owned(),
            depth: row.depth,
        },
        project: Project { root: repository.root.to_string(), git_dir: repository.common_dir.to_string() },
        home: facts.home.map(ToString::to_string),
        now_ms,
        trace: String::new(),
        rules: config.rules.clone(),
        verify: config.work.verify.clone(),
        limits: contract::Limits {
            call_ms: millis(limits.wall),
            wait_ms: millis(limits.wait),
            message_bytes: MESSAGE_BYTES,
        },
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
