//! `exomonad requests`: the questions that wait for a person's answer.

use std::collections::BTreeSet;
use std::time::Duration;

use exomonad_host::store::{RequestRow, Store};
use exomonad_host::ui::form_of;
use serde_json::{Value, json};

use super::project::{now_ms, require_repository, require_store};
use super::words::{age, time};
use crate::cli::RequestsArgs;
use crate::env::Env;
use crate::exit::Exit;
use crate::output::{Mark, Output, clean};

/// The longest time without a look while following.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

pub(crate) fn run(env: &Env, output: &Output, args: &RequestsArgs) -> anyhow::Result<Exit> {
    let store = require_store(&require_repository(env)?)?;
    // Watching begins before the first look, so that nothing falls in between.
    let watching = args.follow.then(|| store.changes().watch());
    let mut generation = watching.as_ref().map(exomonad_host::store::Watching::generation);
    let rows = waiting(&store)?;
    print(output, &rows, args.json)?;
    let Some(watching) = watching else {
        if rows.is_empty() && !args.json {
            output.say(Mark::Nothing, "nothing waits for an answer");
        }
        return Ok(Exit::Ok);
    };
    let mut open: BTreeSet<String> = rows.into_iter().map(|row| row.id).collect();
    loop {
        let seen = generation.take().unwrap_or_default();
        generation = Some(watching.wait(seen, LOOK_AGAIN));
        let rows = waiting(&store)?;
        let now_open: BTreeSet<String> = rows.iter().map(|row| row.id.clone()).collect();
        let mut news = Vec::new();
        for id in open.difference(&now_open) {
            news.extend(store.request(id)?);
        }
        news.extend(rows.into_iter().filter(|row| !open.contains(&row.id)));
        print(output, &news, args.json)?;
        open = now_open;
    }
}

/// Those that somebody waits for.
fn waiting(store: &Store) -> anyhow::Result<Vec<RequestRow>> {
    let open = store.open_requests()?;
    Ok(open.into_iter().filter(|row| !row.is_orphaned()).collect())
}

fn print(output: &Output, rows: &[RequestRow], as_json: bool) -> anyhow::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let now_ms = now_ms();
    let text = rows.iter().map(|row| if as_json { to_json(row) } else { to_text(row, now_ms) });
    output.answer(&text.collect::<String>())?;
    Ok(())
}

/// Its id, who asks, what, and how it stands.
fn to_text(row: &RequestRow, now_ms: u64) -> String {
    let title = form_of(row).map_or_else(|_unread| String::new(), |form| form.title);
    let standing = match &row.ended_by {
        Some(by) => format!("{} by {by}", row.state.name()),
        None => format!("waits for {}", age(now_ms, row.opened_ms)),
    };
    let line = format!("{}  {}  {standing}  {title}", row.id, row.asker).replace(['\n', '\t'], " ");
    format!("{}\n", clean(&line))
}

fn to_json(row: &RequestRow) -> String {
    let form: Value = serde_json::from_str(&row.form).unwrap_or(Value::Null);
    let object = json!({
        "schema": 1, "id": row.id, "asker": row.asker, "state": row.state.name(),
        "opened": time(row.opened_ms), "deadline": time(row.deadline_ms), "shown": row.is_shown(),
        "ended_by": row.ended_by, "ended": row.ended_ms.map(time), "form": form,
    });
    format!("{object}\n")
}
