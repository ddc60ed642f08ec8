//! The project's own commands. `cargo xtask` lists them.

mod bench;
mod checks;
mod ci;
mod clients;
mod e2e;
mod guest;
mod output;
mod process;
mod tidy;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};
use workspace::Workspace;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  test              every test: nextest, then the examples in the docs
  fmt [--check]     format the sources, or say which are not formatted
  clippy            lints, warnings are errors
  docs              build the API documentation, warnings are errors
  tidy              the rules that no compiler checks
  guest [--check]   rebuild the WASM guests, or prove that they match their sources
  e2e               hold the real coding agents, offline; arguments go to nextest
  ci                all of the above, as CI runs it
  bench [--runs N] [--exe PATH] [--only hooks|mcp|agents]
                    how long a hook, a call of a tool and a spawn take, beside what else could do it";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => {
            output::failure(&err);
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Result<()> {
    if let [bench::CHILD, rest @ ..] = arguments {
        return bench::child(rest);
    }
    let workspace = Workspace::find()?;
    match arguments {
        ["test"] => checks::test(&workspace),
        ["fmt"] => checks::format(&workspace),
        ["fmt", "--check"] => checks::require_formatted(&workspace),
        ["clippy"] => checks::clippy(&workspace),
        ["docs"] => checks::docs(&workspace),
        ["e2e", rest @ ..] => e2e::run(&workspace, rest),
        ["tidy"] => tidy::run(&workspace),
        ["guest"] => guest::rebuild(&workspace),
        ["guest", "--check"] => guest::check(&workspace),
        ["ci"] => ci::run(&workspace),
        ["bench", rest @ ..] => bench::run(&workspace, rest),
        [] | ["help" | "--help" | "-h"] => {
            output::answer(USAGE);
            Ok(())
        }
        other => bail!("unknown command `{}`\n\n{USAGE}", other.join(" ")),
    }
}
