//! Drives zellij. Its exit codes say nothing, so that whatever was done is looked for in its lists.
//!
//! What no list tells: 0.45.1 misses the end of a program that ended before its pane was drawn, and shows that pane as a live
//! one until it is closed.

mod listing;
mod phantom;
mod session;

use std::time::Duration;

use self::listing::Listed;
use self::phantom::Phantom;
use self::session::{Session, Turn, Written};
use super::wait::{PATIENCE, until};
use super::{
    Address, AttachLine, Key, Multiplexer, MuxError, Pane, PaneInfo, PaneSpec, Popup, Sanitized,
    SessionState, require_dir, screen_text, shown_title,
};
use crate::exec::proc::marked;
use crate::surroundings::Surroundings;

/// The most bytes of a paste: it is one argument, and no system takes a longer one.
const PASTE_BYTES: usize = 120_000;

/// The columns of a session that no terminal was ever attached to.
const UNSEEN_COLUMNS: u16 = 50;

/// How long a tab or pane may take that zellij made without a word.
const SILENCE: Duration = Duration::from_secs(2);

/// Above the tab's other panes, and there to stay.
const FLOATING: [&str; 11] =
    ["--floating", "--pinned", "true", "--width", "80%", "--height", "80%", "-x", "10%", "-y", "10%"];

/// How often something is asked for that zellij neither does nor refuses.
const TRIES: u32 = 3;

/// One session of zellij.
#[derive(Debug)]
pub(super) struct Zellij {
    address: Address,
    session: Session,
    /// The name of the session that we are in.
    inside: Option<String>,
}

impl Zellij {
    pub(super) fn new(address: &Address, surroundings: &Surroundings) -> Self {
        let session = Session::new(&address.session, address.socket.as_deref(), surroundings);
        let inside = surroundings.variable("ZELLIJ_SESSION_NAME").map(str::to_owned);
        let socket = Some(session.sockets().to_owned());
        Self { address: Address { socket, ..address.clone() }, session, inside }
    }

    /// Gives each line to the plugins that listen to a pipe.
    pub(super) fn pipe(&self, pipe: &str, lines: &str, limit: Duration) -> Result<(), MuxError> {
        self.session.pipe(pipe, lines, limit)
    }

    fn name(&self) -> String {
        self.address.session.clone()
    }

    fn no_session(&self) -> MuxError {
        MuxError::NoSession { mux: self.address.mux, session: self.name() }
    }

    /// Waits until nobody else changes the session.
    fn take_turn(&self) -> Result<Turn, MuxError> {
        match self.session.fault() {
            Some(why) => Err(MuxError::Name { mux: self.address.mux, session: self.name(), why }),
            None => self.session.take_turn(),
        }
    }

    /// Waits for the pane that `wanted` tells, unless `is_over` says that there will be none.
    fn expect_pane(
        &self,
        act: &str,
        wanted: impl Fn(&Listed) -> bool,
        is_over: impl Fn() -> Result<bool, MuxError>,
    ) -> Result<Listed, MuxError> {
        let found = until(PATIENCE, || {
            let panes = self.session.panes()?.unwrap_or_default();
            match panes.into_iter().find(&wanted) {
                Some(pane) => Ok(Some(Some(pane))),
                None => Ok(is_over()?.then_some(None)),
            }
        })?;
        match found {
            Some(Some(pane)) => Ok(pane),
            Some(None) => Err(self.session.refused(act, "its program ended at once")),
            None => Err(self.session.refused(act, "its pane does not show up")),
        }
    }

    /// Does what makes a pane, and finds that pane: by the word that zellij says, else as what is new and `looks_right`. Now
    /// and then zellij (0.45.1) says nothing of either, or does not see its session.
    fn make_pane(
        &self,
        act: &str,
        request: impl Fn() -> Result<Written, MuxError>,
        looks_right: impl Fn(&Listed) -> bool,
        find: impl Fn(&str) -> Result<Listed, MuxError>,
    ) -> Result<Listed, MuxError> {
        let before: Vec<u32> = self.session.panes()?.unwrap_or_default().iter().map(|pane| pane.id).collect();
        let mut complaint = String::new();
        for _ in 0..TRIES {
            let written = request()?;
            let word = written.stdout.trim();
            if !word.is_empty() {
                return find(word);
            }
            complaint = written.complaint;
            let is_new = |pane: &Listed| !before.contains(&pane.id) && looks_right(pane);
            let made =
                until(SILENCE, || Ok(self.session.panes()?.unwrap_or_default().into_iter().find(is_new)))?;
            if let Some(made) = made {
                return Ok(made);
            }
        }
        Err(self.session.refused(act, &complaint))
    }

