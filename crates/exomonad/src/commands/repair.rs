//! `exomonad repair`: mends what a crash left behind, and names what it cannot.

use exomonad_host::agent::repair;
use serde_json::json;

use super::project::require_site;
use crate::cli::RepairArgs;
use crate::env::Env;
use crate::exit::Exit;
use crate::output::{Mark, Output, clean};

pub(crate) fn run(env: &Env, output: &Output, args: &RepairArgs) -> anyhow::Result<Exit> {
    let site = require_site(env)?;
    let repaired = repair(&site)?;
    if args.json {
        let shown = json!({ "schema": 1, "done": repaired.done, "left": repaired.left });
        output.answer(&format!("{shown:#}\n"))?;
    } else {
        for done in &repaired.done {
            output.say(Mark::Done, &clean(done));
        }
        for left in &repaired.left {
            output.warn(&clean(left));
        }
        if repaired.done.is_empty() && repaired.left.is_empty() {
            output.say(Mark::Nothing, "nothing is wrong");
        }
    }
    Ok(if repaired.left.is_empty() { Exit::Ok } else { Exit::Failed })
}
