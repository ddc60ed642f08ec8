//! A terminal that is attached to a session because nobody's is. Nobody sees it.
//!
//! Without one, a new tab of zellij's has no size and no pane is made for its program, and the last pane of a tab leaves the
//! tab behind (seen in 0.45.1).

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::session::{Session, Turn};
use crate::exec::{Pty, Size};
use crate::mux::wait::{PATIENCE, until};
use crate::mux::{MuxError, MuxKind};

/// Large enough to make no real terminal's view smaller.
const SIZE: Size = Size { rows: 70, columns: 240 };

/// How often a terminal is attached that ends at once: now and then zellij (0.45.1) does not see a session that is there.
const TRIES: u32 = 4;

/// A terminal, while it is needed; none where somebody's own is attached.
pub(super) struct Phantom<'a> {
    session: &'a Session,
    terminal: Option<Pty>,
}

impl<'a> Phantom<'a> {
    /// Attaches a terminal if there is none, for as long as it is this process's turn.
    pub(super) fn attach(session: &'a Session, _turn: &'a Turn) -> Result<Self, MuxError> {
        if session.clients()?.is_some_and(|clients| clients > 0) {
            return Ok(Self { session, terminal: None });
        }
        for _ in 0..TRIES {
            let mut terminal = session.attach(SIZE)?;
            let has_ended = serve(&mut terminal)
                .map_err(|source| MuxError::Io { act: "keep a terminal".to_owned(), source })?;
            let phantom = Self { session, terminal: Some(terminal) };
            let attached = until(PATIENCE, || match session.clients()? {
                Some(1..) => Ok(Some(true)),
                Some(0) | None => Ok(has_ended.load(Ordering::Relaxed).then_some(false)),
            })?;
            if attached == Some(true) {
                return Ok(phantom);
            }
        }
        Err(session.refused("attach a terminal", "it does not show up in the session"))
    }
}

impl Drop for Phantom<'_> {
    fn drop(&mut self) {
        let Some(terminal) = self.terminal.take() else { return };
        terminal.hang_up();
        drop(terminal);
        // Whoever is next must not take it for a user's.
        let gone = until(PATIENCE, || {
            let clients = self.session.clients()?;
            Ok(clients.is_none_or(|clients| clients == 0).then_some(()))
        });
        crate::drop_logged(gone, &format!("detach a terminal from {}", MuxKind::Zellij.name()));
    }
}

/// Reads what is shown, so that the program never waits for its terminal, and reaps it when it ends, which is then true of
/// what is returned.
fn serve(terminal: &mut Pty) -> io::Result<Arc<AtomicBool>> {
    let screen = terminal.reader()?;
    thread::Builder::new().name("phantom-screen".to_owned()).spawn(|| throw_away(screen))?;
    let has_ended = Arc::new(AtomicBool::new(false));
    if let Some(wait) = terminal.take_wait() {
        let ended = Arc::clone(&has_ended);
        let reap = move || {
            crate::drop_logged(wait(), "reap a multiplexer's client");
            ended.store(true, Ordering::Relaxed);
        };
        thread::Builder::new().name("phantom-end".to_owned()).spawn(reap)?;
    }
    Ok(has_ended)
}

fn throw_away(mut screen: Box<dyn Read + Send>) {
    let mut buffer = [0; 16 << 10];
    loop {
        match screen.read(&mut buffer) {
            Ok(0) => return,
            Ok(_) => {}
            Err(err) if err.kind() == io::ErrorKind::Interrupted => {}
            // This is how a terminal says that its program is gone.
            Err(_hung_up) => return,
        }
    }
}
