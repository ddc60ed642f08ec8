//! No terminal at all: each pane is a process of ours with a pty of its own, which answers on a socket.
//!
//! Rules this room keeps: only the user can come near a socket; a pane outlives whoever opened it, and its socket goes
//! with it. A session is a directory of sockets.

mod keeper;
mod link;
mod log;
mod place;
mod terminal;
mod wire;

use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};

pub use self::keeper::{Kept, keep};
pub use self::link::{Link, Shown};
use self::wire::{About, Reply, Request};
use super::{
    Address, AttachLine, Key, Multiplexer, MuxError, MuxKind, Pane, PaneInfo, PaneSpec, Popup, Sanitized,
    SessionState, require_dir, screen_text,
};
use crate::agent::ProcessIdentity;
use crate::exec::Cmd;
use crate::surroundings::Surroundings;

/// How long a pane may take to be there.
const START_LIMIT: Duration = Duration::from_secs(10);

/// One session: a directory of sockets.
#[derive(Debug)]
pub(super) struct Headless {
    address: Address,
    dir: Utf8PathBuf,
    surroundings: Surroundings,
}

impl Headless {
    pub(super) fn new(address: Address, surroundings: &Surroundings) -> Self {
        let dir =
            address.socket.clone().unwrap_or_else(|| place::session_dir(&address.session, surroundings));
        let address = Address { socket: Some(dir.clone()), ..address };
        Self { address, dir, surroundings: surroundings.clone() }
    }

    /// Every pane that answers.
    fn live(&self) -> Result<Vec<(String, About)>, MuxError> {
        let mut live = Vec::new();
        for id in place::ids(&self.dir).map_err(io_error("list the panes"))? {
            let socket = place::socket(&self.dir, &id);
            match Link::open(&socket) {
                Ok(Some(mut link)) => {
                    if let Some(about) = link.about()? {
                        live.push((id, about));
                    }
                }
                // Whoever listened was killed.
                Ok(None) => crate::drop_logged(place::remove(&socket), "remove a dead socket"),
                Err(err) => return Err(err),
            }
        }
        Ok(live)
    }

    /// `tab`: that of the pane beside which it opens; absent: one of its own.
    fn start(&self, spec: &PaneSpec<'_>, tab: Option<&str>, asked: Option<Link>) -> Result<Pane, MuxError> {
        require_dir(MuxKind::Headless, spec.dir)?;
        place::prepare(&self.dir).map_err(io_error("make the directory of the sockets"))?;
        let id = place::new_id();
        let socket = place::socket(&self.dir, &id);
        if socket.as_str().len() > place::PATH_BYTES {
            return Err(MuxError::Name {
                mux: MuxKind::Headless,
                session: self.address.session.clone(),
                why: format!("a socket's path has at most {} bytes, `{socket}` is longer", place::PATH_BYTES),
            });
        }
        let tab = tab.unwrap_or(&id);
        let arguments = arguments(spec, tab, &socket);
        let environment = self.environment(spec);
        let epoch = match asked {
            // What a pane opens is no descendant of whoever asked for it, and does not end with that.
            Some(mut link) => link.start(&arguments, spec.dir, &environment)?,
            None => start_keeper(&self.surroundings.exe, &arguments, spec.dir, &environment)
                .map_err(|source| MuxError::Exec { mux: MuxKind::Headless, source })?,
        };
        Ok(self.pane(id.clone(), tab.to_owned(), epoch))
    }

    /// The pane's own process has the user's environment; nothing that tells of the session that asked.
    fn environment(&self, spec: &PaneSpec<'_>) -> Vec<(String, String)> {
        let mut environment = self.surroundings.inheritable();
        environment.extend_from_slice(spec.env);
        environment
    }

    fn pane(&self, pane: String, tab: String, epoch: String) -> Pane {
        Pane { address: self.address.clone(), epoch, tab, pane }
    }

