//! The terminal while `top` has it: as it was once `top` is left, whichever way.

use std::io::{self, Stdout, Write as _};
use std::sync::{Mutex, PoisonError};

use exomonad_host::drop_logged;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

/// The other screen, cleared, with pastes marked and without a cursor.
const ENTER: &str = "\x1b[?1049h\x1b[2J\x1b[H\x1b[?2004h\x1b[?25l";

/// Back to what was there.
const LEAVE: &str = "\x1b[?2004l\x1b[0m\x1b[?25h\x1b[?1049l";

/// The settings to go back to, while the terminal is ours. Whoever panics has nobody else to ask.
static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

/// What is drawn on.
pub(super) type Canvas = Terminal<CrosstermBackend<Stdout>>;

/// The terminal, for as long as this is kept.
#[derive(Debug)]
pub(super) struct Taken;

/// Makes a panic show in the terminal that the user knows.
pub(super) fn leave_at_panic() {
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        leave();
        told(panic);
    }));
}

impl Taken {
    /// Takes the terminal over.
    pub(super) fn take() -> io::Result<(Self, Canvas)> {
        let before = tcgetattr(io::stdin())?;
        let mut raw = before.clone();
        raw.make_raw();
        *BEFORE.lock().unwrap_or_else(PoisonError::into_inner) = Some(before);
        let taken = Self;
        tcsetattr(io::stdin(), OptionalActions::Now, &raw)?;
        put(ENTER)?;
        Ok((taken, Terminal::new(CrosstermBackend::new(io::stdout()))?))
    }

    /// Whether nobody panicked since.
    pub(super) fn is_ours(&self) -> bool {
        BEFORE.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        leave();
    }
}

/// Leaves it as it was found, once.
fn leave() {
    let before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(before) = before else { return };
    // A terminal that is gone needs nothing.
    drop_logged(put(LEAVE), "leave the screen");
    drop_logged(tcsetattr(io::stdin(), OptionalActions::Now, &before), "restore the terminal's settings");
}

/// Writes codes to the terminal.
pub(super) fn put(codes: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(codes.as_bytes())?;
    stdout.flush()
}
