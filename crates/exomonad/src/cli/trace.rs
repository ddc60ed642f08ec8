//! The arguments of what is about traces.

use camino::Utf8PathBuf;
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct TraceArgs {
    /// Only this agent, and what came of it.
    pub(crate) agent: Option<String>,
    /// Prints JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// How many of the newest spans to show; what they are parts of is shown with them.
    #[arg(long, short = 'n', default_value_t = 100, value_name = "N")]
    pub(crate) last: usize,
}

#[derive(Debug, Args)]
pub(crate) struct FlushSpansArgs {
    /// The project's main checkout.
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Utf8PathBuf,
}
