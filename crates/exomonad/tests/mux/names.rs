//! Sessions are told apart by their names.

use exomonad_host::mux::{MuxError, MuxKind};

use crate::bench::{Bench, is_alive};

contract!(a_session_is_not_another_whose_name_it_begins, a_name_may_have_what_separates_words_and_targets,);

fn a_session_is_not_another_whose_name_it_begins(bench: &Bench) {
    let long = bench.session("exo-2");
    let pane = long.create(&bench.idle("first").pane()).expect("a session");
    let short = bench.session("exo");
    assert!(!is_alive(&*short));
    assert_eq!(short.panes().expect("no panes"), []);
    let opened = short.open_tab(&bench.idle("tab").pane());
    assert!(matches!(opened, Err(MuxError::NoSession { .. })), "{opened:?}");
    short.end().expect("no error: there is none");
    assert!(is_alive(&*long));

    short.create(&bench.idle("first").pane()).expect("a session");
    assert_eq!(short.panes().expect("the panes").len(), 1);
    short.end().expect("its end");
    assert!(long.find(&pane).expect("an answer").is_some());
}

fn a_name_may_have_what_separates_words_and_targets(bench: &Bench) {
    for name in ["a b", "a.b:c", "ü", "it's $(x)", "#{pid}", "@1", "=x", "1"] {
        let session = bench.session(name);
        let first = session.create(&bench.idle("first").pane()).expect(name);
        assert_eq!(*session.address(), first.address);
        let same = exomonad_host::mux::open(first.address.clone(), &bench.surroundings);
        let tab = same.open_tab(&bench.idle("tab").pane()).expect(name);
        assert!(session.find(&tab).expect("an answer").is_some());
        assert_eq!(session.panes().expect("the panes").len(), 2);
        same.end().expect("its end");
        assert!(!is_alive(&*session));
    }
}

/// Headless has no such name: its sockets are not named after it.
fn expect_refused(kind: MuxKind, names: &[&str]) {
    let bench = Bench::new(kind);
    for name in names {
        let made = bench.session(name).create(&bench.idle("first").pane());
        assert!(matches!(made, Err(MuxError::Name { .. })), "{name:?}: {made:?}");
    }
}

#[test]
fn tmux_refuses_a_name_that_cannot_be_one() {
    expect_refused(MuxKind::Tmux, &["", "$1", "a\nb", "a\\b"]);
}

#[test]
fn zellij_refuses_a_name_that_cannot_be_one() {
    expect_refused(MuxKind::Zellij, &["", "a/b", "..", "-s", "a\nb", &"x".repeat(100)]);
}
