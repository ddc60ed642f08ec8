//! Reviews, and what their authors hear of them.

use camino::{Utf8Component, Utf8Path};

use crate::agent::Site;
use crate::contract::forge::{Remark, Review, ReviewState};
use crate::forge::{ForgeError, REMARKS, ReviewOrder, TEXT_BYTES};
use crate::store::{PullRow, ReviewDraft, Sender};

/// The most bytes of a path in a remark.
const PATH_BYTES: usize = 4096;

/// Keeps a review of a pull request at its head's commit.
pub(super) fn submit(
    site: &Site,
    order: &ReviewOrder<'_>,
    pull: &PullRow,
    head_sha: &str,
) -> Result<Review, ForgeError> {
    if order.by == Sender::Agent(&pull.author) {
        return Err(ForgeError::Own { number: pull.number, act: "review" });
    }
    let body = order.body.trim();
    require_said(order, body)?;
    let notice = notice(order, pull, body, head_sha);
    let draft = ReviewDraft {
        by: order.by,
        state: order.state,
        body,
        remarks: order.remarks,
        commit: head_sha,
        notice: &notice,
    };
    let kept = site.store.add_review(pull.number, &draft, site.clock.now_ms())?;
    // Between the look and the write it can have been merged.
    let latest = || site.store.pull(pull.number).ok().flatten().map_or(pull.state, |pull| pull.state);
    kept.ok_or_else(|| ForgeError::NotOpen { number: pull.number, state: latest() })
}

/// Refuses a review that says nothing, or more than a review may.
pub(in crate::forge) fn require_said(order: &ReviewOrder<'_>, body: &str) -> Result<(), ForgeError> {
    let wrong = |what: &str| Err(ForgeError::Text { what: what.to_owned() });
    match order.state {
        ReviewState::Pending => return wrong("a review approves, requests changes, or comments"),
        ReviewState::ChangesRequested if body.is_empty() && order.remarks.is_empty() => {
            return wrong("whoever requests changes says which");
        }
        ReviewState::Commented if body.is_empty() && order.remarks.is_empty() => {
            return wrong("a comment says something");
        }
        ReviewState::Approved | ReviewState::ChangesRequested | ReviewState::Commented => {}
    }
    if order.remarks.len() > REMARKS {
        return wrong(&format!("a review has at most {REMARKS} remarks, not {}", order.remarks.len()));
    }
    for remark in order.remarks {
        if !is_path(&remark.path) {
            let shown: String = remark.path.chars().take(100).collect();
            let shown = shown.escape_debug();
            return wrong(&format!("`{shown}` is no path relative to the top of the repository"));
        }
        if remark.line == Some(0) || remark.body.trim().is_empty() {
            return wrong("a remark says something, and lines are counted from 1");
        }
    }
    let remarks = order.remarks.iter().map(|remark| remark.path.len() + remark.body.len());
    require_length("a review with its remarks", body.len() + remarks.sum::<usize>())?;
    require_text("a review", body)?;
    order.remarks.iter().try_for_each(|remark| require_text("a remark", &remark.body))
}

/// Refuses a text that is too long, or that no database and no terminal would take.
pub(in crate::forge) fn require_text(what: &str, text: &str) -> Result<(), ForgeError> {
    if text.contains('\0') {
        return Err(ForgeError::Text { what: format!("{what} has no zero byte") });
    }
    require_length(what, text.len())
}

fn require_length(what: &str, bytes: usize) -> Result<(), ForgeError> {
    if bytes > TEXT_BYTES {
        return Err(ForgeError::Text { what: format!("{what} has at most {TEXT_BYTES} bytes, not {bytes}") });
    }
    Ok(())
}

fn is_path(path: &str) -> bool {
    let plain = Utf8Path::new(path).components().all(|part| matches!(part, Utf8Component::Normal(_)));
    plain && !path.is_empty() && path.len() <= PATH_BYTES && !path.contains(char::is_control)
}

/// What the author is told.
fn notice(order: &ReviewOrder<'_>, pull: &PullRow, body: &str, head_sha: &str) -> String {
    let commit: String = head_sha.chars().take(8).collect();
    let number = pull.number;
    let mut text = match order.state {
        ReviewState::Approved => format!("Your pull request #{number} was approved at {commit}."),
        ReviewState::ChangesRequested => format!(
            "Changes are requested in your pull request #{number} at {commit}. Make them, commit, and file it again."
        ),
        ReviewState::Commented | ReviewState::Pending => {
            format!("There is a comment on your pull request #{number} at {commit}.")
        }
    };
    if !body.is_empty() {
        text = format!("{text}\n\n{body}");
    }
    let lines: Vec<_> = order.remarks.iter().map(remark_line).collect();
    if !lines.is_empty() {
        text = format!("{text}\n\n{}", lines.join("\n"));
    }
    text
}

/// A remark in a line.
pub(in crate::forge) fn remark_line(remark: &Remark) -> String {
    match remark.line {
        Some(line) => format!("{}:{line}: {}", remark.path, remark.body),
        None => format!("{}: {}", remark.path, remark.body),
    }
}
