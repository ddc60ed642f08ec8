//! What is typed arrives, and what is shown is seen.

use exomonad_host::mux::{Key, Multiplexer, MuxError, Pane, Sanitized};

use crate::bench::{Bench, wait, wait_for_text};

contract!(
    a_paste_arrives_as_one_piece,
    a_long_paste_arrives_whole,
    keys_arrive,
    nothing_is_typed_into_a_pane_that_is_gone,
    a_screen_is_what_a_pane_shows,
);

/// Records every byte that its terminal gives it, and asks for pastes to be marked.
const RECORD: &str = r"stty raw -echo; printf '\033[?2004hready'; exec cat > got";

fn recorder(bench: &Bench) -> (Box<dyn Multiplexer>, Pane) {
    let (session, _) = bench.live_session();
    let pane = session.open_tab(&bench.script("recorder", RECORD, &[]).pane()).expect("a tab");
    wait_for_text(&*session, &pane, "ready");
    (session, pane)
}

/// Waits for these bytes and no others. Either end of a line is one.
fn expect_got(bench: &Bench, expect: &[u8]) {
    let got = wait("what was typed", || {
        let got = std::fs::read(bench.dir().join("got")).unwrap_or_default();
        (got.len() >= expect.len()).then_some(got)
    });
    let got: Vec<u8> = got.into_iter().map(|byte| if byte == b'\r' { b'\n' } else { byte }).collect();
    assert!(got == expect, "{:?}\n{:?}", String::from_utf8_lossy(&got), String::from_utf8_lossy(expect));
}

fn a_paste_arrives_as_one_piece(bench: &Bench) {
    let (session, pane) = recorder(bench);
    let mut expect = Vec::new();
    for text in ["one line", "-first\n  zweite ü 日本 🦀\n$(x) `y` 'q' \"d\" #{pid}\nlast;", "\\ a;"] {
        session.paste(&pane, &Sanitized::new(text)).expect("a paste");
        expect.extend(format!("\u{1b}[200~{text}\u{1b}[201~").into_bytes());
        expect_got(bench, &expect);
    }
}

fn a_long_paste_arrives_whole(bench: &Bench) {
    let (session, pane) = recorder(bench);
    let line = "0123456789 abcdefghijklmnopqrstuvwxyz ü\n";
    let text = line.repeat(1000);
    let text = text.trim_end();
    session.paste(&pane, &Sanitized::new(text)).expect("a paste");
    expect_got(bench, format!("\u{1b}[200~{text}\u{1b}[201~").as_bytes());
}

fn keys_arrive(bench: &Bench) {
    let (session, pane) = recorder(bench);
    for key in [Key::Enter, Key::Interrupt, Key::Escape] {
        session.press(&pane, key).expect("a key");
    }
    expect_got(bench, b"\n\x03\x1b");
}

fn nothing_is_typed_into_a_pane_that_is_gone(bench: &Bench) {
    let (session, pane) = recorder(bench);
    session.close(&pane).expect("its end");
    let gone = |result| matches!(result, Err(MuxError::NoPane { .. }));
    assert!(gone(session.paste(&pane, &Sanitized::new("text"))));
    assert!(gone(session.press(&pane, Key::Enter)));
    assert!(gone(session.screen(&pane, false).map(drop)));
    assert!(gone(session.attach(Some(&pane)).map(drop)));
}

fn a_screen_is_what_a_pane_shows(bench: &Bench) {
    let (session, first) = bench.live_session();
    let script =
        "i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo \"line $i ü\"; done; printf end; exec sleep 600";
    for is_tab in [true, false] {
        let spec = bench.script("lines", script, &[]);
        let opened =
            if is_tab { session.open_tab(&spec.pane()) } else { session.open_pane(&first, &spec.pane()) };
        let pane = opened.expect("a pane");
        let screen = wait_for_text(&*session, &pane, "end");
        assert!(screen.ends_with("line 299 ü\nline 300 ü\nend"), "{screen}");
        assert!(!screen.contains("line 1 ü\n"), "{screen}");
        let full = session.screen(&pane, true).expect("all of it");
        let expect: String = (1..=300).map(|i| format!("line {i} ü\n")).collect();
        assert_eq!(full, format!("{expect}end"));
    }
}
