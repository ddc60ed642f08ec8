//! What reaches the scripted agent from outside: lines through its messaging socket, and the request to end.

use std::fs::Permissions;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use exomonad_host::exec::Signals;
use exomonad_host::harness::StandIn;

/// The most bytes of one line.
const LINE: u64 = 1 << 20;

/// How long a signal may take to be heard.
const MOMENT: Duration = Duration::from_millis(500);

/// Something from outside.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// Somebody said this.
    Said(String),
    /// It is to end.
    End,
}

/// Listens.
#[derive(Debug)]
pub(super) struct Ear {
    heard: Receiver<Heard>,
    socket: Utf8PathBuf,
}

impl Ear {
    /// Begins to listen, at a socket below `dir` that only this user reaches.
    pub(super) fn open(dir: &Utf8Path, stand_in: &Arc<StandIn>) -> anyhow::Result<Self> {
        let dir = dir.join("cc-socks");
        let made = std::fs::DirBuilder::new().mode(0o700).recursive(true).create(&dir);
        made.with_context(|| format!("failed to make `{dir}`"))?;
        let socket = dir.join(format!("{}.sock", std::process::id()));
        let listener =
            UnixListener::bind(&socket).with_context(|| format!("failed to listen at `{socket}`"))?;
        std::fs::set_permissions(&socket, Permissions::from_mode(0o600))
            .with_context(|| format!("failed to protect `{socket}`"))?;
        let (tell, heard) = mpsc::channel();
        let mut signals = Signals::catch().context("failed to listen for signals")?;
        let ending = tell.clone();
        std::thread::spawn(move || {
            while !signals.is_ending() {
                if signals.wait(None).is_err() {
                    return;
                }
            }
            drop(ending.send(Heard::End));
        });
        let stand_in = Arc::clone(stand_in);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                listen(stream, &tell, &stand_in);
            }
        });
        Ok(Self { heard, socket })
    }

    /// Where it listens.
    pub(super) fn socket(&self) -> &Utf8Path {
        &self.socket
    }

    /// Waits for what comes next.
    pub(super) fn wait(&self) -> Heard {
        // Both tellers last as long as the process.
        self.heard.recv().unwrap_or(Heard::End)
    }

    /// Whether it is to end. A signal that was sent may take a moment to be heard.
    pub(super) fn hears_the_end(&self) -> bool {
        loop {
            match self.heard.recv_timeout(MOMENT) {
                Ok(Heard::End) | Err(RecvTimeoutError::Disconnected) => return true,
                Ok(Heard::Said(_)) => {}
                Err(RecvTimeoutError::Timeout) => return false,
            }
        }
    }

    /// What came by now.
    pub(super) fn look(&self) -> Option<Heard> {
        self.heard.try_recv().ok()
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        exomonad_host::drop_logged(std::fs::remove_file(&self.socket), "remove the messaging socket");
    }
}

/// Reads the lines of one caller; nothing is answered.
fn listen(stream: UnixStream, tell: &Sender<Heard>, stand_in: &StandIn) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = String::new();
        let read = reader.by_ref().take(LINE).read_line(&mut line);
        if read.unwrap_or_default() == 0 {
            return;
        }
        if let Some(text) = stand_in.told(&line)
            && tell.send(Heard::Said(text)).is_err()
        {
            return;
        }
    }
}
