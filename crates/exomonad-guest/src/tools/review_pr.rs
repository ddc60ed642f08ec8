//! Shows a pull request, or passes a verdict on it.

use exomonad_sdk::forge::{Remark, ReviewState};
use exomonad_sdk::{Context, EffectError, EffectErrorKind, Host, Tool, ToolError, ToolHints};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::reviewed::{Parts, Reviewed, shown};

/// The most bytes of a diff that are shown at once.
const DIFF_BYTES: u32 = 64 << 10;

/// The tool `review_pr`.
pub(crate) struct ReviewPr;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Args {
    /// The pull request.
    #[schemars(range(min = 1))]
    pr_number: u64,
    /// Your verdict. Left out: it is shown, so that you can read it first.
    verdict: Option<Verdict>,
    /// What you say of the whole. Needed to request changes or to comment, unless there are remarks.
    body: Option<String>,
    /// What you say of single places.
    #[serde(default)]
    remarks: Vec<RemarkArg>,
    /// Shows the diff of this file alone, when that of all is too long.
    path: Option<String>,
}

#[derive(Deserialize, Serialize, JsonSchema, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    /// It can be merged.
    Approve,
    /// It must not be merged before what you name is done.
    RequestChanges,
    /// Neither.
    Comment,
}

#[derive(Deserialize, JsonSchema)]
struct RemarkArg {
    /// The file.
    path: String,
    /// The line, as the new file counts them.
    #[schemars(range(min = 1))]
    line: Option<u32>,
    /// What is wrong there, and what would be right.
    body: String,
}

impl Tool for ReviewPr {
    type Args = Args;
    type Output = Reviewed;

    const NAME: &'static str = "review_pr";
    const TITLE: &'static str = "Review a pull request";
    const DESCRIPTION: &'static str = "\
Without `verdict`, shows a pull request: its description, what exomonad found out about the work, checks, earlier reviews, and \
the diff. With `verdict`, reviews it at its newest commit, and tells the agent that filed it. Read before you judge: what an \
agent says of its work is a claim. Not for your own.";
    const HINTS: ToolHints =
        ToolHints { read_only: false, destructive: false, idempotent: false, open_world: true };

    fn call(host: &mut dyn Host, _: &Context, args: Args) -> Result<Reviewed, ToolError> {
        match args.verdict {
            None => show(host, &args),
            Some(verdict) => judge(host, &args, verdict),
        }
    }

    fn text(reviewed: &Reviewed) -> String {
        reviewed.text()
    }
}

fn show(host: &mut dyn Host, args: &Args) -> Result<Reviewed, ToolError> {
    if args.body.is_some() || !args.remarks.is_empty() {
        return Err(ToolError::new("a review needs a `verdict`").with_hint(
            "pass `approve`, `request_changes` or `comment`; leave `body` and `remarks` out to read it first",
        ));
    }
    let number = args.pr_number;
    let pull = host.forge_get_pull_request(number)?;
    let changes = host.forge_diff(number, args.path.as_deref(), DIFF_BYTES)?;
    let reviews = host.forge_reviews(number)?;
    let comments = host.forge_review_comments(number)?;
    // A forge without checks is still one to read in.
    let checks = if_offered(host.forge_checks(number))?;
    Ok(shown(Parts { pull, changes, reviews, comments, checks }))
}

fn if_offered<T: Default>(result: Result<T, EffectError>) -> Result<T, EffectError> {
    match result {
        Err(error) if error.kind == EffectErrorKind::Unavailable => Ok(T::default()),
        result => result,
    }
}

fn judge(host: &mut dyn Host, args: &Args, verdict: Verdict) -> Result<Reviewed, ToolError> {
    let body = args.body.as_deref().unwrap_or_default().trim();
    if verdict != Verdict::Approve && body.is_empty() && args.remarks.is_empty() {
        return Err(ToolError::new(
            "a review that does not approve says why: `body` and `remarks` are empty",
        )
        .with_hint("name what has to change, and where"));
    }
    if let Some(empty) = args.remarks.iter().find(|remark| remark.body.trim().is_empty()) {
        return Err(ToolError::new(format!("the remark on `{}` is empty", empty.path)));
    }
    if args.path.is_some() {
        return Err(ToolError::new("`path` is for reading; a remark names its own file"));
    }
    let pull = host.forge_get_pull_request(args.pr_number)?;
    let remarks: Vec<Remark> = args.remarks.iter().map(remark).collect();
    let review = host.forge_submit_review(args.pr_number, verdict.state(), body, &remarks)?;
    Ok(Reviewed::judged(pull, &review, verdict))
}

fn remark(remark: &RemarkArg) -> Remark {
    Remark { path: remark.path.clone(), line: remark.line, body: remark.body.trim().to_owned() }
}

impl Verdict {
    fn state(self) -> ReviewState {
        match self {
            Self::Approve => ReviewState::Approved,
            Self::RequestChanges => ReviewState::ChangesRequested,
            Self::Comment => ReviewState::Commented,
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Approve => "approved",
            Self::RequestChanges => "requested changes on",
            Self::Comment => "commented on",
        }
    }
}
