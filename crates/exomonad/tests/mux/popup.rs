//! What comes up above everything else.

use std::sync::mpsc::channel;

use exomonad_host::mux::{Key, Multiplexer, MuxKind, Pane, Popup, Sanitized};

use crate::bench::{Bench, wait, wait_for_text};
use crate::spec::Spec;

contract!(
    a_popup_is_seen_and_takes_the_keys,
    a_popup_without_anybody_there_waits_in_the_session,
    whoever_comes_again_is_another_one,
    a_notice_goes_by,
);

/// Asks for a line and keeps it.
fn question(bench: &Bench) -> Spec {
    bench.script("? question", "echo 'popup here'; read line; echo \"$line\" > answer", &[])
}

/// Somebody's terminal, once it is attached.
fn attach(bench: &Bench, session: &dyn Multiplexer) -> (Box<dyn Multiplexer>, Pane) {
    let human = bench.human(&session.attach(None).expect("a command"));
    wait("the terminal", || (session.clients().expect("the clients").len() == 1).then_some(()));
    human
}

fn a_popup_is_seen_and_takes_the_keys(bench: &Bench) {
    let (session, first) = bench.live_session();
    if bench.kind == MuxKind::Headless {
        let shown = session.popup(Some(&first), &question(bench).pane()).expect("an answer");
        assert_eq!(shown, Popup::Nowhere);
        return;
    }
    let (terminal, screen) = attach(bench, &*session);
    let (tell, told) = channel();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            tell.send(session.popup(Some(&first), &question(bench).pane())).expect("somebody listens");
        });
        wait_for_text(&*terminal, &screen, "popup here");
        terminal.paste(&screen, &Sanitized::new("yes")).expect("a paste");
        terminal.press(&screen, Key::Enter).expect("a key");
        assert_eq!(bench.file("answer"), b"yes\n");
        match told.recv().expect("an answer").expect("a popup") {
            Popup::In(pane) => {
                assert_eq!(bench.kind, MuxKind::Zellij);
                assert_eq!(pane.tab, first.tab);
                wait("its end", || session.find(&pane).expect("an answer").is_none().then_some(()));
            }
            gone @ (Popup::Gone | Popup::Nowhere) => {
                assert_eq!((bench.kind, gone), (MuxKind::Tmux, Popup::Gone));
            }
        }
    });
    assert!(session.find(&first).expect("an answer").is_some());
}

fn a_popup_without_anybody_there_waits_in_the_session(bench: &Bench) {
    let (session, first) = bench.live_session();
    match session.popup(Some(&first), &question(bench).pane()).expect("a popup") {
        Popup::In(pane) => {
            wait_for_text(&*session, &pane, "popup here");
            session.paste(&pane, &Sanitized::new("late")).expect("a paste");
            session.press(&pane, Key::Enter).expect("a key");
            assert_eq!(bench.file("answer"), b"late\n");
        }
        nowhere @ (Popup::Gone | Popup::Nowhere) => {
            assert_eq!((bench.kind, nowhere), (MuxKind::Headless, Popup::Nowhere));
        }
    }
}

fn whoever_comes_again_is_another_one(bench: &Bench) {
    let (session, _) = bench.live_session();
    assert_eq!(session.clients().expect("the clients"), Vec::<String>::new());
    assert_eq!(bench.session("other").clients().expect("the clients"), Vec::<String>::new());
    if bench.kind == MuxKind::Headless {
        return;
    }
    let (terminal, _) = attach(bench, &*session);
    let first = session.clients().expect("the clients");
    terminal.end().expect("its end");
    wait("nobody", || session.clients().expect("the clients").is_empty().then_some(()));
    attach(bench, &*session);
    let second = session.clients().expect("the clients");
    assert_eq!((first.len(), second.len()), (1, 1));
}

fn a_notice_goes_by(bench: &Bench) {
    let (session, _) = bench.live_session();
    let notice = Sanitized::new("the #{pid} build is done");
    session.notify(&notice).expect("nobody to tell");
    if bench.kind == MuxKind::Tmux {
        let (terminal, screen) = attach(bench, &*session);
        session.notify(&notice).expect("a notice");
        wait_for_text(&*terminal, &screen, notice.as_str());
    }
}
