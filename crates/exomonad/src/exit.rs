//! Exit codes.

use std::process::ExitCode;

use exomonad_host::harness::{EventSpec, Harness};

/// How a command ended. `hook` is apart: its exit code is part of the harness's contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// It did what it says.
    Ok,
    /// It failed, or found something wrong.
    Failed,
    /// It was called wrongly.
    Usage,
    /// Ctrl-C cancelled what it did. As shells have it: 128 and the signal's number.
    Cancelled,
    /// As a coding agent that it was there for: with its code, or with 128 and the signal's number.
    Of(u8),
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Ok => Self::SUCCESS,
            Exit::Failed => Self::FAILURE,
            Exit::Usage => Self::from(2),
            Exit::Cancelled => Self::from(130),
            Exit::Of(code) => Self::from(code),
        }
    }
}

/// Prints clap's answer: help and version are no errors. `hook_event` is the event when the command was `hook`: code 2
/// means "denied" to every harness, and a stop that is denied for ever never ends.
pub(crate) fn usage(err: &clap::Error, hook_event: Option<&str>) -> ExitCode {
    // A closed pipe leaves nobody to tell.
    drop(err.print());
    let guards =
        |event| Harness::ALL.iter().filter_map(|harness| harness.event(event)).any(EventSpec::is_guard);
    match hook_event {
        _ if !err.use_stderr() => Exit::Ok.into(),
        Some(event) if !guards(event) => Exit::Failed.into(),
        Some(_) | None => Exit::Usage.into(),
    }
}
