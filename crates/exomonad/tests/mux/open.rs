//! Tabs and panes open with exactly the program that was asked for.

use std::collections::BTreeSet;

use exomonad_host::mux::{self, Key, MuxError};

use crate::bench::{Bench, is_alive};
use crate::spec::Spec;

contract!(
    a_program_gets_its_arguments_as_they_are,
    a_program_starts_in_its_directory,
    a_directory_that_is_missing_is_refused,
    a_program_gets_its_own_environment,
    a_program_is_not_told_of_other_sessions,
    a_command_line_of_one_word_is_no_shell_s,
    a_title_is_shown_and_means_nothing,
    a_pane_opens_in_the_tab_of_another,
    thirty_panes_fit_in_a_tab,
    eight_tabs_open_at_once,
    whoever_ensures_a_session_gets_a_tab_of_it,
    a_pane_is_found_by_its_process,
);

/// Writes what a program was given, whole or not at all.
const TELL: &str =
    r#"pwd > dir; env -0 > env; printf '%s\0' "$@" > told.new; mv told.new told; exec sleep 600"#;

fn lines(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8(bytes.to_vec()).expect("text");
    text.strip_suffix('\0').unwrap_or(&text).split('\0').map(str::to_owned).collect()
}

fn a_program_gets_its_arguments_as_they_are(bench: &Bench) {
    let long = "x".repeat(10 << 10);
    let arguments = [
        "a b",
        "'single' \"double\"",
        "$(touch owned) `touch owned` ${HOME}",
        "two\nlines\ttab",
        "ü 日本 🦀",
        "ends;",
        ";",
        "ends\\",
        "\\;",
        "",
        "#{pane_id} #S %%",
        "-d",
        "--",
        "{ } pane { }",
        long.as_str(),
    ];
    let (session, _) = bench.live_session();
    session.open_tab(&bench.script("told", TELL, &arguments).pane()).expect("a tab");
    assert_eq!(lines(&bench.file("told")), arguments);
    session.end().expect("its end");

    std::fs::remove_file(bench.dir().join("told")).expect("the file");
    session.create(&bench.script("told", TELL, &arguments).pane()).expect("a session");
    assert_eq!(lines(&bench.file("told")), arguments);
    assert!(!bench.dir().join("owned").exists());
}

fn a_program_starts_in_its_directory(bench: &Bench) {
    let (session, first) = bench.live_session();
    for (name, is_tab) in [("it's a #{dir} ü", true), ("$(x) 2;", false)] {
        let dir = bench.dir().join(name);
        std::fs::create_dir(&dir).expect("a directory");
        let spec = Spec { dir: dir.clone(), ..bench.script("there", TELL, &[]) };
        let opened =
            if is_tab { session.open_tab(&spec.pane()) } else { session.open_pane(&first, &spec.pane()) };
        opened.expect("a pane");
        bench.file(&format!("{name}/told"));
        assert_eq!(bench.file(&format!("{name}/dir")), format!("{dir}\n").into_bytes());
    }
}

fn a_directory_that_is_missing_is_refused(bench: &Bench) {
    let (session, first) = bench.live_session();
    let spec = Spec { dir: bench.dir().join("missing"), ..bench.idle("nowhere") };
    let refused = |result| matches!(result, Err(MuxError::Refused { .. }));
    assert!(refused(session.open_tab(&spec.pane())));
    assert!(refused(session.open_pane(&first, &spec.pane())));
    assert!(refused(bench.session("other").create(&spec.pane())));
    assert!(!is_alive(&*bench.session("other")));
    assert_eq!(session.panes().expect("the panes").len(), 1);
}

fn a_program_gets_its_own_environment(bench: &Bench) {
    let session = bench.session("exo");
    let hostile = "a b;$(x) 'q' \"d\" ü=\\;";
    let first = bench.script("told", TELL, &[]).with_env("FIRST", "1").with_env("HOSTILE", hostile);
    let pane = session.create(&first.pane()).expect("a session");
    bench.file("told");
    let has = |variable: &str| lines(&bench.file("env")).iter().any(|found| found == variable);
    assert!(has("FIRST=1") && has(&format!("HOSTILE={hostile}")));
    for is_tab in [true, false] {
        std::fs::remove_file(bench.dir().join("told")).expect("the file");
        let later = bench.script("told", TELL, &[]).with_env("HOSTILE", hostile).with_env("EMPTY", "");
        let opened =
            if is_tab { session.open_tab(&later.pane()) } else { session.open_pane(&pane, &later.pane()) };
        opened.expect("a pane");
        bench.file("told");
        assert!(has(&format!("HOSTILE={hostile}")) && has("EMPTY="));
        assert!(!has("FIRST=1"), "the first pane's environment reached another");
    }
}

fn a_program_is_not_told_of_other_sessions(bench: &Bench) {
    let (session, _) = bench.live_session();
    session.open_tab(&bench.script("told", TELL, &[]).pane()).expect("a tab");
    bench.file("told");
    let env = lines(&bench.file("env"));
    let foreign =
        ["TMUX=/nowhere/tmux,1,0", "TMUX_PANE=%99", "ZELLIJ_SESSION_NAME=elsewhere", "ZELLIJ_PANE_ID=99"];
    for variable in foreign {
        assert!(!env.iter().any(|found| found == variable), "{variable}");
    }
    let term = env.iter().find_map(|found| found.strip_prefix("TERM=")).expect("a terminal's type");
    assert!(!term.is_empty() && term != "dumb", "{term}");
}