    /// A pane that can start another one.
    fn any(&self) -> Result<Option<Link>, MuxError> {
        for (id, _) in self.live()? {
            if let Some(link) = Link::open(&place::socket(&self.dir, &id))? {
                return Ok(Some(link));
            }
        }
        Ok(None)
    }

    fn link(&self, pane: &Pane) -> Result<Option<(Link, About)>, MuxError> {
        if !place::is_id(&pane.pane) {
            return Ok(None);
        }
        let Some(mut link) = Link::open(&place::socket(&self.dir, &pane.pane))? else { return Ok(None) };
        let about = link.about()?.filter(|about| about.epoch == pane.epoch);
        Ok(about.map(|about| (link, about)))
    }

    fn require(&self, pane: &Pane) -> Result<Link, MuxError> {
        let link = self.link(pane)?.map(|(link, _)| link);
        link.ok_or_else(|| MuxError::NoPane {
            mux: MuxKind::Headless,
            session: self.address.session.clone(),
            pane: pane.pane.clone(),
        })
    }

    fn no_session(&self) -> MuxError {
        MuxError::NoSession { mux: MuxKind::Headless, session: self.address.session.clone() }
    }
}

impl Multiplexer for Headless {
    fn address(&self) -> &Address {
        &self.address
    }

    fn state(&self) -> Result<SessionState, MuxError> {
        let live = self.live()?;
        if live.is_empty() {
            return Ok(SessionState::Missing);
        }
        Ok(SessionState::Alive { clients: live.iter().map(|(_, about)| about.clients).sum() })
    }

    fn create(&self, first: &PaneSpec<'_>) -> Result<Pane, MuxError> {
        if self.address.session.is_empty() {
            let (session, why) = (String::new(), "it has no character".to_owned());
            return Err(MuxError::Name { mux: MuxKind::Headless, session, why });
        }
        if !self.live()?.is_empty() {
            let session = self.address.session.clone();
            return Err(MuxError::SessionExists { mux: MuxKind::Headless, session });
        }
        self.start(first, None, None)
    }

    fn end(&self) -> Result<(), MuxError> {
        for (id, about) in self.live()? {
            self.close(&self.pane(id, about.tab, about.epoch))?;
        }
        place::forget(&self.dir).map_err(io_error("remove the directory of the sockets"))
    }

    fn attach(&self, at: Option<&Pane>) -> Result<AttachLine, MuxError> {
        let id = match at {
            Some(pane) => {
                self.require(pane)?;
                pane.pane.clone()
            }
            // The oldest is the lead's.
            None => {
                let live = self.live()?;
                let first = live.into_iter().min_by(|(_, a), (_, b)| a.began_ms.cmp(&b.began_ms));
                first.ok_or_else(|| self.no_session())?.0
            }
        };
        let socket = place::socket(&self.dir, &id);
        let argv = [self.surroundings.exe.as_str(), "pane-attach", "--socket", socket.as_str()];
        Ok(AttachLine { argv: argv.map(str::to_owned).to_vec(), set: Vec::new(), unset: Vec::new() })
    }

    fn open_tab(&self, spec: &PaneSpec<'_>) -> Result<Pane, MuxError> {
        let asked = self.any()?.ok_or_else(|| self.no_session())?;
        self.start(spec, None, Some(asked))
    }

    fn open_pane(&self, beside: &Pane, spec: &PaneSpec<'_>) -> Result<Pane, MuxError> {
        let asked = self.require(beside)?;
        self.start(spec, Some(&beside.tab), Some(asked))
    }

    fn panes(&self) -> Result<Vec<PaneInfo>, MuxError> {
        Ok(self.live()?.into_iter().map(|(id, about)| info(id, about)).collect())
    }

    fn pane_of(&self, pid: u32) -> Result<Option<Pane>, MuxError> {
        let found = self.live()?.into_iter().find(|(_, about)| about.pid == Some(pid));
        Ok(found.map(|(id, about)| self.pane(id, about.tab, about.epoch)))
    }

    fn find(&self, pane: &Pane) -> Result<Option<PaneInfo>, MuxError> {
        Ok(self.link(pane)?.map(|(_, about)| info(pane.pane.clone(), about)))
    }

