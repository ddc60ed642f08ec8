//! Terminal multiplexers: where agents can be seen. A command-line driver for zellij and for tmux, and one of our own for no
//! terminal at all.
//!
//! Rules this room keeps: a pane is named by its id, never by its title; what a multiplexer says it did is read back before
//! it is believed; no text reaches a terminal that is not [`Sanitized`]. A pane says nothing of how its program ended: the
//! launcher records that.

mod choice;
mod error;
pub mod headless;
mod program;
mod sanitized;
mod tmux;
mod wait;
mod zellij;

use std::fmt::Debug;
use std::str::FromStr;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

pub use self::choice::{choose, session_name};
pub use self::error::MuxError;
pub use self::sanitized::Sanitized;
use crate::surroundings::Surroundings;

/// A multiplexer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MuxKind {
    /// Zellij, from 0.45.
    Zellij,
    /// tmux, from 3.3.
    Tmux,
    /// No terminal: a pty of our own for each agent.
    Headless,
}

impl MuxKind {
    /// Every multiplexer, in the order in which they are preferred.
    pub const ALL: [Self; 3] = [Self::Zellij, Self::Tmux, Self::Headless];

    /// The word for it, which is also the program's name where there is one.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Zellij => "zellij",
            Self::Tmux => "tmux",
            Self::Headless => "headless",
        }
    }
}

/// Which multiplexer the user wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MuxChoice {
    /// The one we are inside, else the first that is installed, else none.
    #[default]
    Auto,
    /// This one.
    Only(MuxKind),
}

/// A word that names no multiplexer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown multiplexer `{name}`, expected one of: auto, zellij, tmux, headless")]
pub struct UnknownMux {
    /// What was given.
    pub name: String,
}

impl MuxChoice {
    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Only(kind) => kind.name(),
        }
    }
}

impl FromStr for MuxChoice {
    type Err = UnknownMux;

    fn from_str(name: &str) -> Result<Self, UnknownMux> {
        if name == "auto" {
            return Ok(Self::Auto);
        }
        let kind = MuxKind::ALL.into_iter().find(|kind| kind.name() == name);
        kind.map(Self::Only).ok_or_else(|| UnknownMux { name: name.to_owned() })
    }
}

/// Names a session from anywhere on the machine, whatever the environment there says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Whose session it is.
    pub mux: MuxKind,
    /// Its name, as the multiplexer has it.
    pub session: String,
    /// tmux: the server's socket. Zellij: the directory of its sockets, where it is not the default one. Headless: the
    /// directory of the panes' sockets.
    pub socket: Option<Utf8PathBuf>,
}

/// Names a pane for as long as its multiplexer's server runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pane {
    /// The session it is in.
    pub address: Address,
    /// Tells the server from an earlier one of the same name, whose ids mean nothing now.
    pub epoch: String,
    /// The tab's id, in the multiplexer's own notation.
    pub tab: String,
    /// The pane's id, in the multiplexer's own notation.
    pub pane: String,
}

/// What a pane is to run, and how it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaneSpec<'a> {
    /// Shown to the user; not a name to find it by.
    pub title: &'a str,
    /// Where the program starts: a directory that exists.
    pub dir: &'a Utf8Path,
    /// The program, absolute, and its arguments. Anyone on the machine may read them.
    pub argv: &'a [String],
    /// Added to the program's environment. Anyone on the machine may read it.
    pub env: &'a [(String, String)],
    /// Where to keep what the program shows, when the terminal is our own; another multiplexer takes no notice.
    pub log: Option<&'a Utf8Path>,
}

/// Whether a session is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionState {
    /// There is none.
    Missing,
    /// It runs, with so many terminals attached.
    Alive {
        /// How many.
        clients: u32,
    },
    /// Zellij remembers it, and would bring its commands back suspended.
    Exited,
}

/// A pane that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaneInfo {
    /// Its tab.
    pub tab: String,
    /// Its id.
    pub pane: String,
    /// Its title.
    pub title: String,
    /// The program's pid, where the multiplexer tells.
    pub pid: Option<u32>,
    /// Its program ended, and only its last screen is left.
    pub ended: bool,
}

/// A key to press.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// Enter.
    Enter,
    /// Escape.
    Escape,
    /// Ctrl-C.
    Interrupt,
}

