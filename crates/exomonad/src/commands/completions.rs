//! `exomonad completions`: prints a completion script.

use clap::CommandFactory;

use crate::cli::{Cli, CompletionsArgs};
use crate::exit::Exit;
use crate::output::Output;

pub(crate) fn run(output: &Output, args: &CompletionsArgs) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "exomonad", &mut script);
    output.answer(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Ok)
}