    fn paste(&self, pane: &Pane, text: &Sanitized) -> Result<(), MuxError> {
        self.require(pane)?.expect_done("paste", &Request::Paste { text: text.as_str().to_owned() })
    }

    fn press(&self, pane: &Pane, key: Key) -> Result<(), MuxError> {
        let bytes: &[u8] = match key {
            Key::Enter => b"\r",
            Key::Escape => b"\x1b",
            Key::Interrupt => b"\x03",
        };
        self.require(pane)?.expect_done("press a key", &Request::write(bytes))
    }

    fn screen(&self, pane: &Pane, full: bool) -> Result<String, MuxError> {
        match self.require(pane)?.ask(&Request::Screen { full })? {
            Some(Reply::Screen { text }) => Ok(screen_text(&text)),
            other => Err(unexpected("show its screen", other)),
        }
    }

    /// Panes have nothing around them that could tell their terminals from one another, and nothing that asks.
    fn clients(&self) -> Result<Vec<String>, MuxError> {
        Ok(Vec::new())
    }

    fn popup(&self, _: Option<&Pane>, _: &PaneSpec<'_>) -> Result<Popup, MuxError> {
        Ok(Popup::Nowhere)
    }

    fn notify(&self, _: &Sanitized) -> Result<(), MuxError> {
        Ok(())
    }

    fn close(&self, pane: &Pane) -> Result<(), MuxError> {
        let Some((mut link, _)) = self.link(pane)? else { return Ok(()) };
        match link.ask(&Request::Close)? {
            // It may be gone before it answers.
            Some(Reply::Done) | None => {}
            other @ Some(_) => return Err(unexpected("close a pane", other)),
        }
        match self.find(pane)? {
            None => Ok(()),
            Some(_) => Err(refused("close a pane", "it is still there")),
        }
    }
}

/// Starts the process that keeps a pane, and returns when it listens, with what tells it from every other.
fn start_keeper(
    exe: &Utf8Path,
    arguments: &[String],
    dir: &Utf8Path,
    environment: &[(String, String)],
) -> Result<String, crate::exec::ExecError> {
    let path = environment.iter().find(|(name, _)| name == "PATH");
    let path = path.map(|(_, value)| value.as_str()).unwrap_or_default();
    let command = Cmd::new(exe.as_str(), dir, path).args(arguments).envs(environment).limit(START_LIMIT);
    Ok(command.text()?.trim().to_owned())
}

fn arguments(spec: &PaneSpec<'_>, tab: &str, socket: &Utf8Path) -> Vec<String> {
    let mut arguments =
        ["pane", "--socket", socket.as_str(), "--dir", spec.dir.as_str()].map(str::to_owned).to_vec();
    arguments.push(format!("--tab={tab}"));
    arguments.push(format!("--title={}", spec.title));
    if let Some(log) = spec.log {
        arguments.push(format!("--log={log}"));
    }
    arguments.push("--".to_owned());
    arguments.extend_from_slice(spec.argv);
    arguments
}

fn info(id: String, about: About) -> PaneInfo {
    PaneInfo { tab: about.tab, pane: id, title: about.title, pid: about.pid, ended: false }
}

/// Tells one keeper from every other.
fn epoch_of(keeper: &ProcessIdentity) -> String {
    format!("{} {}", keeper.pid, keeper.started)
}

fn io_error(act: &'static str) -> impl Fn(std::io::Error) -> MuxError {
    move |source| MuxError::Io { act: act.to_owned(), source }
}

fn refused(act: &str, complaint: &str) -> MuxError {
    MuxError::Refused { mux: MuxKind::Headless, act: act.to_owned(), complaint: complaint.to_owned() }
}

fn unexpected(act: &str, reply: Option<Reply>) -> MuxError {
    match reply {
        Some(Reply::Refused { why }) => refused(act, &why),
        Some(_) => refused(act, "it answered something else"),
        None => refused(act, "it ended meanwhile"),
    }
}
