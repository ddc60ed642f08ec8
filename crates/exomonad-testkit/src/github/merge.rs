//! Merges of pull requests, made by git in the bare repository.

use serde_json::json;

use super::answer::Answer;
use super::pull::Pull;
use super::repository::Bare;
use super::route::Call;
use super::world::World;

/// `GET /pulls/{number}/merge`
pub(super) fn is_merged(world: &World, number: u64) -> Answer {
    match world.pulls.get(&number) {
        Some(pull) if pull.merged_by.is_some() => Answer::empty(204),
        Some(_) | None => Answer::not_found(),
    }
}

/// `PUT /pulls/{number}/merge`
pub(super) fn merge(world: &mut World, call: &Call<'_>, number: u64) -> Answer {
    let (bare, allowed) = (world.bare.clone(), world.methods.clone());
    let Some(pull) = world.pulls.get_mut(&number) else { return Answer::not_found() };
    let method = call.text("merge_method").unwrap_or("merge");
    if !["merge", "squash", "rebase"].contains(&method) {
        return Answer::invalid("PullRequest", "merge_method", "invalid");
    }
    if call.text("sha").is_some_and(|sha| sha != pull.head_sha) {
        return Answer::refusal(409, "Head branch was modified. Review and try the merge again.");
    }
    if !pull.open || pull.draft {
        return Answer::refusal(405, "Pull Request is not mergeable");
    }
    if !allowed.iter().any(|own| own == method) {
        let name = match method {
            "merge" => "Merge commits are",
            "squash" => "Squash merges are",
            _ => "Rebase merges are",
        };
        return Answer::refusal(405, &format!("{name} not allowed on this repository."));
    }
    let base = bare.commit(&format!("refs/heads/{}", pull.base)).unwrap_or_default();
    let title = call.text("commit_title");
    let Some(merged) = made(&bare, pull, &base, method, (title, call.text("commit_message"))) else {
        return Answer::refusal(405, "Pull Request is not mergeable");
    };
    bare.move_branch(&pull.base, &base, &merged);
    pull.merge_sha = Some(merged.clone());
    pull.merged_by = Some(call.login.to_owned());
    pull.end();
    Answer::ok(&json!({"sha": merged, "merged": true, "message": "Pull Request successfully merged"}))
}

/// The base's commit after the merge; absent when there are conflicts.
fn made(
    bare: &Bare,
    pull: &Pull,
    base: &str,
    method: &str,
    (title, message): (Option<&str>, Option<&str>),
) -> Option<String> {
    let Pull { number, head, head_sha, .. } = pull;
    if method == "rebase" {
        return bare.replayed(base, head_sha);
    }
    let tree = bare.merged_tree(base, head_sha)?;
    let squashes = method == "squash";
    let title = title.map_or_else(
        || {
            if squashes {
                format!("{} (#{number})", pull.title)
            } else {
                format!("Merge pull request #{number} from {head}")
            }
        },
        str::to_owned,
    );
    let message =
        message.map_or_else(|| if squashes { String::new() } else { pull.title.clone() }, str::to_owned);
    let text = format!("{title}\n\n{message}");
    let commits = bare.commits(base, head_sha, &["--no-merges"]);
    let parents = if squashes { vec![base] } else { vec![base, head_sha] };
    let author = commits.first().filter(|_| squashes);
    Some(bare.commit_tree(&tree, &parents, text.trim_end(), author))
}