fn a_command_line_of_one_word_is_no_shell_s(bench: &Bench) {
    use std::os::unix::fs::PermissionsExt;
    let program = bench.dir().join("a program; with #S");
    let script = format!("#!/bin/sh\n: > '{}'\nexec sleep 600\n", bench.dir().join("ran"));
    std::fs::write(&program, script).expect("a program");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).expect("its mode");
    let (session, _) = bench.live_session();
    let spec = Spec { argv: vec![program.to_string()], ..bench.idle("one word") };
    session.open_tab(&spec.pane()).expect("a tab");
    bench.file("ran");
}

fn a_title_is_shown_and_means_nothing(bench: &Bench) {
    let (session, _) = bench.live_session();
    for title in ["exo:1.2", "-n", "a 'b' #{pid};", "first", "ü"] {
        let tab = session.open_tab(&bench.idle(title).pane()).expect("a tab");
        let info = session.find(&tab).expect("an answer").expect("the tab");
        assert_eq!(info.title, title);
    }
    let long = format!("line\nbreak {}", "x".repeat(500));
    session.open_tab(&bench.idle(&long).pane()).expect("a tab");
    assert_eq!(session.panes().expect("the panes").len(), 7);
}

fn a_pane_opens_in_the_tab_of_another(bench: &Bench) {
    let (session, first) = bench.live_session();
    let tab = session.open_tab(&bench.idle("tab").pane()).expect("a tab");
    assert_ne!(tab.tab, first.tab);
    let pane = session.open_pane(&first, &bench.idle("pane").pane()).expect("a pane");
    assert_eq!(pane.tab, first.tab);
    session.press(&tab, Key::Interrupt).expect("a key");
    session.close(&tab).expect("its end");
    let orphan = session.open_pane(&tab, &bench.idle("orphan").pane());
    assert!(matches!(orphan, Err(MuxError::NoPane { .. })), "{orphan:?}");
}

fn thirty_panes_fit_in_a_tab(bench: &Bench) {
    let (session, first) = bench.live_session();
    let open = |_| session.open_pane(&first, &bench.idle("worker").pane()).expect("a pane").pane;
    let mut opened: BTreeSet<String> = (1..30).map(open).collect();
    opened.insert(first.pane.clone());
    let panes = session.panes().expect("the panes");
    assert!(panes.iter().all(|pane| pane.tab == first.tab && !pane.ended), "{panes:?}");
    assert_eq!(panes.into_iter().map(|pane| pane.pane).collect::<BTreeSet<_>>(), opened);
    assert_eq!(opened.len(), 30);
}

fn eight_tabs_open_at_once(bench: &Bench) {
    let (session, _) = bench.live_session();
    let opened: BTreeSet<String> = std::thread::scope(|scope| {
        let open = |number: usize| {
            // Another process has a driver of its own.
            let session = bench.session("exo");
            let script = format!(": > ran-{number}; exec sleep 600");
            scope.spawn(move || {
                let spec = bench.script(&format!("tab {number}"), &script, &[]);
                session.open_tab(&spec.pane()).expect("a tab").pane
            })
        };
        let threads: Vec<_> = (0..8).map(open).collect();
        threads.into_iter().map(|thread| thread.join().expect("a tab")).collect()
    });
    assert_eq!(opened.len(), 8);
    let panes: BTreeSet<String> =
        session.panes().expect("the panes").into_iter().map(|pane| pane.pane).collect();
    assert!(panes.is_superset(&opened), "{panes:?} {opened:?}");
    for number in 0..8 {
        bench.file(&format!("ran-{number}"));
    }
}

fn whoever_ensures_a_session_gets_a_tab_of_it(bench: &Bench) {
    std::thread::scope(|scope| {
        let ensure = |number: usize| {
            scope.spawn(move || {
                let spec = bench.idle(&format!("tab {number}"));
                let (session, pane) =
                    mux::ensure(bench.address("exo"), &bench.surroundings, &spec.pane()).expect("a tab");
                assert_eq!(*session.address(), pane.address);
            })
        };
        let threads: Vec<_> = (0..4).map(ensure).collect();
        threads.into_iter().for_each(|thread| thread.join().expect("a tab"));
    });
    assert_eq!(bench.session("exo").panes().expect("the panes").len(), 4);
}

fn a_pane_is_found_by_its_process(bench: &Bench) {
    let (session, first) = bench.live_session();
    let tab = session
        .open_tab(&bench.script("tab", "echo $$ > pid.new; mv pid.new pid; exec sleep 600", &[]).pane());
    let tab = tab.expect("a tab");
    let pid = String::from_utf8(bench.file("pid")).expect("text").trim().parse().expect("a pid");
    assert_eq!(session.pane_of(pid).expect("an answer"), Some(tab.clone()));
    assert_ne!(tab, first);
    assert_eq!(session.pane_of(std::process::id()).expect("an answer"), None);
}
