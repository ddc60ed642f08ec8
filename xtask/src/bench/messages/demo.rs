//! The whole loop.

use std::time::Instant;

use anyhow::Result;

use crate::bench::table::table;
use crate::bench::tools::Tools;
use crate::output;

const RUNS: u32 = 3;

/// Measures: seconds of each run.
pub(super) fn run(tools: &Tools) -> Result<Vec<f64>> {
    output::step("the demonstration");
    (0..RUNS)
        .map(|_| {
            let begun = Instant::now();
            tools.command(&tools.dir, &["TERM=dumb"], &[tools.exe.as_str(), "demo"]).read()?;
            Ok(begun.elapsed().as_secs_f64())
        })
        .collect()
}

/// The section of the report.
pub(super) fn section(seconds: &[f64]) -> String {
    let rows = [seconds.iter().map(|seconds| format!("{seconds:.1}")).collect::<Vec<_>>()];
    format!("### `exomonad demo`\n\n{}", table(&["first run, s", "second", "third"], &rows))
}
