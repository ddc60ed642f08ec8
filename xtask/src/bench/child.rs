//! Measures: a small process whose only children are the runs, so that what the system says of its children is theirs.
//!
//! The table's driver starts it once a batch, as `cargo xtask bench-child LANES RUNS PAYLOAD PROGRAM ARGS…`. It prints
//! a line per run: wall and processor time in microseconds, and the peak memory in KiB so far. With several lanes,
//! which run side by side, only the wall time of the whole counts.

use std::fs::File;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use camino::Utf8Path;
use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

use super::sample::Sample;
use crate::output;

/// Runs a batch.
pub(crate) fn child(arguments: &[&str]) -> Result<()> {
    let [lanes, runs, payload, program, arguments @ ..] = arguments else {
        bail!("expected LANES RUNS PAYLOAD PROGRAM ARGS…");
    };
    let lanes: usize = lanes.parse().context("LANES is not a number")?;
    let runs: usize = runs.parse().context("RUNS is not a number")?;
    let run = Run { payload: Utf8Path::new(payload), program, arguments };
    if lanes > 1 {
        output::answer(&run.side_by_side(lanes, runs)?.to_string());
        return Ok(());
    }
    for _ in 0..runs {
        output::answer(&run.alone()?.to_string());
    }
    Ok(())
}

/// One start of a program.
struct Run<'a> {
    payload: &'a Utf8Path,
    program: &'a str,
    arguments: &'a [&'a str],
}

impl Run<'_> {
    /// Once, with nothing else running.
    fn alone(&self) -> Result<Sample> {
        let before = processor_micros(&usage()?);
        let mut command = self.command()?;
        let begun = Instant::now();
        self.wait(&mut command)?;
        let wall = begun.elapsed();
        let usage = usage()?;
        Ok(Sample {
            wall_us: u64::try_from(wall.as_micros())?,
            processor_us: processor_micros(&usage) - before,
            peak_kib: peak_kib(&usage),
        })
    }

    /// `runs` times in each of `lanes` threads.
    fn side_by_side(&self, lanes: usize, runs: usize) -> Result<Sample> {
        let before = processor_micros(&usage()?);
        let begun = Instant::now();
        std::thread::scope(|scope| {
            let lanes: Vec<_> = (0..lanes)
                .map(|_| scope.spawn(|| (0..runs).try_for_each(|_| self.wait(&mut self.command()?))))
                .collect();
            lanes.into_iter().try_for_each(|lane| match lane.join() {
                Ok(result) => result,
                Err(_) => bail!("a lane panicked"),
            })
        })?;
        let wall = begun.elapsed();
        let usage = usage()?;
        Ok(Sample {
            wall_us: u64::try_from(wall.as_micros())?,
            processor_us: processor_micros(&usage) - before,
            peak_kib: peak_kib(&usage),
        })
    }

    #[expect(clippy::disallowed_methods, reason = "what is measured is started bare, with nothing between")]
    fn command(&self) -> Result<Command> {
        let payload =
            File::open(self.payload).with_context(|| format!("failed to open `{}`", self.payload))?;
        let mut command = Command::new(self.program);
        command.args(self.arguments).stdin(payload).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(command)
    }

    fn wait(&self, command: &mut Command) -> Result<()> {
        let status = command.status().with_context(|| format!("failed to start `{}`", self.program))?;
        if !status.success() {
            bail!("`{}` failed with {status}", self.program);
        }
        Ok(())
    }
}

fn usage() -> Result<Usage> {
    getrusage(UsageWho::RUSAGE_CHILDREN).context("the system does not tell what children used")
}

fn processor_micros(usage: &Usage) -> u64 {
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    u64::try_from(micros).unwrap_or_default()
}

/// Darwin counts in bytes.
fn peak_kib(usage: &Usage) -> u64 {
    let unit = if cfg!(target_os = "macos") { 1024 } else { 1 };
    u64::try_from(usage.max_rss()).unwrap_or_default() / unit
}
