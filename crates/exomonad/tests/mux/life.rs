//! Panes, sessions and servers come and go.

use exomonad_host::mux::{Key, Multiplexer, MuxError, MuxKind, Pane, SessionState};

use crate::bench::{Bench, is_alive, wait, wait_for_text};

contract!(
    a_pane_closes_with_its_program,
    a_closed_pane_hangs_up,
    the_last_pane_takes_the_session_with_it,
    a_program_that_ends_at_once_leaves_nothing,
    a_live_session_is_not_made_again,
    a_session_that_ended_can_be_made_again,
    a_pane_of_an_earlier_server_is_gone,
    a_server_that_was_killed_is_gone,
);

fn a_pane_closes_with_its_program(bench: &Bench) {
    let (session, first) = bench.live_session();
    let script = "printf ready; read line; exit 3";
    let tab = session.open_tab(&bench.script("short", script, &[]).pane()).expect("a tab");
    let pane = session.open_pane(&first, &bench.script("short", script, &[]).pane()).expect("a pane");
    for pane in [tab, pane] {
        wait_for_text(&*session, &pane, "ready");
        session.press(&pane, Key::Enter).expect("a key");
        wait("the pane's end", || session.find(&pane).expect("an answer").is_none().then_some(()));
    }
    assert!(session.find(&first).expect("an answer").is_some());
}

fn a_closed_pane_hangs_up(bench: &Bench) {
    let (session, first) = bench.live_session();
    let script = "trap 'echo > hung-up; exit' HUP; echo > up; while :; do sleep 1; done";
    let pane = session.open_tab(&bench.script("tab", script, &[]).pane()).expect("a tab");
    bench.file("up");
    session.close(&pane).expect("its end");
    bench.file("hung-up");
    assert_eq!(session.find(&pane).expect("an answer"), None);
    session.close(&pane).expect("no error");
    assert!(session.find(&first).expect("an answer").is_some());
}

fn the_last_pane_takes_the_session_with_it(bench: &Bench) {
    let (session, first) = bench.live_session();
    session.close(&first).expect("its end");
    wait("the session's end", || (!is_alive(&*session)).then_some(()));
    assert_eq!(session.panes().expect("no panes"), []);
    let opened = session.open_tab(&bench.idle("late").pane());
    assert!(matches!(opened, Err(MuxError::NoSession { .. })), "{opened:?}");
}

fn a_program_that_ends_at_once_leaves_nothing(bench: &Bench) {
    let session = bench.session("brief");
    let brief = bench.script("brief", "exit 0", &[]);
    // Seen before it ended, it is there for a moment; else it is refused.
    if let Ok(pane) = session.create(&brief.pane()) {
        see_off(bench, &*session, &pane);
    }
    wait("the session's end", || (!is_alive(&*session)).then_some(()));
    let (session, _) = bench.live_session();
    if let Ok(pane) = session.open_tab(&brief.pane()) {
        see_off(bench, &*session, &pane);
    }
    wait("the pane's end", || (session.panes().expect("the panes").len() == 1).then_some(()));
}

/// Closes a pane of zellij's: 0.45.1 misses the end of a program that ended before its pane was drawn.
fn see_off(bench: &Bench, session: &dyn Multiplexer, pane: &Pane) {
    if bench.kind == MuxKind::Zellij {
        session.close(pane).expect("its end, or no error: it is gone");
    }
}

fn a_live_session_is_not_made_again(bench: &Bench) {
    let (session, first) = bench.live_session();
    assert_eq!(session.state().expect("its state"), SessionState::Alive { clients: 0 });
    let made = bench.session("exo").create(&bench.idle("second").pane());
    assert!(matches!(made, Err(MuxError::SessionExists { .. })), "{made:?}");
    assert!(session.find(&first).expect("an answer").is_some());
    assert_eq!(session.panes().expect("the panes").len(), 1);
}

fn a_session_that_ended_can_be_made_again(bench: &Bench) {
    let session = bench.session("exo");
    session.end().expect("no error: there is none");
    for _ in 0..2 {
        session.create(&bench.idle("first").pane()).expect("a session");
        session.end().expect("its end");
        assert_eq!(session.state().expect("its state"), SessionState::Missing);
        session.end().expect("no error: it ended");
    }
}

fn a_pane_of_an_earlier_server_is_gone(bench: &Bench) {
    let (session, old) = bench.live_session();
    session.end().expect("its end");
    let new = session.create(&bench.idle("first").pane()).expect("a session");
    assert_ne!(old, new);
    assert_eq!(session.find(&old).expect("an answer"), None);
    let typed = session.press(&old, Key::Interrupt);
    assert!(matches!(typed, Err(MuxError::NoPane { .. })), "{typed:?}");
    session.close(&old).expect("no error: it is gone");
    assert!(session.find(&new).expect("an answer").is_some());
}

fn a_server_that_was_killed_is_gone(bench: &Bench) {
    let (session, pane) = bench.live_session();
    bench.kill_servers();
    assert!(!is_alive(&*session));
    assert_eq!(session.find(&pane).expect("an answer"), None);
    assert_eq!(session.panes().expect("no panes"), []);
    session.close(&pane).expect("no error: it is gone");
    let again = session.create(&bench.idle("again").pane()).expect("a session");
    assert!(session.find(&again).expect("an answer").is_some());
    assert_eq!(session.find(&pane).expect("an answer"), None);
}

/// What zellij remembers of a session would come back with its commands suspended.
#[test]
fn zellij_makes_an_exited_session_anew() {
    let bench = Bench::new(MuxKind::Zellij);
    let (session, old) = bench.live_session();
    session.open_tab(&bench.idle("second").pane()).expect("a tab");
    let remembered =
        bench.home().join(".cache/zellij/contract_version_1/session_info/exo/session-layout.kdl");
    wait("what zellij remembers", || remembered.exists().then_some(()));
    crate::attach::zellij(&bench, &["kill-session", "exo"]);
    wait("its end", || (session.state().expect("its state") == SessionState::Exited).then_some(()));
    assert_eq!(session.panes().expect("no panes"), []);
    let opened = session.open_tab(&bench.idle("late").pane());
    assert!(matches!(opened, Err(MuxError::NoSession { .. })), "{opened:?}");
    let new = session.create(&bench.idle("first").pane()).expect("a session");
    assert_eq!(session.panes().expect("the panes").len(), 1);
    assert!(session.find(&new).expect("an answer").is_some());
    assert_eq!(session.find(&old).expect("an answer"), None);
}
