//! Drives tmux: everything by ids, on the user's own server unless the address has another.

mod popup;
mod script;
mod server;

use std::io::Write;

use self::script::{Script, literal, program};
use self::server::{Answer, Server, inside};
use super::wait::{PATIENCE, until};
use super::{
    Address, AttachLine, Key, Multiplexer, MuxError, Pane, PaneInfo, PaneSpec, Popup, Sanitized,
    SessionState, require_dir, screen_text, shown_title,
};
use crate::surroundings::Surroundings;

/// One line for a pane: the server's epoch, the ids, the program, whether it ended, the title.
const ROW: &str = "#{pid} #{start_time} #{window_id} #{pane_id} #{pane_pid} #{pane_dead} #{pane_title}";

/// One session of tmux.
#[derive(Debug)]
pub(super) struct Tmux {
    address: Address,
    server: Server,
    /// The server of the pane that we are in, as its socket.
    inside: Option<camino::Utf8PathBuf>,
}

/// A pane as tmux lists it.
struct Row {
    epoch: String,
    info: PaneInfo,
}

impl Tmux {
    pub(super) fn new(address: &Address, surroundings: &Surroundings) -> Self {
        let server = Server::new(address.socket.as_deref(), surroundings);
        // tmux does so without a word, since both separate the parts of a target.
        let session = address.session.replace([':', '.'], "_");
        let address = Address { session, socket: Some(server.socket().to_owned()), mux: address.mux };
        Self { address, server, inside: inside(surroundings) }
    }

    /// The session as a target: no other that begins with its name.
    fn target(&self) -> String {
        format!("={}:", self.address.session)
    }

    fn refused(&self, act: &str, complaint: String) -> MuxError {
        MuxError::Refused { mux: self.address.mux, act: act.to_owned(), complaint }
    }

    fn no_session(&self) -> MuxError {
        MuxError::NoSession { mux: self.address.mux, session: self.address.session.clone() }
    }

    fn no_pane(&self, pane: &Pane) -> MuxError {
        let (session, pane) = (self.address.session.clone(), pane.pane.clone());
        MuxError::NoPane { mux: self.address.mux, session, pane }
    }

    fn require_name(&self) -> Result<(), MuxError> {
        let session = &self.address.session;
        let why = if session.is_empty() {
            "it is empty"
        } else if session.starts_with('$') {
            "tmux takes `$` at the beginning for an id"
        } else if session.contains(|c: char| c.is_control() || c == '\\') {
            "tmux changes backslashes and control characters"
        } else {
            return Ok(());
        };
        Err(MuxError::Name { mux: self.address.mux, session: session.clone(), why: why.to_owned() })
    }

    /// Makes the session, or finds that a server which is just ending cannot.
    fn try_create(&self, script: &Script) -> Result<Option<Row>, MuxError> {
        match self.server.ask(script)? {
            Answer::Done(stdout) | Answer::Failed { stdout, .. } if !stdout.is_empty() => {
                self.made("make a session", &stdout).map(Some)
            }
            Answer::Done(_) | Answer::Absent => Ok(None),
            Answer::Failed { complaint, .. } => match self.state()? {
                SessionState::Alive { .. } => Err(self.exists()),
                SessionState::Missing | SessionState::Exited if self.server.runs() => {
                    Err(self.refused("make a session", complaint))
                }
                SessionState::Missing | SessionState::Exited => Ok(None),
            },
        }
    }

    fn exists(&self) -> MuxError {
        MuxError::SessionExists { mux: self.address.mux, session: self.address.session.clone() }
    }

    /// Opens a pane by a script that prints its row.
    fn open(&self, act: &str, script: &Script) -> Result<Row, MuxError> {
        match self.server.ask(script)? {
            Answer::Done(stdout) => self.made(act, &stdout),
            // The pane is made; what comes after it may have failed because it is gone again.
            Answer::Failed { stdout, .. } if !stdout.is_empty() => self.made(act, &stdout),
            Answer::Absent => Err(self.no_session()),
            Answer::Failed { complaint, .. } => match self.state()? {
                SessionState::Alive { .. } => Err(self.refused(act, complaint)),
                SessionState::Missing | SessionState::Exited => Err(self.no_session()),
            },
        }
    }

