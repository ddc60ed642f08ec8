//! `exomonad pr review`, `comment`, `merge` and `close`: what changes one.

use exomonad_host::contract::forge::{MergeResult, MergeStrategy, Remark, ReviewState};
use exomonad_host::forge::{MergeOrder, ReviewOrder};
use serde_json::json;

use super::Counter;
use super::words::short;
use crate::cli::{CloseArgs, CommentArgs, MergeArgs, ReviewArgs};
use crate::exit::Exit;
use crate::output::{Mark, Output};

pub(super) fn review(counter: &Counter, output: &Output, args: &ReviewArgs) -> anyhow::Result<Exit> {
    let (state, done) = match (args.approve, args.request_changes) {
        (true, _) => (ReviewState::Approved, "approved"),
        (false, true) => (ReviewState::ChangesRequested, "changes are requested"),
        (false, false) => (ReviewState::Commented, "commented"),
    };
    let body = args.message.as_deref().unwrap_or_default();
    let order = ReviewOrder { by: counter.speaker.sender(), number: args.number, state, body, remarks: &[] };
    let review = counter.forge.submit_review(&order)?;
    output.say(Mark::Done, &format!("#{}: {done} at {}", args.number, short(&review.commit)));
    Ok(Exit::Ok)
}

pub(super) fn comment(counter: &Counter, output: &Output, args: &CommentArgs) -> anyhow::Result<Exit> {
    let (body, remarks) = match &args.path {
        Some(path) => {
            let remark = Remark { path: path.clone(), line: args.line, body: args.message.clone() };
            ("", vec![remark])
        }
        None => (args.message.as_str(), Vec::new()),
    };
    let order = ReviewOrder {
        by: counter.speaker.sender(),
        number: args.number,
        state: ReviewState::Commented,
        body,
        remarks: &remarks,
    };
    let review = counter.forge.submit_review(&order)?;
    output.say(Mark::Done, &format!("#{}: commented at {}", args.number, short(&review.commit)));
    Ok(Exit::Ok)
}

pub(super) fn merge(counter: &Counter, output: &Output, args: &MergeArgs) -> anyhow::Result<Exit> {
    let strategy = match (args.merge, args.rebase) {
        (true, _) => MergeStrategy::Merge,
        (false, true) => MergeStrategy::Rebase,
        (false, false) => MergeStrategy::Squash,
    };
    let result = merge_as(counter, args.number, strategy, args.force)?;
    if args.json {
        output.answer(&to_json(args.number, &result))?;
    } else {
        say(output, args.number, &result);
    }
    Ok(if result.merged { Exit::Ok } else { Exit::Failed })
}

pub(super) fn merge_as(
    counter: &Counter,
    number: u64,
    strategy: MergeStrategy,
    force: bool,
) -> anyhow::Result<MergeResult> {
    let order = MergeOrder { by: counter.speaker.sender(), number, strategy, force };
    Ok(counter.forge.merge(&order)?)
}

fn say(output: &Output, number: u64, result: &MergeResult) {
    let mark = match (result.merged, result.synced) {
        (true, true) => Mark::Done,
        (true, false) => Mark::Warning,
        (false, _) => Mark::Wrong,
    };
    output.say(mark, &format!("#{number}: {}", result.message));
    for path in &result.conflicts {
        output.say(Mark::Next, &format!("in conflict: {path}"));
    }
}

fn to_json(number: u64, result: &MergeResult) -> String {
    let MergeResult { merged, synced, cleaned, sha, conflicts, message } = result;
    let shown = json!({
        "schema": 1, "number": number, "merged": merged, "synced": synced, "cleaned": cleaned, "sha": sha,
        "conflicts": conflicts, "message": message,
    });
    format!("{shown:#}\n")
}

pub(super) fn close(counter: &Counter, output: &Output, args: &CloseArgs) -> anyhow::Result<Exit> {
    let pull = counter.forge.close(args.number, counter.speaker.sender(), args.message.as_deref())?;
    output.say(Mark::Done, &format!("#{}: closed; its branch `{}` stays", pull.number, pull.head));
    Ok(Exit::Ok)
}
