//! Exit codes.

use std::process::ExitCode;

/// How a command ended. `hook` is apart: its exit code is part of the harness's contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// It did what it says.
    Ok,
    /// It failed, or found something wrong.
    Failed,
    /// It was called wrongly.
    Usage,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Ok => Self::SUCCESS,
            Exit::Failed => Self::FAILURE,
            Exit::Usage => Self::from(2),
        }
    }
}

/// Prints clap's answer: help and version are no errors.
pub(crate) fn usage(err: &clap::Error) -> ExitCode {
    // A closed pipe leaves nobody to tell.
    drop(err.print());
    if err.use_stderr() { Exit::Usage.into() } else { Exit::Ok.into() }
}