    /// The pane that tmux says it made.
    fn made(&self, act: &str, stdout: &str) -> Result<Row, MuxError> {
        let complaint = || format!("it told of no pane: {}", stdout.trim());
        rows(stdout).next().ok_or_else(|| self.refused(act, complaint()))
    }

    fn pane(&self, row: Row) -> Pane {
        Pane { address: self.address.clone(), epoch: row.epoch, tab: row.info.tab, pane: row.info.pane }
    }

    /// Runs the rest of a new pane's script, and reads the pane back.
    fn settle(&self, act: &str, row: Row, script: &Script) -> Result<Pane, MuxError> {
        let pane = self.pane(row);
        if let Answer::Done(_) = self.server.ask(script)?
            && self.find(&pane)?.is_some()
        {
            return Ok(pane);
        }
        self.close(&pane)?;
        Err(self.refused(act, "its program ended at once".to_owned()))
    }

    fn list(&self, script: &Script) -> Result<Vec<Row>, MuxError> {
        match self.server.ask(script)? {
            Answer::Done(stdout) => Ok(rows(&stdout).collect()),
            Answer::Absent => Ok(Vec::new()),
            Answer::Failed { complaint, .. } => match self.state()? {
                SessionState::Alive { .. } => Err(self.refused("list its panes", complaint)),
                SessionState::Missing | SessionState::Exited => Ok(Vec::new()),
            },
        }
    }

    fn require(&self, pane: &Pane) -> Result<PaneInfo, MuxError> {
        self.find(pane)?.filter(|info| !info.ended).ok_or_else(|| self.no_pane(pane))
    }

    /// Does something to a pane that is there.
    fn touch(&self, act: &str, pane: &Pane, script: &Script) -> Result<String, MuxError> {
        self.require(pane)?;
        match self.server.ask(script)? {
            Answer::Done(stdout) => Ok(stdout),
            Answer::Absent => Err(self.no_pane(pane)),
            Answer::Failed { complaint, .. } => {
                self.require(pane)?;
                Err(self.refused(act, complaint))
            }
        }
    }
}

impl Multiplexer for Tmux {
    fn address(&self) -> &Address {
        &self.address
    }

    fn state(&self) -> Result<SessionState, MuxError> {
        let script = Script::default().then(&["list-sessions", "-F", "#{session_attached} #{session_name}"]);
        match self.server.ask(&script)? {
            Answer::Done(stdout) => {
                let mut sessions = stdout.lines().filter_map(|line| line.split_once(' '));
                let found = sessions.find(|(_, name)| *name == self.address.session);
                Ok(found.map_or(SessionState::Missing, |(clients, _)| SessionState::Alive {
                    clients: clients.parse().unwrap_or_default(),
                }))
            }
            Answer::Absent => Ok(SessionState::Missing),
            Answer::Failed { complaint, .. } => Err(self.refused("list its sessions", complaint)),
        }
    }

    fn create(&self, first: &PaneSpec<'_>) -> Result<Pane, MuxError> {
        self.require_name()?;
        require_dir(self.address.mux, first.dir)?;
        self.server.make_dir()?;
        let (name, title, target) = (literal(&self.address.session), shown_title(first.title), self.target());
        let script = Script::default()
            .then(&["new-session", "-d", "-s", &name, "-x", "240", "-y", "70", "-n", &literal(&title)])
            .with(pane_options(first))
            .then(&["set-option", "-t", &target, "destroy-unattached", "off"]);
        // A server that is just ending takes the command with it.
        let row = until(PATIENCE, || self.try_create(&script))?;
        let row = row.ok_or_else(|| self.refused("start a server", "it ended at once".to_owned()))?;
        // What was set for the first pane is not for those after it.
        let unset = |script: Script, (name, _): &(String, String)| {
            script.then(&["set-environment", "-u", "-t", &target, name])
        };
        let script = first.env.iter().fold(own_window(&row.info.pane, &title), unset);
        self.settle("make a session", row, &script)
    }

