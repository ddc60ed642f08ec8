//! What the guest is told of its caller.

use camino::Utf8Path;

use crate::config::Config;
use crate::contract::{Agent, Context, Project};
use crate::git::Repository;
use crate::harness::Harness;
use crate::store::AgentRow;

/// Puts the context together.
pub(super) fn context(
    row: &AgentRow,
    repository: &Repository,
    harness: Harness,
    config: &Config,
    home: Option<&Utf8Path>,
    now_ms: u64,
) -> Context {
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
            harness: harness.name().to_owned(),
            depth: row.depth,
        },
        project: Project { root: repository.root.to_string(), git_dir: repository.common_dir.to_string() },
        home: home.map(ToString::to_string),
        now_ms,
        trace: String::new(),
        rules: config.rules.clone(),
    }
}
