//! Everything CI checks, the cheap checks first. The tests come last, so that their summary is the last thing read.

use std::time::Instant;

use anyhow::{Context as _, Result};

use crate::workspace::Workspace;
use crate::{checks, e2e, guest, output, tidy};

type Step = (&'static str, fn(&Workspace) -> Result<()>);

const STEPS: &[Step] = &[
    ("fmt", checks::require_formatted),
    ("tidy", tidy::run),
    ("clippy", checks::clippy),
    ("docs", checks::docs),
    ("guest", guest::check),
    ("e2e", |workspace| e2e::run(workspace, &[])),
    ("test", checks::test),
];

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    for &(name, step) in STEPS {
        output::step(name);
        let start = Instant::now();
        step(workspace).with_context(|| format!("`{name}` failed"))?;
        output::done_in(name, start.elapsed());
    }
    Ok(())
}
