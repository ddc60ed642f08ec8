//! Somebody looks at a session.

use exomonad_host::exec::Cmd;
use exomonad_host::mux::{Key, Multiplexer, MuxKind, Sanitized, SessionState};

use crate::bench::{Bench, wait, wait_for_text};

contract!(
    whoever_attaches_at_a_pane_sees_it,
    a_tab_that_opens_does_not_take_the_view,
    tabs_open_after_everybody_left,
);

/// Runs zellij itself.
pub(crate) fn zellij(bench: &Bench, args: &[&str]) {
    let path = bench.surroundings.search_path();
    let cmd = Cmd::new("zellij", &bench.dir(), path).args(args);
    let cmd = bench.surroundings.variables.iter().fold(cmd, |cmd, (name, value)| cmd.env(name, value));
    let sockets = bench.address("exo").socket.expect("a directory");
    cmd.env("ZELLIJ_SOCKET_DIR", sockets.as_str()).run().expect("zellij");
}

fn wait_for_clients(session: &dyn Multiplexer, clients: u32) {
    let expect = SessionState::Alive { clients };
    wait("the terminal", || (session.state().expect("its state") == expect).then_some(()));
}

/// A program that shows where one is.
fn here(bench: &Bench, place: &str) -> crate::spec::Spec {
    bench.script(place, "echo \"this is $1\"; exec sleep 600", &[place])
}

fn whoever_attaches_at_a_pane_sees_it(bench: &Bench) {
    let session = bench.session("exo");
    session.create(&here(bench, "first").pane()).expect("a session");
    let second = session.open_tab(&here(bench, "second").pane()).expect("a tab");
    session.open_tab(&here(bench, "third").pane()).expect("a tab");
    let (terminal, screen) = bench.human(&session.attach(Some(&second)).expect("a command"));
    wait_for_text(&*terminal, &screen, "this is second");
    wait_for_clients(&*session, 1);
}

fn a_tab_that_opens_does_not_take_the_view(bench: &Bench) {
    let session = bench.session("exo");
    let first = session.create(&here(bench, "first").pane()).expect("a session");
    let (terminal, screen) = bench.human(&session.attach(None).expect("a command"));
    wait_for_text(&*terminal, &screen, "this is first");
    wait_for_clients(&*session, 1);
    let tab = session.open_tab(&here(bench, "second").pane()).expect("a tab");
    session.open_pane(&tab, &here(bench, "beside").pane()).expect("a pane");
    wait_for_text(&*session, &tab, "this is second");
    // Where there is a bar of tabs, it is drawn anew, and with it all that changed.
    let view = wait_for_text(&*terminal, &screen, if bench.has_tabs() { "second" } else { "first" });
    assert!(view.contains("this is first"), "{view}");
    assert_eq!(session.state().expect("its state"), SessionState::Alive { clients: 1 });
    assert!(session.find(&first).expect("an answer").is_some());
}

fn tabs_open_after_everybody_left(bench: &Bench) {
    let (session, _) = bench.live_session();
    let (terminal, _) = bench.human(&session.attach(None).expect("a command"));
    wait_for_clients(&*session, 1);
    terminal.end().expect("its end");
    wait_for_clients(&*session, 0);
    let tab = session.open_tab(&here(bench, "late").pane()).expect("a tab");
    wait_for_text(&*session, &tab, "this is late");
    assert_eq!(session.state().expect("its state"), SessionState::Alive { clients: 0 });
    let pane = session.open_pane(&tab, &here(bench, "later").pane()).expect("a pane");
    wait_for_text(&*session, &pane, "this is later");
}

/// What zellij shows at its first start is a pane of its own, above ours.
#[test]
fn zellij_s_greeting_is_no_pane_and_in_nobody_s_way() {
    let bench = Bench::new(MuxKind::Zellij);
    bench.forget_config();
    let session = bench.session("exo");
    let first =
        session.create(&bench.script("first", "read line; echo \"got $line\"; exec sleep 600", &[]).pane());
    let first = first.expect("a session");
    let panes = session.panes().expect("the panes");
    assert!(panes.iter().map(|pane| &pane.pane).eq([&first.pane]), "{panes:?}");
    session.paste(&first, &Sanitized::new("word")).expect("a paste");
    session.press(&first, Key::Enter).expect("a key");
    wait_for_text(&*session, &first, "got word");
    session.open_tab(&here(&bench, "second").pane()).expect("a tab");
}