    /// Names a pane that was just made, and shows its title, which zellij forgets now and then. One that has ended needs
    /// none.
    fn settle(&self, listed: &Listed, title: &str) -> Result<Pane, MuxError> {
        let pane = terminal(listed.id);
        let shown = until(SILENCE, || {
            self.session.act(&["rename-pane", "--pane-id", &pane, "--", title])?;
            let panes = self.session.panes()?.unwrap_or_default();
            let found = panes.into_iter().find(|found| found.id == listed.id);
            Ok(found.is_none_or(|found| found.title == title).then_some(()))
        })?;
        if shown.is_none() {
            tracing::warn!(pane, title, "zellij does not show a pane's title");
        }
        let epoch = self.session.epoch()?.ok_or_else(|| self.no_session())?;
        Ok(self.pane(listed, epoch))
    }

    fn pane(&self, listed: &Listed, epoch: String) -> Pane {
        Pane { address: self.address.clone(), epoch, tab: listed.tab.to_string(), pane: terminal(listed.id) }
    }

    fn find_listed(&self, pane: &Pane) -> Result<Option<Listed>, MuxError> {
        if self.session.epoch()?.as_ref() != Some(&pane.epoch) {
            return Ok(None);
        }
        let panes = self.session.panes()?.unwrap_or_default();
        Ok(panes.into_iter().find(|listed| terminal(listed.id) == pane.pane))
    }

    fn require(&self, pane: &Pane) -> Result<Listed, MuxError> {
        let found = self.find_listed(pane)?.filter(|listed| !listed.ended);
        found.ok_or_else(|| MuxError::NoPane {
            mux: self.address.mux,
            session: self.name(),
            pane: pane.pane.clone(),
        })
    }

    /// Makes the session, which must not be there, and gives its tab the size of a terminal.
    fn make(&self, turn: &Turn, first: &PaneSpec<'_>) -> Result<Pane, MuxError> {
        let act = "make a session";
        let begin = ["attach", "--create-background", "--close-on-exit"].map(str::to_owned);
        let args: Vec<String> =
            begin.into_iter().chain([self.name(), "--".to_owned()]).chain(command(first)).collect();
        let written = self.session.run_in(first.dir, &args)?;
        let is_gone = || Ok(self.session.epoch()?.is_none());
        let appeared = until(PATIENCE, || Ok((!is_gone()?).then_some(())))?;
        if appeared.is_none() {
            return Err(self.session.refused(act, &written.complaint));
        }
        let listed = self.expect_pane(act, |_| true, is_gone)?;
        let title = shown_title(first.title);
        self.session.act(&["rename-tab", "--tab-id", &listed.tab.to_string(), "--", &title])?;
        let pane = self.settle(&listed, &title)?;
        let phantom = Phantom::attach(&self.session, turn)?;
        self.expect_pane(act, |found| found.id == listed.id && found.columns > UNSEEN_COLUMNS, is_gone)?;
        drop(phantom);
        Ok(pane)
    }
}

impl Multiplexer for Zellij {
    fn address(&self) -> &Address {
        &self.address
    }

    fn state(&self) -> Result<SessionState, MuxError> {
        self.session.state()
    }

    fn create(&self, first: &PaneSpec<'_>) -> Result<Pane, MuxError> {
        require_dir(self.address.mux, first.dir)?;
        let turn = self.take_turn()?;
        match self.session.state()? {
            SessionState::Alive { .. } => {
                return Err(MuxError::SessionExists { mux: self.address.mux, session: self.name() });
            }
            // It would be brought back instead, with the commands of then.
            SessionState::Exited => self.delete()?,
            SessionState::Missing => {}
        }
        let made = self.make(&turn, first);
        if made.is_err() {
            crate::drop_logged(self.delete(), "delete a session that was not made whole");
        }
        made
    }

    fn end(&self) -> Result<(), MuxError> {
        let _turn = self.take_turn()?;
        self.delete()
    }

