//! The command line of `exomonad pr`.

use clap::{ArgGroup, Args, Subcommand, ValueEnum};

#[derive(Debug, Args)]
pub(crate) struct PrArgs {
    #[command(subcommand)]
    pub(crate) command: PrCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PrCommand {
    /// Lists pull requests, newest first.
    List(ListArgs),
    /// Prints one: what it says, how it is checked, what reviewers say, and which files it changes.
    Show(ShowArgs),
    /// Prints what one changes, as a unified diff.
    Diff(DiffArgs),
    /// Reviews one at its newest commit, and tells its author.
    Review(ReviewArgs),
    /// Says something about one, or about one of its files, and tells its author.
    Comment(CommentArgs),
    /// Merges one into its base. No checkout with changes in it is touched.
    ///
    /// A merge that would run into changes that are not committed in a checkout of the base is refused. Its author is cleaned
    /// up, unless it has more work or `project.clean_up_merged` is false. Exit code 1 when there are conflicts.
    Merge(MergeArgs),
    /// Closes one without a merge, and tells its author.
    Close(CloseArgs),
}

/// Which ones are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StateFilter {
    Open,
    Merged,
    Closed,
    All,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Only those in this state.
    #[arg(long, value_name = "STATE", default_value = "open")]
    pub(crate) state: StateFilter,
    /// Prints JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// Its number.
    pub(crate) number: u64,
    /// Prints JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// Its number.
    pub(crate) number: u64,
    /// Only this file or directory, relative to the top of the repository.
    pub(crate) path: Option<String>,
    /// Only how many lines of each file come and go.
    #[arg(long)]
    pub(crate) stat: bool,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("verdict").required(true).args(["approve", "request_changes", "comment"])))]
pub(crate) struct ReviewArgs {
    /// Its number.
    pub(crate) number: u64,
    /// It is good as it is.
    #[arg(long)]
    pub(crate) approve: bool,
    /// It is not to be merged before something is changed. Needs a message.
    #[arg(long, requires = "message")]
    pub(crate) request_changes: bool,
    /// Neither. Needs a message.
    #[arg(long, requires = "message")]
    pub(crate) comment: bool,
    /// What there is to say.
    #[arg(long, short, value_name = "TEXT")]
    pub(crate) message: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct CommentArgs {
    /// Its number.
    pub(crate) number: u64,
    /// The file that it is about, relative to the top of the repository.
    #[arg(long, value_name = "FILE")]
    pub(crate) path: Option<String>,
    /// The line that it is about.
    #[arg(long, requires = "path", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) line: Option<u32>,
    /// What there is to say.
    #[arg(long, short, value_name = "TEXT")]
    pub(crate) message: String,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("strategy").args(["squash", "merge", "rebase"])))]
pub(crate) struct MergeArgs {
    /// Its number.
    pub(crate) number: u64,
    /// All of it as one commit; this is the default.
    #[arg(long)]
    pub(crate) squash: bool,
    /// A commit that has both sides for parents.
    #[arg(long)]
    pub(crate) merge: bool,
    /// Each commit on top of the base.
    #[arg(long)]
    pub(crate) rebase: bool,
    /// Although changes are requested, or checks have not passed.
    #[arg(long)]
    pub(crate) force: bool,
    /// Prints JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CloseArgs {
    /// Its number.
    pub(crate) number: u64,
    /// Why, for its author.
    #[arg(long, short, value_name = "TEXT")]
    pub(crate) message: Option<String>,
}
