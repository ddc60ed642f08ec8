//! What an agent is told about itself when a conversation begins.

use exomonad_sdk::{Context, WorkspaceKind};

/// Who the agent is, what its role does, and the rules it lives under.
pub(super) fn welcome(cx: &Context, confined: bool) -> String {
    let agent = &cx.agent;
    let place = match agent.workspace_kind {
        WorkspaceKind::Main => "the main checkout",
        WorkspaceKind::Worktree => "your own git worktree",
        WorkspaceKind::Standalone => "a repository of your own, without a way up to the rest of the project",
        WorkspaceKind::Shared => "your parent's directory, which you share",
    };
    let mut lines = vec![format!("You are exomonad agent `{}`, role `{}`.", agent.name, agent.role)];
    if let Some(parent) = &agent.parent {
        lines.push(format!(
            "Your parent is agent `{parent}`: it gave you your task. Report to it with exomonad's tool `notify_parent` when you are done, or cannot go on."
        ));
    }
    let branch = agent.branch.as_ref().map_or_else(String::new, |branch| format!(", branch `{branch}`"));
    lines.push(format!("You work in `{}` ({place}){branch}.", agent.workspace));
    lines.extend(job(&agent.role, agent.parent.is_some()).map(ToOwned::to_owned));
    lines.push(
        "You may read `.exomonad/`, the agents' settings (`.claude/`, `.gemini/`, `.codex/`, `.mcp.json`) and git's hooks and configuration, but not change them; ask your human."
            .to_owned(),
    );
    if confined {
        lines.push("Write only inside your workspace, or in a temporary directory.".to_owned());
    }
    if !cx.verify.is_empty() && agent.workspace_kind != WorkspaceKind::Shared {
        let commands: Vec<String> = cx.verify.iter().map(|command| format!("`{command}`")).collect();
        lines.push(format!(
            "Work counts as done when these passed on the files as they are: {}. Run each in `{}` as the last thing of a command line, in the foreground and not behind a pipe: only what exomonad saw counts.",
            commands.join(", "),
            agent.workspace
        ));
    }
    lines.join("\n")
}

fn job(role: &str, has_parent: bool) -> Option<&'static str> {
    match role {
        "tl" if has_parent => {
            Some("You lead a part of the work for your parent, and may spawn agents for its parts.")
        }
        "tl" => Some("You lead the work on this repository, and may spawn agents for its parts."),
        "dev" => Some(
            "You implement one thing, commit it on your branch and file it with exomonad's tool `file_pr`.",
        ),
        "worker" => Some("You do one quick job, and commit nothing unless you were asked to."),
        _ => None,
    }
}
