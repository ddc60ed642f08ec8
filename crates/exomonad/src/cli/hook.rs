//! The command line of `exomonad hook`.

use std::ffi::OsString;

use clap::Args;
use exomonad_host::harness::Harness;

#[derive(Debug, PartialEq, Eq, Args)]
pub(crate) struct HookArgs {
    /// The event, such as `pre-tool-use`, `stop` or `session-start`. An unknown one is passed.
    pub(crate) event: String,
    /// Which coding agent asks; told from the question when left out.
    #[arg(long, visible_alias = "runtime", value_name = "NAME")]
    pub(crate) harness: Option<Harness>,
}

impl HookArgs {
    /// Reads the command line that our own settings give a harness, so that a hook does not pay for the description of every
    /// command there is. Any other is clap's to read, and to complain about.
    pub(crate) fn as_installed(mut arguments: impl Iterator<Item = OsString>) -> Option<Self> {
        let mut next = || arguments.next()?.into_string().ok();
        if next()? != "hook" {
            return None;
        }
        let event = next().filter(|event| !event.starts_with('-'))?;
        if next()? != "--harness" {
            return None;
        }
        let harness = next()?.parse().ok()?;
        arguments.next().is_none().then_some(Self { event, harness: Some(harness) })
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use clap::Parser as _;

    use super::HookArgs;
    use crate::cli::{Cli, Command};

    fn read(line: &str) -> Option<HookArgs> {
        HookArgs::as_installed(line.split(' ').map(OsString::from))
    }

    #[test]
    fn the_installed_command_line_is_read_as_clap_reads_it() {
        for line in ["hook pre-tool-use --harness claude", "hook what --harness gemini"] {
            let cli = Cli::try_parse_from(format!("exomonad {line}").split(' ')).unwrap();
            let Command::Hook(expect) = cli.command else { panic!("{line}") };
            assert_eq!(read(line), Some(expect), "{line}");
        }
    }

    #[test]
    fn every_other_command_line_is_left_to_clap() {
        for line in [
            "hook",
            "hook stop",
            "hook --help",
            "hook --harness claude stop",
            "hook stop --harness",
            "hook stop --harness nobody",
            "hook stop --harness claude --help",
            "hook -v --harness claude",
            "ps",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
