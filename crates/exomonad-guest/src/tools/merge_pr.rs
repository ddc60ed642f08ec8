//! Merges a pull request.

use exomonad_sdk::forge::{MergeResult, MergeStrategy, PullRequest};
use exomonad_sdk::{Context, Host, Tool, ToolError, ToolHints};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The tool `merge_pr`.
pub(crate) struct MergePr;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Args {
    /// The pull request.
    #[schemars(range(min = 1))]
    pr_number: u64,
    /// How its commits become part of the base.
    #[serde(default)]
    strategy: Strategy,
    /// Merges although changes are requested, a check failed, or the work is not verified. Not past a conflict.
    #[serde(default)]
    force: bool,
}

#[derive(Deserialize, Serialize, JsonSchema, Clone, Copy, Default)]
#[serde(rename_all = "lowercase")]
enum Strategy {
    /// All of them as one commit.
    #[default]
    Squash,
    /// As they are, with a merge commit.
    Merge,
    /// Each anew on top of the base.
    Rebase,
}

/// What became of a merge. Each part is said for itself: one can be done and another not.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Merged {
    number: u64,
    /// It was merged, now or before.
    merged: bool,
    /// The checkout that has the base has the merged files.
    synced: bool,
    /// The workspace of the agent that filed it was removed.
    cleaned: bool,
    /// The base's newest commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<String>,
    /// The paths that both sides changed; then nothing was merged.
    conflicts: Vec<String>,
    /// What happened, in sentences.
    message: String,
    /// What to do now.
    next: String,
}

impl Tool for MergePr {
    type Args = Args;
    type Output = Merged;

    const NAME: &'static str = "merge_pr";
    const TITLE: &'static str = "Merge a pull request";
    const DESCRIPTION: &'static str = "\
Merges an open pull request of an agent below you into its base. Look at it with `review_pr` first. Refused for your own, and, \
unless `force` is given, while changes are requested or its work is not verified. Two that change the same lines are not \
merged: the answer names the paths, and nothing has changed. It tells apart whether it was merged, whether the checkout has \
it, and whether the agent that filed it was cleaned up.";
    const HINTS: ToolHints =
        ToolHints { read_only: false, destructive: true, idempotent: true, open_world: true };

    fn call(host: &mut dyn Host, cx: &Context, args: Args) -> Result<Merged, ToolError> {
        let pull = host.forge_get_pull_request(args.pr_number)?;
        let result = host.forge_merge(args.pr_number, args.strategy.into(), args.force)?;
        let next = next(cx, &pull, &result);
        Ok(Merged {
            number: pull.number,
            merged: result.merged,
            synced: result.synced,
            cleaned: result.cleaned,
            commit: result.sha,
            conflicts: result.conflicts,
            message: result.message,
            next,
        })
    }

    fn text(merged: &Merged) -> String {
        let yes = |is: bool| if is { "yes" } else { "no" };
        let mut lines = vec![format!(
            "pull request #{}: merged: {}; in the checkout: {}; its agent cleaned up: {}",
            merged.number,
            yes(merged.merged),
            yes(merged.synced),
            yes(merged.cleaned)
        )];
        if !merged.conflicts.is_empty() {
            lines.push(format!("in conflict: {}", paths(&merged.conflicts)));
        }
        lines.extend([&merged.message, &merged.next].into_iter().filter(|text| !text.is_empty()).cloned());
        lines.join("\n")
    }
}

impl From<Strategy> for MergeStrategy {
    fn from(strategy: Strategy) -> Self {
        match strategy {
            Strategy::Squash => Self::Squash,
            Strategy::Merge => Self::Merge,
            Strategy::Rebase => Self::Rebase,
        }
    }
}

fn next(cx: &Context, pull: &PullRequest, result: &MergeResult) -> String {
    let PullRequest { head, base, author, .. } = pull;
    if !result.conflicts.is_empty() {
        return format!(
            "Next: have `{author}` merge `{base}` into `{head}`, resolve {}, and file it again (`send_message`); or do so yourself.",
            paths(&result.conflicts)
        );
    }
    if !result.merged {
        return "Next: do what the message says, and call this again.".to_owned();
    }
    let commands: Vec<String> = cx.verify.iter().map(|command| format!("`{command}`")).collect();
    let check = match commands.as_slice() {
        [] => "check that the whole still holds".to_owned(),
        commands => format!("check that the whole still holds: run {}", commands.join(" and ")),
    };
    if result.synced {
        format!("Next: {check}.")
    } else {
        format!("Next: bring the checkout of `{base}` to the merge, and then {check}.")
    }
}

fn paths(paths: &[String]) -> String {
    paths.iter().map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ")
}
