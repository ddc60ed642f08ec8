//! `exomonad pr`: pull requests, for people. A process of an agent acts as that agent.

mod act;
mod list;
mod show;
mod words;

use exomonad_host::agent::{Speaker, speaker};
use exomonad_host::forge::{Ending, Forge, Patience, open};

use super::project::require_site;
use crate::cli::{PrArgs, PrCommand};
use crate::env::Env;
use crate::exit::Exit;
use crate::output::Output;

/// The forge, and whoever stands before it.
struct Counter {
    forge: Box<dyn Forge>,
    speaker: Speaker,
}

pub(crate) fn run(env: &Env, output: &Output, args: &PrArgs) -> anyhow::Result<Exit> {
    let site = require_site(env)?;
    let speaker = speaker(&site.store, env.agent.as_deref())?;
    let counter = Counter { forge: open(site, Ending::Allowed, Patience::endless())?, speaker };
    match &args.command {
        PrCommand::List(args) => list::run(&counter, output, args),
        PrCommand::Show(args) => show::run(&counter, output, args),
        PrCommand::Diff(args) => show::diff(&counter, output, args),
        PrCommand::Review(args) => act::review(&counter, output, args),
        PrCommand::Comment(args) => act::comment(&counter, output, args),
        PrCommand::Merge(args) => act::merge(&counter, output, args),
        PrCommand::Close(args) => act::close(&counter, output, args),
    }
}
