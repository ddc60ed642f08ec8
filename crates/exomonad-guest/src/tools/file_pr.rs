//! Files the caller's work as a pull request.

use exomonad_sdk::{Context, Host, Tool, ToolError, ToolHints};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sent::require_text;
use crate::standing::require_done;

/// The tool `file_pr`.
pub(crate) struct FilePr;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Args {
    /// What it changes, in a line.
    #[schemars(length(min = 1))]
    title: String,
    /// What was done and why, how it was checked, and what whoever reviews it should look at.
    #[schemars(length(min = 1))]
    body: String,
    /// The branch to merge it into; the one that yours was made from when left out.
    base_branch: Option<String>,
}

/// The pull request of the caller's branch.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Filed {
    /// Its number, for `pr_number`.
    number: u64,
    /// Where a person can look at it.
    url: String,
    /// Your branch.
    head: String,
    /// The branch that it is to be merged into.
    base: String,
    /// Its newest commit.
    commit: String,
    outcome: Outcome,
    /// What exomonad itself found out about the work, in lines.
    receipt: String,
}

#[derive(Serialize, JsonSchema, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    /// There was none for this branch.
    Created,
    /// It was open already, and has the new title, description and commits now.
    Updated,
}

impl Tool for FilePr {
    type Args = Args;
    type Output = Filed;

    const NAME: &'static str = "file_pr";
    const TITLE: &'static str = "File a pull request";
    const DESCRIPTION: &'static str = "\
Files your branch as a pull request, or updates the one that is open: call it again after more commits. Refused while files \
are not committed, or a command that the project asks for has not passed on the files as they are; the answer names them. \
Your parent reviews and merges it. Afterwards report with `notify_parent`, with its number.";
    const HINTS: ToolHints =
        ToolHints { read_only: false, destructive: false, idempotent: true, open_world: true };

    fn call(host: &mut dyn Host, cx: &Context, args: Args) -> Result<Filed, ToolError> {
        let title = args.title.trim();
        require_text("title", title)?;
        require_text("body", &args.body)?;
        if title.contains('\n') {
            return Err(ToolError::new("argument `title` is one line; the rest belongs into `body`"));
        }
        let standing = host.work_get()?;
        if standing.branch.is_none() {
            return Err(ToolError::new("no branch is checked out, so there is nothing to file")
                .with_hint("check out your branch: `git switch BRANCH`"));
        }
        require_done(cx, &standing)?;
        let was_open = standing.pull_request.is_some_and(|filed| filed.open);
        let base = args.base_branch.as_deref().map(str::trim).filter(|base| !base.is_empty());
        let pull = host.forge_create_or_update(title, args.body.trim(), base)?;
        Ok(Filed {
            number: pull.number,
            url: pull.url,
            head: pull.head,
            base: pull.base,
            commit: pull.head_sha,
            outcome: if was_open { Outcome::Updated } else { Outcome::Created },
            receipt: pull.receipt.unwrap_or(standing.receipt),
        })
    }

    fn text(filed: &Filed) -> String {
        let Filed { number, url, head, base, receipt, .. } = filed;
        let did = match filed.outcome {
            Outcome::Created => "filed",
            Outcome::Updated => "updated",
        };
        format!("{did} pull request #{number}: `{head}` into `{base}` ({url})\n{receipt}")
    }
}
