//! `exomonad pr show` and `exomonad pr diff`: all there is to know about one.

use std::io::IsTerminal as _;

use exomonad_host::contract::forge::{Changes, Check, PullRequest, Review, ReviewComment};
use exomonad_host::contract::git::FileStat;
use exomonad_host::store::{pull_state_name, review_state_name};
use serde_json::json;

use super::Counter;
use super::words::{check_name, check_word, indented, short, to_json};
use crate::cli::{DiffArgs, ShowArgs};
use crate::commands::project::now_ms;
use crate::commands::words::{age, time};
use crate::exit::Exit;
use crate::output::{Output, clean};

/// The most bytes of a diff that are printed.
const DIFF_BYTES: usize = 64 << 20;

/// What is known of one.
struct Known {
    pull: PullRequest,
    checks: Vec<Check>,
    reviews: Vec<Review>,
    remarks: Vec<ReviewComment>,
    files: Vec<FileStat>,
}

pub(super) fn run(counter: &Counter, output: &Output, args: &ShowArgs) -> anyhow::Result<Exit> {
    let (forge, number) = (&counter.forge, args.number);
    let known = Known {
        pull: forge.pull_request(number)?,
        checks: forge.checks(number)?,
        reviews: forge.reviews(number)?,
        remarks: forge.review_comments(number)?,
        files: forge.diff(number, None, 1)?.files,
    };
    output.answer(&if args.json { json_of(&known) } else { clean(&text_of(&known, now_ms())) })?;
    Ok(Exit::Ok)
}

pub(super) fn diff(counter: &Counter, output: &Output, args: &DiffArgs) -> anyhow::Result<Exit> {
    let Changes { files, text, truncated } =
        counter.forge.diff(args.number, args.path.as_deref(), DIFF_BYTES)?;
    if args.stat {
        output.answer(&clean(&files.iter().map(stat_line).collect::<String>()))?;
        return Ok(Exit::Ok);
    }
    // A program gets what git wrote, so that it can be applied; a terminal gets nothing that drives it.
    output.answer(&if std::io::stdout().is_terminal() { clean(&text) } else { text })?;
    if truncated {
        output.warn(&format!("only the first {DIFF_BYTES} bytes are shown; name a path to see the rest"));
    }
    Ok(Exit::Ok)
}

fn text_of(known: &Known, now_ms: u64) -> String {
    let Known { pull, checks, reviews, remarks, files } = known;
    let mut parts = vec![format!(
        "#{} {}\n{}: `{}` into `{}`, by {}, at {}, {} ago\n",
        pull.number,
        pull.title,
        pull_state_name(pull.state),
        pull.head,
        pull.base,
        pull.author,
        short(&pull.head_sha),
        age(now_ms, pull.updated_ms)
    )];
    if let Some(merge) = &pull.merge_sha {
        parts.push(format!("Merged as {}\n", short(merge)));
    }
    if !pull.body.is_empty() {
        parts.push(indented(&pull.body));
    }
    if let Some(receipt) = &pull.receipt {
        parts.push(format!("Receipt (found out by exomonad):\n{}", indented(receipt)));
    }
    if !checks.is_empty() {
        let line = |check: &Check| format!("    `{}` {}\n", check.name, check_word(check.state));
        parts.push(format!("Checks:\n{}", checks.iter().map(line).collect::<String>()));
    }
    if !reviews.is_empty() {
        let review = |review: &Review| {
            let (author, state) = (&review.author, review_state_name(review.state));
            let when = age(now_ms, review.time_ms);
            let head = format!("    {author} {state} at {}, {when} ago\n", short(&review.commit));
            format!("{head}{}", indented(&indented(&review.body)))
        };
        parts.push(format!("Reviews:\n{}", reviews.iter().map(review).collect::<String>()));
    }
    if !remarks.is_empty() {
        let remark = |remark: &ReviewComment| {
            let line = remark.line.map(|line| format!(":{line}")).unwrap_or_default();
            let head = format!("    {}{line}, {}:\n", remark.path, remark.author);
            format!("{head}{}", indented(&indented(&remark.body)))
        };
        parts.push(format!("Remarks:\n{}", remarks.iter().map(remark).collect::<String>()));
    }
    let files: String = files.iter().map(|file| format!("    {}", stat_line(file))).collect();
    parts.push(format!("Files:\n{files}"));
    parts.join("\n")
}

fn stat_line(file: &FileStat) -> String {
    match file.binary {
        true => format!("{} (binary)\n", file.path),
        false => format!("{} +{} -{}\n", file.path, file.added, file.deleted),
    }
}

fn json_of(known: &Known) -> String {
    let Known { pull, checks, reviews, remarks, files } = known;
    let checks: Vec<_> =
        checks.iter().map(|check| json!({ "name": check.name, "state": check_name(check.state) })).collect();
    let reviews: Vec<_> = reviews
        .iter()
        .map(|review| {
            json!({
                "author": review.author, "human": review.human, "state": review_state_name(review.state),
                "commit": review.commit, "time": time(review.time_ms), "body": review.body,
            })
        })
        .collect();
    let remarks: Vec<_> = remarks
        .iter()
        .map(|remark| {
            json!({
                "author": remark.author, "human": remark.human, "path": remark.path, "line": remark.line,
                "body": remark.body,
            })
        })
        .collect();
    let files: Vec<_> = files
        .iter()
        .map(|file| {
            json!({ "path": file.path, "added": file.added, "deleted": file.deleted, "binary": file.binary })
        })
        .collect();
    let mut shown = to_json(pull);
    if let Some(shown) = shown.as_object_mut() {
        shown.insert("schema".to_owned(), json!(1));
        shown.insert("checks".to_owned(), json!(checks));
        shown.insert("reviews".to_owned(), json!(reviews));
        shown.insert("remarks".to_owned(), json!(remarks));
        shown.insert("files".to_owned(), json!(files));
    }
    format!("{shown:#}\n")
}
