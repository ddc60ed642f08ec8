//! What people read. Answers go to stdout, everything else to stderr.
//!
//! The marks: `✓` done, `◎` to do, `▲` warning, `✗` wrong, `○` nothing to do, `↳` the next step.

use std::io::{self, BufRead, IsTerminal, Write};
use std::process::ExitCode;

use exomonad_host::agent::{IdentityError, LeadError, RunError, SpeakerError, StopError};
use exomonad_host::config::ConfigError;
use exomonad_host::forge::ForgeError;
use exomonad_host::install::InstallError;
use exomonad_host::mux::MuxError;
use exomonad_host::store::StoreError;
use exomonad_host::tool::{CallError, ToolboxError};
use exomonad_host::ui::ReplyError;

use crate::env::Env;
use crate::exit::Exit;

/// The two streams.
#[derive(Debug)]
pub(crate) struct Output {
    color: bool,
}

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    Done,
    ToDo,
    Warning,
    Wrong,
    Nothing,
    Next,
}

impl Mark {
    fn sign(self) -> &'static str {
        match self {
            Self::Done => "✓",
            Self::ToDo => "◎",
            Self::Warning => "▲",
            Self::Wrong => "✗",
            Self::Nothing => "○",
            Self::Next => "↳",
        }
    }

    /// The terminal's code for the colour.
    fn color(self) -> &'static str {
        match self {
            Self::Done => "32",
            Self::ToDo => "36",
            Self::Warning => "33",
            Self::Wrong => "31",
            Self::Nothing | Self::Next => "2",
        }
    }
}

impl Output {
    /// Colour when both streams are terminals and the user did not say no.
    pub(crate) fn new(env: &Env) -> Self {
        Self { color: !env.no_color && io::stderr().is_terminal() && io::stdout().is_terminal() }
    }

    /// Without colour.
    pub(crate) fn plain() -> Self {
        Self { color: false }
    }

    /// Prints a part of the answer.
    pub(crate) fn answer(&self, text: &str) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()
    }

    /// Says what happened.
    pub(crate) fn say(&self, mark: Mark, text: &str) {
        raw(&self.line(mark, text));
    }

    /// A line with its mark.
    pub(crate) fn line(&self, mark: Mark, text: &str) -> String {
        let sign = mark.sign();
        let text = clean(text);
        match self.color {
            true => format!("\x1b[{}m{sign}\x1b[0m {text}\n", mark.color()),
            false => format!("{sign} {text}\n"),
        }
    }

    /// Warns.
    pub(crate) fn warn(&self, text: &str) {
        self.say(Mark::Warning, text);
    }

    /// Asks a question that a yes answers; whoever asks has checked that there is a terminal.
    pub(crate) fn ask(&self, question: &str) -> io::Result<bool> {
        raw(&format!("{} [y/N] ", clean(question)));
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
    }

    /// Prints an error, its causes and its hint, once.
    pub(crate) fn fail(&self, err: &anyhow::Error) -> ExitCode {
        self.explain(err);
        Exit::Failed.into()
    }

    /// As [`Output::fail`], for whoever knows a better exit code.
    pub(crate) fn explain(&self, err: &anyhow::Error) {
        let mut text = format!("error: {}\n", clean(&err.to_string()));
        for cause in err.chain().skip(1) {
            text = format!("{text}  caused by: {}\n", clean(&cause.to_string()));
        }
        if let Some(hint) = err.chain().find_map(hint_of) {
            text = format!("{text}\nhint: {}\n", clean(&hint));
        }
        raw(&text);
    }
}

/// Whether somebody can type here and see what comes of it.
pub(crate) fn has_terminal() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// Writes to stderr; a closed one leaves nobody to tell.
pub(crate) fn raw(text: &str) {
    drop(io::stderr().lock().write_all(text.as_bytes()));
}

/// A failure that this program found itself, with the exact next step.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
struct Problem {
    message: String,
    hint: String,
}

/// A failure with its next step.
pub(crate) fn problem(message: impl Into<String>, hint: impl Into<String>) -> anyhow::Error {
    Problem { message: message.into(), hint: hint.into() }.into()
}

/// An error of any kind.
type AnyError = dyn std::error::Error + 'static;

/// The next step that an error knows.
fn hint_of(err: &AnyError) -> Option<String> {
    let known: [fn(&AnyError) -> Option<String>; 14] = [
        |err| Some(err.downcast_ref::<Problem>()?.hint.clone()),
        |err| Some(err.downcast_ref::<ConfigError>()?.hint()),
        |err| err.downcast_ref::<StoreError>()?.hint(),
        |err| err.downcast_ref::<IdentityError>()?.hint(),
        |err| err.downcast_ref::<SpeakerError>()?.hint(),
        |err| err.downcast_ref::<ForgeError>()?.hint(),
        |err| err.downcast_ref::<InstallError>()?.hint(),
        |err| err.downcast_ref::<ToolboxError>()?.hint(),
        |err| err.downcast_ref::<CallError>()?.hint(),
        |err| err.downcast_ref::<RunError>()?.hint(),
        |err| err.downcast_ref::<StopError>()?.hint(),
        |err| err.downcast_ref::<LeadError>()?.hint(),
        |err| err.downcast_ref::<MuxError>()?.hint(),
        |err| err.downcast_ref::<ReplyError>()?.hint(),
    ];
    known.into_iter().find_map(|hint| hint(err))
}

/// Whether the reader of our answer went away, which is its right.
pub(crate) fn is_closed_pipe(err: &anyhow::Error) -> bool {
    let pipe = |err: &io::Error| err.kind() == io::ErrorKind::BrokenPipe;
    err.chain().any(|cause| cause.downcast_ref::<io::Error>().is_some_and(pipe))
}

/// Takes control characters out of text that may come from elsewhere, so that it cannot drive the terminal.
pub(crate) fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c }).collect()
}
