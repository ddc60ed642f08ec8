//! Brings a question before a person: a popup in the project's session.
//!
//! Rules: one question is shown at a time, the oldest; a popup that goes without an answer answers nothing. One that went
//! because its terminal left is shown again when somebody comes.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use super::Form;
use crate::agent::{AgentName, ProcessIdentity, Site};
use crate::drop_logged;
use crate::mux::{self, Multiplexer, MuxError, Pane, PaneSpec, Popup};
use crate::store::{RequestRow, StoreError};

/// How often is looked who is there.
const LOOK: Duration = Duration::from_secs(1);

/// How long a popup may take to begin, before another one is tried.
const BEGIN: Duration = Duration::from_secs(6);

/// Keeps a request where it is seen, on a thread of its own, until this is dropped.
#[derive(Debug)]
pub(super) struct Keeper(#[expect(dead_code, reason = "its end is what the thread waits for")] Sender<()>);

/// A multiplexer may take long, and the answer is not to wait for that.
pub(super) fn keep(site: &Site, id: &str) -> Keeper {
    let (keeper, over) = channel();
    let (site, id) = (site.clone(), id.to_owned());
    let begun = std::thread::Builder::new().name("show".to_owned()).spawn(move || {
        let mut showing = Showing { site, id, attempt: None, known: Vec::new() };
        drop_logged(showing.run(&over).map_err(|err| crate::explain(&err)), "show a question");
    });
    drop_logged(begun, "start a thread that shows a question");
    Keeper(keeper)
}

/// Why a question is not shown.
#[derive(Debug, thiserror::Error)]
enum ShowError {
    #[error("the database failed")]
    Store(#[from] StoreError),
    #[error("the terminal session failed")]
    Mux(#[from] MuxError),
}

/// The project's session, and the lead's pane if it is there.
type Session = (Box<dyn Multiplexer>, Option<Pane>);

/// Whether somebody looks at the project's session now. Where that cannot be told, nobody does.
pub(super) fn is_attended(site: &Site) -> bool {
    let clients = session(site).and_then(|session| match session {
        Some((mux, _)) => Ok(mux.clients()?),
        None => Ok(Vec::new()),
    });
    clients.is_ok_and(|clients| !clients.is_empty())
}

/// The project's session, and the lead's pane in it.
fn session(site: &Site) -> Result<Option<Session>, ShowError> {
    let lead = site.store.pane(&AgentName::root())?;
    let address = match &lead {
        Some(pane) => Some(pane.address.clone()),
        None => site.store.terminal()?,
    };
    let Some(address) = address else { return Ok(None) };
    let mux = mux::open(address, &site.surroundings);
    let lead = match lead {
        Some(pane) => mux.find(&pane)?.filter(|found| !found.ended).map(|_| pane),
        None => None,
    };
    Ok(Some((mux, lead)))
}

/// One request that wants to be seen.
struct Showing {
    site: Site,
    id: String,
    /// The last popup: who had shown the request before it, and when it was opened.
    attempt: Option<(Option<ProcessIdentity>, Instant)>,
    /// The terminals that have had their chance.
    known: Vec<String>,
}

impl Showing {
    fn run(&mut self, over: &Receiver<()>) -> Result<(), ShowError> {
        while self.look()? {
            match over.recv_timeout(LOOK) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(()) | Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        Ok(())
    }

    /// Shows the request if it is its turn and nobody sees it; tells whether to look again.
    fn look(&mut self) -> Result<bool, ShowError> {
        let store = &self.site.store;
        store.cancel_orphaned_requests(self.site.clock.now_ms())?;
        let open = store.open_requests()?;
        let Some(row) = open.iter().find(|row| row.id == self.id) else { return Ok(false) };
        if open.first().is_some_and(|first| first.id != self.id) || row.is_shown() {
            return Ok(true);
        }
        let Some((mux, lead)) = session(&self.site)? else { return Ok(true) };
        let clients = mux.clients()?;
        let is_wanted = match &self.attempt {
            None => true,
            // It came up and is gone: only somebody new is to see it again.
            Some((before, _)) if *before != row.viewer => {
                clients.iter().any(|client| !self.known.contains(client))
            }
            Some((_, begun)) => begun.elapsed() > BEGIN,
        };
        self.known = clients;
        if !is_wanted {
            return Ok(true);
        }
        self.attempt = Some((row.viewer.clone(), Instant::now()));
        Ok(self.pop_up(&*mux, lead.as_ref(), row)? != Popup::Nowhere)
    }

    fn pop_up(
        &self,
        mux: &dyn Multiplexer,
        lead: Option<&Pane>,
        row: &RequestRow,
    ) -> Result<Popup, ShowError> {
        let title = Form::parse(&row.form).map_or_else(|_unread| row.asker.clone(), |form| form.title);
        let argv = [self.site.surroundings.exe.as_str(), "ask", "--id", &self.id].map(str::to_owned);
        let title = format!("? {title}");
        let spec =
            PaneSpec { title: &title, dir: &self.site.repository.root, argv: &argv, env: &[], log: None };
        match mux.popup(lead, &spec) {
            // A session that is not there may come.
            Err(MuxError::NoSession { .. }) => Ok(Popup::Gone),
            shown => Ok(shown?),
        }
    }
}
