//! `exomonad reply`: answers a question, or declines to.

use std::io::Read as _;

use anyhow::Context as _;
use exomonad_host::ui::{FORM_BYTES, Given, Values, reply};

use super::ask::{missing_id, require_person};
use super::project::{now_ms, require_repository, require_store};
use crate::cli::ReplyArgs;
use crate::env::Env;
use crate::exit::Exit;
use crate::output::{Mark, Output, problem};

/// The most bytes that are read from stdin.
const LIMIT: u64 = 8 * FORM_BYTES as u64;

pub(crate) fn run(env: &Env, output: &Output, args: &ReplyArgs) -> anyhow::Result<Exit> {
    let store = require_store(&require_repository(env)?)?;
    let Some(id) = &args.id else {
        return missing_id(&store, output, "exomonad reply --id ID (--payload JSON | --cancel)");
    };
    require_person(env, &store)?;
    let Some(payload) = &args.payload else {
        reply(&store, id, Given::Declined, "reply", now_ms())?;
        output.say(Mark::Done, &format!("declined request `{id}`"));
        return Ok(Exit::Ok);
    };
    let values: Values = serde_json::from_str(&read(payload)?).map_err(|err| {
        problem(
            format!("the payload is no JSON object: {err}"),
            "give each field's value by its id, such as `--payload '{\"name\": \"value\"}'`",
        )
    })?;
    reply(&store, id, Given::Values(&values), "reply", now_ms())?;
    output.say(Mark::Done, &format!("answered request `{id}`"));
    Ok(Exit::Ok)
}

fn read(given: &str) -> anyhow::Result<String> {
    if given != "-" {
        return Ok(given.to_owned());
    }
    let mut text = String::new();
    std::io::stdin()
        .take(LIMIT)
        .read_to_string(&mut text)
        .context("failed to read the payload from stdin")?;
    Ok(text)
}
