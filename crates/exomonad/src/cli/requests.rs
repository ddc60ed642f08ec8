//! What the commands about questions to people take.

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct RequestsArgs {
    /// Prints one JSON object a line, with the form.
    #[arg(long)]
    pub(crate) json: bool,
    /// Waits, and prints each question as it comes and as it ends.
    #[arg(long, short)]
    pub(crate) follow: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ReplyArgs {
    /// The question, by its id.
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,
    /// The answer: a JSON object with the fields' values by their ids, or `-` to read it from stdin.
    #[arg(long, value_name = "JSON", required_unless_present_any = ["cancel"], conflicts_with = "cancel")]
    pub(crate) payload: Option<String>,
    /// Declines to answer.
    #[arg(long)]
    pub(crate) cancel: bool,
}

#[derive(Debug, Args)]
pub(crate) struct AskArgs {
    /// The question, by its id.
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,
}