    fn end(&self) -> Result<(), MuxError> {
        let script = Script::default().then(&["kill-session", "-t", &self.target()]);
        let answer = self.server.ask(&script)?;
        match (self.state()?, answer) {
            (SessionState::Missing | SessionState::Exited, _) => Ok(()),
            (SessionState::Alive { .. }, Answer::Failed { complaint, .. }) => {
                Err(self.refused("end the session", complaint))
            }
            (SessionState::Alive { .. }, Answer::Done(_) | Answer::Absent) => {
                Err(self.refused("end the session", "it is still there".to_owned()))
            }
        }
    }

    fn attach(&self, at: Option<&Pane>) -> Result<AttachLine, MuxError> {
        let target = match at {
            Some(pane) => self.require(pane).map(|info| info.pane)?,
            None => self.target(),
        };
        // A client of this very server is sent there; one of another is left where it is.
        let is_here = self.inside.as_deref() == Some(self.server.socket());
        let command = if is_here { "switch-client" } else { "attach-session" };
        let argv = ["tmux", "-S", self.server.socket().as_str(), command, "-t", &target];
        let unset = if is_here { Vec::new() } else { vec!["TMUX".to_owned(), "TMUX_PANE".to_owned()] };
        Ok(AttachLine { argv: argv.map(str::to_owned).into(), set: Vec::new(), unset })
    }

    fn open_tab(&self, spec: &PaneSpec<'_>) -> Result<Pane, MuxError> {
        let act = "open a tab";
        require_dir(self.address.mux, spec.dir)?;
        let title = shown_title(spec.title);
        let script = Script::default()
            .then(&["new-window", "-d", "-t", &self.target(), "-n", &literal(&title)])
            .with(pane_options(spec));
        let row = self.open(act, &script)?;
        let script = own_window(&row.info.pane, &title);
        self.settle(act, row, &script)
    }

    fn open_pane(&self, beside: &Pane, spec: &PaneSpec<'_>) -> Result<Pane, MuxError> {
        let act = "open a pane";
        require_dir(self.address.mux, spec.dir)?;
        self.require(beside)?;
        // The pane beside may be too small to be split, with room enough in its tab.
        let script = Script::default()
            .then(&["select-layout", "-t", &beside.pane, "tiled"])
            .then(&["split-window", "-d", "-t", &beside.pane])
            .with(pane_options(spec))
            .then(&["select-layout", "-t", &beside.pane, "tiled"]);
        let row = self.open(act, &script)?;
        let script = own_pane(&row.info.pane, &shown_title(spec.title));
        self.settle(act, row, &script)
    }

    fn panes(&self) -> Result<Vec<PaneInfo>, MuxError> {
        let script = Script::default().then(&["list-panes", "-s", "-t", &self.target(), "-F", ROW]);
        Ok(self.list(&script)?.into_iter().map(|row| row.info).collect())
    }

    fn find(&self, pane: &Pane) -> Result<Option<PaneInfo>, MuxError> {
        // Wherever in the server the user moved it to.
        let filter = format!("#{{==:#{{pane_id}},{}}}", pane.pane);
        let script = Script::default().then(&["list-panes", "-a", "-f", &filter, "-F", ROW]);
        let mut rows = self.list(&script)?.into_iter();
        Ok(rows.find(|row| row.epoch == pane.epoch && row.info.pane == pane.pane).map(|row| row.info))
    }

    fn pane_of(&self, pid: u32) -> Result<Option<Pane>, MuxError> {
        let filter = format!("#{{==:#{{pane_pid}},{pid}}}");
        let script =
            Script::default().then(&["list-panes", "-s", "-t", &self.target(), "-f", &filter, "-F", ROW]);
        let row = self.list(&script)?.into_iter().find(|row| row.info.pid == Some(pid));
        Ok(row.map(|row| self.pane(row)))
    }

    fn paste(&self, pane: &Pane, text: &Sanitized) -> Result<(), MuxError> {
        // By file: an argument is short, and anyone on the machine may read it.
        let act = "keep text for a paste";
        let failed = |source| MuxError::Io { act: act.to_owned(), source };
        let mut file = tempfile::Builder::new()
            .prefix("exomonad-")
            .tempfile_in(self.server.temporary_dir())
            .map_err(failed)?;
        file.write_all(text.as_str().as_bytes()).map_err(failed)?;
        let path = file.path().to_string_lossy();
        let buffer = format!("exomonad-{}", uuid::Uuid::new_v4());
        let script = Script::default().then(&["load-buffer", "-b", &buffer, &path]).then(&[
            "paste-buffer",
            "-p",
            "-d",
            "-b",
            &buffer,
            "-t",
            &pane.pane,
        ]);
        self.touch("paste", pane, &script).map(drop)
    }