    fn attach(&self, at: Option<&Pane>) -> Result<AttachLine, MuxError> {
        let tab = at.map(|pane| self.require(pane)).transpose()?.map(|listed| listed.tab.to_string());
        let argv = if self.inside.as_ref() == Some(&self.address.session) {
            // Attached once more, this terminal would show itself.
            let complaint = "this terminal is in the session already";
            let tab = tab.ok_or_else(|| self.session.refused("attach", complaint))?;
            vec!["zellij".to_owned(), "--session".to_owned(), self.name()]
                .into_iter()
                .chain(["action".to_owned(), "go-to-tab-by-id".to_owned(), tab])
                .collect()
        } else {
            if let Some(tab) = tab {
                // Whoever attaches next is shown the tab that was looked at last.
                let turn = self.take_turn()?;
                let _phantom = Phantom::attach(&self.session, &turn)?;
                self.session.act(&["go-to-tab-by-id", &tab])?;
            }
            vec!["zellij".to_owned(), "attach".to_owned(), self.name()]
        };
        let set = vec![("ZELLIJ_SOCKET_DIR".to_owned(), self.session.sockets().to_string())];
        let unset = ["ZELLIJ", "ZELLIJ_SESSION_NAME", "ZELLIJ_PANE_ID"].map(str::to_owned).into();
        Ok(AttachLine { argv, set, unset })
    }

    fn open_tab(&self, spec: &PaneSpec<'_>) -> Result<Pane, MuxError> {
        let act = "open a tab";
        require_dir(self.address.mux, spec.dir)?;
        let turn = self.take_turn()?;
        if self.session.panes()?.is_none() {
            return Err(self.no_session());
        }
        let _phantom = Phantom::attach(&self.session, &turn)?;
        let title = shown_title(spec.title);
        let options = ["new-tab", "--no-focus", "--close-on-exit", "--cwd", spec.dir.as_str()];
        let name = format!("--name={title}");
        let begin = options.into_iter().chain([name.as_str(), "--"]).map(str::to_owned);
        let args: Vec<String> = begin.chain(command(spec)).collect();
        let find = |word: &str| {
            let Ok(tab) = word.parse() else { return Err(self.session.refused(act, word)) };
            let is_gone = || {
                let listing = self.session.act(&["list-tabs", "--json"])?.stdout;
                Ok(listing::has_tab(&listing, tab) == Some(false))
            };
            self.expect_pane(act, |pane| pane.tab == tab, is_gone)
        };
        let listed = self.make_pane(act, || self.session.act(&args), |pane| pane.tab_name == title, find)?;
        self.settle(&listed, &title)
    }

    fn open_pane(&self, beside: &Pane, spec: &PaneSpec<'_>) -> Result<Pane, MuxError> {
        require_dir(self.address.mux, spec.dir)?;
        let _turn = self.take_turn()?;
        let tab = self.require(beside)?.tab;
        self.run_in_tab("open a pane", Some(tab), &["--no-focus"], spec)
    }

    fn panes(&self) -> Result<Vec<PaneInfo>, MuxError> {
        Ok(self.session.panes()?.unwrap_or_default().into_iter().map(info).collect())
    }

    fn find(&self, pane: &Pane) -> Result<Option<PaneInfo>, MuxError> {
        Ok(self.find_listed(pane)?.map(info))
    }

    fn pane_of(&self, pid: u32) -> Result<Option<Pane>, MuxError> {
        let Some(epoch) = self.session.epoch()? else { return Ok(None) };
        // Zellij tells no pid, but each process which pane it is in; that of another session has the same number.
        let is_in = |listed: &Listed| {
            marked(pid, &format!("ZELLIJ_PANE_ID={}", listed.id))
                && marked(pid, &format!("ZELLIJ_SESSION_NAME={}", self.name()))
        };
        let found = self.session.panes()?.unwrap_or_default().into_iter().find(is_in);
        Ok(found.map(|listed| self.pane(&listed, epoch)))
    }

    fn paste(&self, pane: &Pane, text: &Sanitized) -> Result<(), MuxError> {
        let bytes = text.as_str().len();
        if bytes > PASTE_BYTES {
            let complaint = format!("{PASTE_BYTES} are the most that zellij takes at once");
            return Err(self.session.refused(&format!("paste {bytes} bytes"), &complaint));
        }
        self.require(pane)?;
        self.session.act_unlogged(&["paste", "--pane-id", &pane.pane, "--", text.as_str()])
    }

    fn press(&self, pane: &Pane, key: Key) -> Result<(), MuxError> {
        let key = match key {
            Key::Enter => "Enter",
            Key::Escape => "Esc",
            Key::Interrupt => "Ctrl c",
        };
        self.require(pane)?;
        self.session.act(&["send-keys", "--pane-id", &pane.pane, key]).map(drop)
    }

