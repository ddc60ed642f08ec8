//! What `top` hears, from the keys and from its own threads, in one place to wait at.
//!
//! Rule: the keys are read by whoever waits here and by nobody else, so that a program which is given the terminal has them
//! to itself.

use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use exomonad_host::agent::AgentName;
use exomonad_host::exec::{Notice, Signals};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::note::Note;
use super::seen::Seen;

/// What came.
#[derive(Debug)]
pub(super) enum Heard {
    /// Keys, as the terminal sends them.
    Typed(Vec<u8>),
    /// A signal.
    Noticed(Notice),
    /// The project, as it is now.
    Seen(Box<Seen>),
    /// The project could not be looked at, and why.
    Blind(String),
    /// What an agent's terminal shows, or why it shows nothing.
    Screen(AgentName, Result<Vec<String>, String>),
    /// Something that was to be done is, or is not.
    Done(Note),
}

/// Tells what is heard.
#[derive(Debug, Clone)]
pub(super) struct Teller {
    tell: Sender<Heard>,
    bell: Arc<UnixStream>,
}

impl Teller {
    /// Tells it; whether somebody listens.
    pub(super) fn tell(&self, heard: Heard) -> bool {
        let told = self.tell.send(heard).is_ok();
        match (&*self.bell).write_all(&[0]) {
            Ok(()) => told,
            // Full: whoever listens is awake.
            Err(err) => told && err.kind() == io::ErrorKind::WouldBlock,
        }
    }
}

/// Hears it.
#[derive(Debug)]
pub(super) struct Ears {
    heard: Receiver<Heard>,
    bell: UnixStream,
}

/// Somebody who tells, and the one who hears.
pub(super) fn open() -> io::Result<(Teller, Ears)> {
    let (tell, heard) = channel();
    let (ours, theirs) = UnixStream::pair()?;
    ours.set_nonblocking(true)?;
    theirs.set_nonblocking(true)?;
    Ok((Teller { tell, bell: Arc::new(theirs) }, Ears { heard, bell: ours }))
}

/// Tells of signals until nobody listens.
pub(super) fn hear_signals(mut signals: Signals, tell: Teller) -> io::Result<()> {
    let hear = move || {
        while let Ok(notice) = signals.wait(None) {
            if notice.is_some_and(|notice| !tell.tell(Heard::Noticed(notice))) {
                return;
            }
        }
    };
    std::thread::Builder::new().name("notices".to_owned()).spawn(hear).map(drop)
}

impl Ears {
    /// The next thing, if one comes in time.
    pub(super) fn wait(&mut self, limit: Duration) -> io::Result<Option<Heard>> {
        if let Ok(heard) = self.heard.try_recv() {
            return Ok(Some(heard));
        }
        let stdin = io::stdin();
        let mut polled = [PollFd::new(&stdin, PollFlags::IN), PollFd::new(&self.bell, PollFlags::IN)];
        let limit = Timespec::try_from(limit).map_err(io::Error::other)?;
        match poll(&mut polled, Some(&limit)) {
            Ok(_) => {}
            Err(Errno::INTR) => return Ok(None),
            Err(err) => return Err(err.into()),
        }
        let [keys, bell] = polled.map(|polled| !polled.revents().is_empty());
        if bell {
            self.quiet()?;
        }
        if let Ok(heard) = self.heard.try_recv() {
            return Ok(Some(heard));
        }
        if !keys {
            return Ok(None);
        }
        let mut chunk = [0; 4096];
        let count = match rustix::io::read(&stdin, &mut chunk) {
            Ok(count) => count,
            Err(Errno::INTR | Errno::AGAIN) => return Ok(None),
            // A terminal that is gone hangs up.
            Err(_) => 0,
        };
        let typed = chunk.get(..count).unwrap_or_default();
        Ok(Some(if typed.is_empty() { Heard::Noticed(Notice::Hangup) } else { Heard::Typed(typed.to_vec()) }))
    }

    /// The next thing that is no key; absent when the time is up.
    pub(super) fn wait_deaf(&self, limit: Duration) -> Option<Heard> {
        self.heard.recv_timeout(limit).ok()
    }

    fn quiet(&mut self) -> io::Result<()> {
        let mut rung = [0; 256];
        loop {
            match self.bell.read(&mut rung) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(_) => {}
                Err(err) if err.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(err) => return Err(err),
            }
        }
    }
}