    fn press(&self, pane: &Pane, key: Key) -> Result<(), MuxError> {
        let key = match key {
            Key::Enter => "Enter",
            Key::Escape => "Escape",
            Key::Interrupt => "C-c",
        };
        // Where the user is scrolling, keys scroll.
        let script = Script::default().then(&["copy-mode", "-q", "-t", &pane.pane]).then(&[
            "send-keys",
            "-t",
            &pane.pane,
            key,
        ]);
        self.touch("press a key", pane, &script).map(drop)
    }

    fn screen(&self, pane: &Pane, full: bool) -> Result<String, MuxError> {
        let script = Script::default().then(&["capture-pane", "-p", "-J", "-t", &pane.pane]);
        let script = if full { script.with(["-S", "-"]) } else { script };
        self.touch("show its screen", pane, &script).map(|screen| screen_text(&screen))
    }

    fn clients(&self) -> Result<Vec<String>, MuxError> {
        Ok(self.attached()?.into_iter().map(|client| client.since).collect())
    }

    fn popup(&self, _: Option<&Pane>, spec: &PaneSpec<'_>) -> Result<Popup, MuxError> {
        self.pop_up(spec)
    }

    fn notify(&self, line: &Sanitized) -> Result<(), MuxError> {
        self.display(line)
    }

    fn close(&self, pane: &Pane) -> Result<(), MuxError> {
        let script = Script::default().then(&["kill-pane", "-t", &pane.pane]);
        if self.find(pane)?.is_none() {
            return Ok(());
        }
        let answer = self.server.ask(&script)?;
        match (self.find(pane)?, answer) {
            (None, _) => Ok(()),
            (Some(_), Answer::Failed { complaint, .. }) => Err(self.refused("close a pane", complaint)),
            (Some(_), Answer::Done(_) | Answer::Absent) => {
                Err(self.refused("close a pane", "it is still there".to_owned()))
            }
        }
    }
}

/// What every new pane is made with; the command comes last.
fn pane_options(spec: &PaneSpec<'_>) -> Vec<String> {
    let mut options = vec!["-c".to_owned(), literal(spec.dir.as_str())];
    for (name, value) in spec.env {
        options.extend(["-e".to_owned(), format!("{name}={value}")]);
    }
    options.extend(["-P", "-F", ROW, "--"].map(str::to_owned));
    options.extend(program(spec.argv));
    options
}

/// Makes a new pane ours, whatever the user's own options say.
fn own_pane(id: &str, title: &str) -> Script {
    // A program may have ended before its pane was told to close with it.
    let close_ended = format!("kill-pane -t {id}");
    Script::default()
        .then(&["set-option", "-p", "-t", id, "remain-on-exit", "off"])
        .then(&["if-shell", "-F", "-t", id, "#{pane_dead}", &close_ended])
        .then(&["select-pane", "-t", id, "-T", &literal(title)])
}

/// The same for one that has a tab to itself, which keeps its title.
fn own_window(id: &str, title: &str) -> Script {
    own_pane(id, title).then(&["set-option", "-w", "-t", id, "automatic-rename", "off"]).then(&[
        "set-option",
        "-w",
        "-t",
        id,
        "allow-rename",
        "off",
    ])
}

fn rows(listing: &str) -> impl Iterator<Item = Row> {
    listing.lines().filter_map(row)
}

fn row(line: &str) -> Option<Row> {
    let mut parts = line.splitn(7, ' ');
    let epoch = format!("{} {}", parts.next()?, parts.next()?);
    let (tab, pane) = (parts.next()?.to_owned(), parts.next()?.to_owned());
    let pid = parts.next()?.parse().ok();
    let ended = parts.next()? == "1";
    let title = parts.next().unwrap_or_default().to_owned();
    Some(Row { epoch, info: PaneInfo { tab, pane, title, pid, ended } })
}
