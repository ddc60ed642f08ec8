//! What comes from the user's terminal: keys and signals, each heard on a thread of its own.

use std::io::{self, Read as _};
use std::sync::mpsc::Sender;

use exomonad_host::exec::{Notice, Signals};

/// What came.
pub(crate) enum Heard {
    /// Keys, as the terminal sends them.
    Typed(Vec<u8>),
    /// A signal.
    Noticed(Notice),
}

/// Hears keys and signals, and tells of them until nobody listens.
pub(crate) fn listen<E: From<Heard> + Send + 'static>(mut signals: Signals, tell: &Sender<E>) {
    let (noticing, typing) = (tell.clone(), tell.clone());
    std::thread::spawn(move || {
        while let Ok(notice) = signals.wait(None) {
            if notice.is_some_and(|notice| noticing.send(Heard::Noticed(notice).into()).is_err()) {
                return;
            }
        }
    });
    std::thread::spawn(move || read_keys(&typing));
}

fn read_keys<E: From<Heard>>(tell: &Sender<E>) {
    let mut chunk = [0; 4096];
    let mut stdin = io::stdin().lock();
    loop {
        let count = stdin.read(&mut chunk).unwrap_or_default();
        let typed = chunk.get(..count).unwrap_or_default();
        // A terminal that is gone hangs up.
        let heard =
            if typed.is_empty() { Heard::Noticed(Notice::Hangup) } else { Heard::Typed(typed.to_vec()) };
        if tell.send(heard.into()).is_err() || count == 0 {
            return;
        }
    }
}
