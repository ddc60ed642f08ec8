//! `exomonad pane-attach`: shows a terminal that we keep in the user's own.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::mpsc::{Sender, channel};

use anyhow::Context as _;
use exomonad_host::drop_logged;
use exomonad_host::exec::{Notice, Signals, Size};
use exomonad_host::mux::headless::{Link, Shown};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};

use super::heard::{Heard, listen};
use crate::cli::PaneAttachArgs;
use crate::env::Env;
use crate::exit::Exit;
use crate::output::{Mark, Output, problem};

/// The other screen, cleared, and a title that says how to leave.
const ENTER: &str = "\x1b[?1049h\x1b[2J\x1b[H\x1b[22;2t\x1b]2;exomonad: Ctrl-\\ twice detaches\x1b\\";

/// Takes back whatever a program may have asked of the terminal.
const LEAVE: &str = "\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1004l\x1b[?2004l\x1b[?1l\x1b>\x1b[<u\x1b[0m\x1b[r\x1b[?25h\x1b[23;2t\x1b[?1049l";

/// Ctrl-\ as terminals send it, and as they do where programs asked for keys in a notation of their own.
const KEYS: [&[u8]; 2] = [b"\x1c", b"\x1b[92;5u"];

/// What came.
enum Event {
    Heard(Heard),
    Shown(Vec<u8>),
    Ended,
}

impl From<Heard> for Event {
    fn from(heard: Heard) -> Self {
        Self::Heard(heard)
    }
}

pub(crate) fn run(_: &Env, output: &Output, args: &PaneAttachArgs) -> anyhow::Result<Exit> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Err(problem(
            "there is no terminal to show the pane in",
            "run it in a terminal, or see the pane with `exomonad screen`",
        ));
    }
    let gone = || problem("the pane is not there any more", "see who is there with `exomonad ps`");
    let link = Link::open(&args.socket)?.ok_or_else(gone)?;
    let signals = Signals::catch().context("failed to catch signals")?;
    output.say(Mark::Next, "Ctrl-\\ Ctrl-\\ detaches");
    let raw = Raw::enter()?;
    let (link, shown) = link.attach(size()?)?;
    let (tell, events) = channel();
    listen(signals, &tell);
    std::thread::spawn(move || read_shown(shown, &tell));
    let detached = follow(link, &events)?;
    drop(raw);
    let (mark, text) = if detached { (Mark::Nothing, "detached") } else { (Mark::Done, "the pane ended") };
    output.say(mark, text);
    Ok(Exit::Ok)
}

/// Passes on what is typed and what is shown; tells whether the user detached.
fn follow(mut link: Link, events: &std::sync::mpsc::Receiver<Event>) -> anyhow::Result<bool> {
    let mut way_out = WayOut::default();
    let mut stdout = io::stdout().lock();
    for event in events {
        match event {
            Event::Heard(Heard::Typed(bytes)) => {
                let typed = way_out.pass(&bytes);
                if !typed.is_empty() {
                    link.write(&typed)?;
                }
                if way_out.is_open {
                    return Ok(true);
                }
            }
            Event::Shown(bytes) => stdout.write_all(&bytes).and_then(|()| stdout.flush())?,
            Event::Ended => return Ok(false),
            Event::Heard(Heard::Noticed(Notice::Resized)) => link.resize(size()?)?,
            Event::Heard(Heard::Noticed(Notice::Hangup | Notice::Terminate | Notice::Interrupt)) => {
                return Ok(true);
            }
            Event::Heard(Heard::Noticed(Notice::Child)) => {}
        }
    }
    Ok(false)
}

fn read_shown(mut shown: Shown, tell: &Sender<Event>) {
    while let Ok(Some(bytes)) = shown.wait() {
        if tell.send(Event::Shown(bytes)).is_err() {
            return;
        }
    }
    drop(tell.send(Event::Ended));
}

/// Finds the two keys that detach. A single one is the program's, once it is known to be single.
#[derive(Debug, Default)]
struct WayOut {
    held: Vec<u8>,
    is_open: bool,
}

impl WayOut {
    /// What is for the program.
    fn pass(&mut self, mut bytes: &[u8]) -> Vec<u8> {
        let mut typed = Vec::new();
        while let [first, after @ ..] = bytes {
            match KEYS.into_iter().find_map(|key| Some((key, bytes.strip_prefix(key)?))) {
                Some(_) if !self.held.is_empty() => {
                    self.held.clear();
                    self.is_open = true;
                    return typed;
                }
                Some((key, after)) => {
                    self.held = key.to_vec();
                    bytes = after;
                }
                None => {
                    typed.append(&mut self.held);
                    typed.push(*first);
                    bytes = after;
                }
            }
        }
        typed
    }
}

fn size() -> anyhow::Result<Size> {
    let size = tcgetwinsize(io::stdout()).context("failed to read the terminal's size")?;
    Ok(Size { rows: size.ws_row, columns: size.ws_col })
}

/// The user's terminal as the pane's programs need it; as it was when dropped.
struct Raw(Termios);

impl Raw {
    fn enter() -> anyhow::Result<Self> {
        let before = tcgetattr(io::stdin()).context("failed to read the terminal's settings")?;
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(io::stdin(), OptionalActions::Now, &raw)
            .context("failed to change the terminal's settings")?;
        let entered = Self(before);
        write(ENTER)?;
        Ok(entered)
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        drop_logged(write(LEAVE), "leave the pane's screen");
        let restored = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
        drop_logged(restored, "restore the terminal's settings");
    }
}

fn write(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

#[cfg(test)]
mod tests {
    use super::WayOut;

    #[test]
    fn the_same_key_twice_detaches_and_once_is_the_programs() {
        let check = |chunks: &[&[u8]], expect: &[u8], is_open: bool| {
            let mut way_out = WayOut::default();
            let typed: Vec<u8> = chunks.iter().flat_map(|chunk| way_out.pass(chunk)).collect();
            assert_eq!((typed.as_slice(), way_out.is_open), (expect, is_open), "{chunks:?}");
        };
        check(&[b"ab"], b"ab", false);
        check(&[b"a\x1c\x1cb"], b"a", true);
        check(&[b"a\x1c", b"\x1c"], b"a", true);
        check(&[b"a\x1c", b"b\x1c"], b"a\x1cb", false);
        check(&[b"\x1b[92;5u", b"\x1b[92;5u"], b"", true);
        check(&[b"\x1b[92;5u", b"\x1b[A"], b"\x1b[92;5u\x1b[A", false);
    }
}
