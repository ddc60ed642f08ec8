//! `exomonad pr`: pull requests, for people. A process of an agent acts as that agent.

mod act;
mod list;
mod show;
mod words;

use exomonad_host::agent::{Site, Speaker, speaker};
use exomonad_host::contract::forge::{MergeResult, MergeStrategy};
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

/// Merges a pull request as `exomonad pr merge` does when it is told nothing more.
pub(super) fn merge(env: &Env, site: Site, number: u64) -> anyhow::Result<MergeResult> {
    act::merge_as(&counter(env, site)?, number, MergeStrategy::Squash, false)
}

fn counter(env: &Env, site: Site) -> anyhow::Result<Counter> {
    let speaker = speaker(&site.store, env.agent.as_deref())?;
    Ok(Counter { forge: open(site, Ending::Allowed, Patience::endless())?, speaker })
}

pub(crate) fn run(env: &Env, output: &Output, args: &PrArgs) -> anyhow::Result<Exit> {
    let counter = counter(env, require_site(env)?)?;
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
