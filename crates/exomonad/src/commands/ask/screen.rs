//! The user's terminal: drawn on with the codes that all of them know, and as it was when dropped.

use std::io::{self, Write as _};

use exomonad_host::drop_logged;
use exomonad_host::exec::Size;
use rustix::termios::{OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcgetwinsize, tcsetattr};

use super::paint::Frame;

/// The other screen, cleared, with pastes marked.
const ENTER: &str = "\x1b[?1049h\x1b[2J\x1b[H\x1b[?2004h";

/// Back to what was there.
const LEAVE: &str = "\x1b[?2004l\x1b[0m\x1b[?25h\x1b[?1049l";

/// A terminal whose keys come as they are pressed.
#[derive(Debug)]
pub(super) struct Screen {
    before: Termios,
    /// What it was sent last.
    shown: String,
}

impl Screen {
    /// Takes the terminal over, and forgets what was typed before.
    pub(super) fn enter() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(io::stdin(), OptionalActions::Now, &raw)?;
        let screen = Self { before, shown: String::new() };
        tcflush(io::stdin(), QueueSelector::IFlush)?;
        put(ENTER)?;
        Ok(screen)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // A terminal that is gone needs nothing.
        drop_logged(put(LEAVE), "leave the form's screen");
        let restored = tcsetattr(io::stdin(), OptionalActions::Now, &self.before);
        drop_logged(restored, "restore the terminal's settings");
    }
}

impl Screen {
    /// Shows a frame in place of the last one.
    pub(super) fn show(&mut self, frame: &Frame, size: Size, color: bool) -> anyhow::Result<()> {
        let codes = frame.codes(size.columns.into(), color)?;
        // What is there already would only flicker.
        if codes != self.shown {
            put(&codes)?;
            self.shown = codes;
        }
        Ok(())
    }
}

/// How large the terminal is now.
pub(super) fn size() -> io::Result<Size> {
    let size = tcgetwinsize(io::stdout())?;
    Ok(Size { rows: size.ws_row, columns: size.ws_col })
}

fn put(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}