/// What became of a popup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Popup {
    /// It is this pane, which stays until its program ends, whoever comes and goes.
    In(Pane),
    /// It was shown to one terminal and is gone: its program ended, it was closed, or that terminal left. Or it never came up, as
    /// where another popup is open.
    Gone,
    /// This multiplexer has nothing that a popup could be shown in.
    Nowhere,
}

/// A terminal multiplexer's one session: the project's.
///
/// Every operation verifies what it did by reading the multiplexer's state back. An error leaves nothing behind that was
/// not there before.
pub trait Multiplexer: Debug + Send + Sync {
    /// Names the session as the multiplexer has it, from anywhere on the machine: this is the address to keep. It differs from
    /// the one that was asked for where that named no socket, or where tmux writes `_` for a `.` or `:` of the name.
    fn address(&self) -> &Address;

    /// Whether the session is there.
    ///
    /// # Errors
    /// The multiplexer is missing, too old, or does not answer.
    fn state(&self) -> Result<SessionState, MuxError>;

    /// Makes the session with a first tab. An exited session of the name is removed first; a live one is a conflict.
    ///
    /// # Errors
    /// It is there already, its name is none, the program ended before it was seen, or the multiplexer failed.
    fn create(&self, first: &PaneSpec<'_>) -> Result<Pane, MuxError>;

    /// Ends the session with everything in it; one that is not there is no error.
    ///
    /// # Errors
    /// The multiplexer failed.
    fn end(&self) -> Result<(), MuxError>;

    /// The command that attaches the user's terminal to the session, at a pane if one is given, and its environment. Whoever
    /// runs it has checked that there is a terminal.
    ///
    /// # Errors
    /// The pane is gone, or the multiplexer failed.
    fn attach(&self, at: Option<&Pane>) -> Result<AttachLine, MuxError>;

    /// Opens a tab; works whether or not anybody is attached.
    ///
    /// # Errors
    /// The session is not there (then nothing was done), the program ended before it was seen, or the multiplexer failed.
    fn open_tab(&self, spec: &PaneSpec<'_>) -> Result<Pane, MuxError>;

    /// Opens a pane in the tab of another; headless, each pane is a tab of its own.
    ///
    /// # Errors
    /// That pane is gone, there is no room, the program ended before it was seen, or the multiplexer failed.
    fn open_pane(&self, beside: &Pane, spec: &PaneSpec<'_>) -> Result<Pane, MuxError>;

    /// Every pane of the session that runs a program of its user's.
    ///
    /// # Errors
    /// The multiplexer failed; a session that is not there has no panes.
    fn panes(&self) -> Result<Vec<PaneInfo>, MuxError>;

    /// The pane, if it is there. One of an earlier server is not.
    ///
    /// # Errors
    /// The multiplexer failed.
    fn find(&self, pane: &Pane) -> Result<Option<PaneInfo>, MuxError>;

    /// The pane that was opened for this process, which is there.
    ///
    /// # Errors
    /// The multiplexer failed.
    fn pane_of(&self, pid: u32) -> Result<Option<Pane>, MuxError>;

    /// Pastes text as one piece, without pressing Enter.
    ///
    /// # Errors
    /// The pane is gone, or the multiplexer failed.
    fn paste(&self, pane: &Pane, text: &Sanitized) -> Result<(), MuxError>;

    /// Presses a key.
    ///
    /// # Errors
    /// The pane is gone, or the multiplexer failed.
    fn press(&self, pane: &Pane, key: Key) -> Result<(), MuxError>;

    /// What the pane shows, line by line, without blanks at the lines' ends; `full`: with what has scrolled out of sight.
    ///
    /// # Errors
    /// The pane is gone, or the multiplexer failed.
    fn screen(&self, pane: &Pane, full: bool) -> Result<String, MuxError>;

    /// Names the terminals that are attached: one that leaves and comes again has another name.
    ///
    /// # Errors
    /// The multiplexer failed; a session that is not there has none.
    fn clients(&self) -> Result<Vec<String>, MuxError>;

    /// Shows a program above everything else, with the keys going to it: in the tab of `over`, or, where a popup belongs to a
    /// terminal, in the one that was used last. Returns at once where the popup is a pane, and else when it is gone, which may take
    /// for ever.
    ///
    /// # Errors
    /// The session is not there, or the multiplexer failed.
    fn popup(&self, over: Option<&Pane>, spec: &PaneSpec<'_>) -> Result<Popup, MuxError>;

    /// Shows a line for a moment to everybody who is attached, where there is such a thing.
    ///
    /// # Errors
    /// The multiplexer failed.
    fn notify(&self, line: &Sanitized) -> Result<(), MuxError>;

    /// Closes the pane. Its program gets a hang-up and may outlive it, which is the launcher's business. One that is gone is
    /// no error.
    ///
    /// # Errors
    /// The multiplexer failed.
    fn close(&self, pane: &Pane) -> Result<(), MuxError>;
}

/// A command to replace this process with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachLine {
    /// The program and its arguments.
    pub argv: Vec<String>,
    /// Variables to set.
    pub set: Vec<(String, String)>,
    /// Variables to remove.
    pub unset: Vec<String>,
}

/// The driver of a session.
#[must_use]
pub fn open(address: Address, surroundings: &Surroundings) -> Box<dyn Multiplexer> {
    match address.mux {
        MuxKind::Zellij => Box::new(zellij::Zellij::new(&address, surroundings)),
        MuxKind::Tmux => Box::new(tmux::Tmux::new(&address, surroundings)),
        MuxKind::Headless => Box::new(headless::Headless::new(address, surroundings)),
    }
}

/// Gives each line to the plugins of a zellij session that listen to a pipe, for at most so long. Tells whether the session is
/// one of zellij's: no other multiplexer has pipes.
///
/// # Errors
/// Zellij failed, or a plugin keeps the pipe.
pub(crate) fn pipe(
    address: &Address,
    surroundings: &Surroundings,
    pipe: &str,
    lines: &str,
    limit: Duration,
) -> Result<bool, MuxError> {
    match address.mux {
        MuxKind::Zellij => {
            zellij::Zellij::new(address, surroundings).pipe(pipe, lines, limit)?;
            Ok(true)
        }
        MuxKind::Tmux | MuxKind::Headless => Ok(false),
    }
}

/// Opens a tab in the session, which is made with it when it is not there. Whoever does the same at the same time gets a tab
/// of the same session.
///
/// # Errors
/// The multiplexer failed, or the session comes and goes.
pub fn ensure(
    address: Address,
    surroundings: &Surroundings,
    tab: &PaneSpec<'_>,
) -> Result<(Box<dyn Multiplexer>, Pane), MuxError> {
    let mux = open(address, surroundings);
    let opened = wait::until(wait::PATIENCE, || match mux.open_tab(tab) {
        Err(MuxError::NoSession { .. }) => match mux.create(tab) {
            // Another was faster.
            Err(MuxError::SessionExists { .. }) => Ok(None),
            made => made.map(Some),
        },
        opened => opened.map(Some),
    })?;
    match opened {
        Some(pane) => Ok((mux, pane)),
        None => {
            let Address { mux, session, .. } = mux.address().clone();
            Err(MuxError::NoSession { mux, session })
        }
    }
}

/// Refuses a directory that is not there: multiplexers start the program somewhere else then, without a word.
fn require_dir(mux: MuxKind, dir: &Utf8Path) -> Result<(), MuxError> {
    if dir.is_dir() {
        return Ok(());
    }
    let act = format!("start a program in `{dir}`");
    Err(MuxError::Refused { mux, act, complaint: "there is no such directory".to_owned() })
}

/// The longest path that a socket may have, in bytes.
const SOCKET_BYTES: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

/// Whose processes and sockets ours are.
fn user() -> u32 {
    rustix::process::getuid().as_raw()
}

/// The most characters of a title that are shown.
const TITLE_CHARS: usize = 60;

/// A title in one short line.
fn shown_title(title: &str) -> String {
    title.chars().map(|c| if c.is_control() { ' ' } else { c }).take(TITLE_CHARS).collect()
}

/// What a pane shows, without the blanks at the end of each line and without the empty lines at the end.
fn screen_text(screen: &str) -> String {
    let lines: Vec<&str> = screen.lines().map(str::trim_end).collect();
    lines.join("\n").trim_end_matches('\n').to_owned()
}