    fn screen(&self, pane: &Pane, full: bool) -> Result<String, MuxError> {
        self.require(pane)?;
        let action = ["dump-screen", "--pane-id", &pane.pane, "--full"];
        let action =
            if full { &action[..] } else { action.split_last().map_or(&action[..], |(_, rest)| rest) };
        Ok(screen_text(&self.session.act(action)?.stdout))
    }

    fn clients(&self) -> Result<Vec<String>, MuxError> {
        if self.session.epoch()?.is_none() {
            return Ok(Vec::new());
        }
        self.session.client_ids(&self.take_turn()?)
    }

    /// It stays when its terminal leaves, and whoever comes next sees it.
    fn popup(&self, over: Option<&Pane>, spec: &PaneSpec<'_>) -> Result<Popup, MuxError> {
        require_dir(self.address.mux, spec.dir)?;
        let turn = self.take_turn()?;
        if self.session.panes()?.is_none() {
            return Err(self.no_session());
        }
        let tab = over.map(|pane| self.require(pane)).transpose()?.map(|listed| listed.tab);
        let _phantom = Phantom::attach(&self.session, &turn)?;
        self.run_in_tab("open a popup", tab, &FLOATING, spec).map(Popup::In)
    }

    /// Zellij has nothing of the kind.
    fn notify(&self, _: &Sanitized) -> Result<(), MuxError> {
        Ok(())
    }

    fn close(&self, pane: &Pane) -> Result<(), MuxError> {
        if self.find_listed(pane)?.is_none() {
            return Ok(());
        }
        // Without a terminal, zellij leaves an empty tab where the last pane of one is closed.
        let turn = self.take_turn()?;
        let _phantom = Phantom::attach(&self.session, &turn)?;
        self.session.act(&["close-pane", "--pane-id", &pane.pane])?;
        let gone = until(PATIENCE, || Ok(self.find_listed(pane)?.is_none().then_some(())))?;
        gone.ok_or_else(|| self.session.refused("close a pane", "it is still there"))
    }
}

impl Zellij {
    /// Runs a program in a new pane of a tab, or of the one that is looked at.
    fn run_in_tab(
        &self,
        act: &str,
        tab: Option<u32>,
        how: &[&str],
        spec: &PaneSpec<'_>,
    ) -> Result<Pane, MuxError> {
        let title = shown_title(spec.title);
        let (name, session) = (format!("--name={title}"), self.name());
        let tab_id = tab.map(|tab| tab.to_string());
        let place = tab_id.iter().flat_map(|tab| ["--tab-id", tab.as_str()]);
        let options = ["--session", &session, "run"].into_iter().chain(place).chain(how.iter().copied());
        let options = options.chain(["--close-on-exit", "--cwd", spec.dir.as_str(), &name, "--"]);
        let args: Vec<String> = options.map(str::to_owned).chain(command(spec)).collect();
        let find = |id: &str| self.expect_pane(act, |pane| terminal(pane.id) == id, || Ok(false));
        let in_tab = |pane: &Listed| tab.is_none_or(|tab| pane.tab == tab);
        let listed = self.make_pane(act, || self.session.run(&args), in_tab, find)?;
        self.settle(&listed, &title)
    }

    /// Ends the session, alive or remembered; one that is not there is fine.
    fn delete(&self) -> Result<(), MuxError> {
        let gone = until(PATIENCE, || {
            if self.session.state()? == SessionState::Missing {
                return Ok(Some(()));
            }
            self.session.run(&["delete-session", "--force", "--", &self.name()])?;
            Ok(None)
        })?;
        gone.ok_or_else(|| self.session.refused("end the session", "it is still there"))
    }
}

/// The program with its environment: zellij has none to give.
fn command(spec: &PaneSpec<'_>) -> Vec<String> {
    let argv = spec.argv.iter().cloned();
    if spec.env.is_empty() {
        return argv.collect();
    }
    let variables = spec.env.iter().map(|(name, value)| format!("{name}={value}"));
    // By way of a shell, since a program's path may look like one more variable.
    let program = ["sh", "-c", "exec \"$0\" \"$@\""].map(str::to_owned);
    std::iter::once("env".to_owned()).chain(variables).chain(program).chain(argv).collect()
}

/// A pane's id as zellij writes it.
fn terminal(id: u32) -> String {
    format!("terminal_{id}")
}

fn info(listed: Listed) -> PaneInfo {
    let pane = terminal(listed.id);
    PaneInfo { tab: listed.tab.to_string(), pane, title: listed.title, pid: None, ended: listed.ended }
}
