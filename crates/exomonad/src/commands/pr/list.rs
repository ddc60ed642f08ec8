//! `exomonad pr list`: one a line.

use exomonad_host::contract::forge::{PullRequest, PullRequestState};
use exomonad_host::store::pull_state_name;
use serde_json::json;

use super::Counter;
use super::words::to_json;
use crate::cli::{ListArgs, StateFilter};
use crate::commands::project::now_ms;
use crate::commands::words::age;
use crate::exit::Exit;
use crate::output::{Mark, Output, clean};

const COLUMNS: [&str; 7] = ["NUMBER", "STATE", "HEAD", "BASE", "AUTHOR", "SINCE", "TITLE"];

pub(super) fn run(counter: &Counter, output: &Output, args: &ListArgs) -> anyhow::Result<Exit> {
    let state = match args.state {
        StateFilter::Open => Some(PullRequestState::Open),
        StateFilter::Merged => Some(PullRequestState::Merged),
        StateFilter::Closed => Some(PullRequestState::Closed),
        StateFilter::All => None,
    };
    let pulls = counter.forge.pull_requests(state)?;
    if args.json {
        let pulls: Vec<_> = pulls.iter().map(to_json).collect();
        output.answer(&format!("{:#}\n", json!({ "schema": 1, "pull_requests": pulls })))?;
    } else if pulls.is_empty() {
        output.say(Mark::Nothing, "there is no such pull request; `--state all` lists every one");
    } else {
        output.answer(&to_table(&pulls, now_ms()))?;
    }
    Ok(Exit::Ok)
}

fn to_table(pulls: &[PullRequest], now_ms: u64) -> String {
    let rows = pulls.iter().map(|pull| {
        [
            format!("#{}", pull.number),
            pull_state_name(pull.state).to_owned(),
            pull.head.clone(),
            pull.base.clone(),
            pull.author.clone(),
            age(now_ms, pull.updated_ms),
            pull.title.clone(),
        ]
    });
    let rows: Vec<_> = std::iter::once(COLUMNS.map(str::to_owned)).chain(rows).collect();
    let mut widths = [0; COLUMNS.len()];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let line = |row: &[String; COLUMNS.len()]| {
        let cells: Vec<_> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        format!("{}\n", clean(cells.join("  ").trim_end()))
    };
    rows.iter().map(line).collect()
}
