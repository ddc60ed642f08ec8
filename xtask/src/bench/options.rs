//! What the caller asked for.

use anyhow::{Context as _, Result, bail};
use camino::Utf8PathBuf;

/// Enough for a 99th percentile that means something.
const RUNS: u32 = 200;

/// How to measure.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Options {
    /// Runs of each contender.
    pub(super) runs: u32,
    /// The program to measure; built when absent.
    pub(super) exe: Option<Utf8PathBuf>,
    /// The only part to measure; all when absent.
    pub(super) only: Option<Part>,
}

/// A part of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Hooks.
    Hooks,
    /// The MCP server.
    Mcp,
    /// Spawning and listing agents.
    Agents,
    /// Messages, merges and the demonstration.
    Messages,
}

impl Options {
    /// Reads the arguments after `bench`.
    pub(super) fn parse(arguments: &[&str]) -> Result<Self> {
        let mut options = Self { runs: RUNS, exe: None, only: None };
        let mut rest = arguments.iter();
        while let Some(&option) = rest.next() {
            let value = rest.next().with_context(|| format!("`{option}` needs a value"));
            match option {
                "--runs" => {
                    let text = value?;
                    options.runs =
                        text.parse().with_context(|| format!("`{text}` is not a number of runs"))?;
                }
                "--exe" => options.exe = Some(Utf8PathBuf::from(*value?)),
                "--only" => {
                    options.only = Some(match *value? {
                        "hooks" => Part::Hooks,
                        "mcp" => Part::Mcp,
                        "agents" => Part::Agents,
                        "messages" => Part::Messages,
                        other => bail!(
                            "there is no part `{other}`; there are `hooks`, `mcp`, `agents` and `messages`"
                        ),
                    });
                }
                _ => bail!("unknown option `{option}`; there are `--runs N`, `--exe PATH` and `--only PART`"),
            }
        }
        if options.runs == 0 {
            bail!("`--runs` must be at least 1");
        }
        Ok(options)
    }

    /// Whether a part is wanted.
    pub(super) fn measures(&self, part: Part) -> bool {
        self.only.is_none_or(|only| only == part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bench_options_have_defaults() {
        assert_eq!(Options::parse(&[]).unwrap(), Options { runs: RUNS, exe: None, only: None });
        let options = Options::parse(&["--exe", "/a", "--runs", "7", "--only", "mcp"]).unwrap();
        assert_eq!(options, Options { runs: 7, exe: Some("/a".into()), only: Some(Part::Mcp) });
        assert!(options.measures(Part::Mcp) && !options.measures(Part::Hooks));
    }

    #[test]
    fn bench_refuses_what_it_does_not_know() {
        for arguments in
            [&["--runs"] as &[&str], &["--runs", "x"], &["--runs", "0"], &["--fast", "1"], &["--only", "x"]]
        {
            assert!(Options::parse(arguments).is_err(), "{arguments:?}");
        }
    }
}
