//! `exomonad approve`: shows the commands that came with the repository, and keeps which of them their user approved.

use exomonad_host::project::pending;

use super::project::{now_ms, require_site};
use crate::cli::ApproveArgs;
use crate::env::Env;
use crate::exit::Exit;
use crate::output::{Mark, Output, has_terminal, problem};

pub(crate) fn run(env: &Env, output: &Output, args: &ApproveArgs) -> anyhow::Result<Exit> {
    let site = require_site(env)?;
    let pending = pending(&site.config, &site.store)?;
    if pending.is_empty() {
        output.say(Mark::Nothing, "no command that came with the repository waits for your approval");
        return Ok(Exit::Ok);
    }
    let mut refused = false;
    for command in &pending {
        output.say(Mark::ToDo, &format!("`{}` would run {}", command.key, command.shown()));
        if !args.yes && !has_terminal() {
            refused = true;
            continue;
        }
        if args.yes || output.ask("approve it?")? {
            site.store.approve(&command.hash(), &command.shown(), now_ms())?;
            output
                .say(Mark::Done, &format!("`{}` is approved, as long as it stays exactly this", command.key));
        } else {
            output.say(Mark::Nothing, &format!("`{}` is not approved, and is not run", command.key));
        }
    }
    if refused {
        return Err(problem(
            "there is no terminal to ask in, so nothing was approved",
            "look at the commands above, then run `exomonad approve --yes`, or `exomonad approve` in a terminal",
        ));
    }
    Ok(Exit::Ok)
}
