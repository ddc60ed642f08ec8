//! The entries that `init` adds to each harness's settings.

use std::process::{Command, Output};

use exomonad_host::harness::{FailureClass, Harness, SettingsFacts};
use exomonad_host::install::{Artefact, Entry};
use expect_test::{ExpectFile, expect_file};

fn facts(version: Option<&str>) -> SettingsFacts {
    SettingsFacts {
        exe: "/opt/exo bin/exomonad".into(),
        version: version.map(str::to_owned),
        project_root: "/p/my [app]".into(),
    }
}

fn text(artefacts: &[Artefact]) -> String {
    let line = |kind: &str, entry: &Entry| {
        format!("{kind} {} {:?} {}\n", entry.path.join("."), entry.place, entry.value)
    };
    let artefact = |artefact: &Artefact| {
        let hooks = artefact.hooks.iter().map(|entry| line("hook", entry));
        let server = artefact.server.iter().map(|entry| line("server", entry));
        let approvals = artefact.approvals.iter().map(|entry| line("approval", entry));
        let lines: String = hooks.chain(server).chain(approvals).collect();
        format!("{}: {} {:?}\n{lines}", artefact.label, artefact.path, artefact.dialect)
    };
    artefacts.iter().map(artefact).collect()
}

/// Every hook and rule of a harness.
fn hooks(harness: Harness, facts: &SettingsFacts) -> Vec<Entry> {
    harness.settings(facts).into_iter().flat_map(|artefact| artefact.hooks).collect()
}

#[track_caller]
fn check(harness: Harness, version: Option<&str>, expect: &ExpectFile) {
    expect.assert_eq(&text(&harness.settings(&facts(version))));
}

#[test]
fn claude_from_2_1_329_runs_us_without_a_shell() {
    check(
        Harness::Claude,
        Some("2.1.329 (Claude Code)"),
        &expect_file!["golden/settings-claude-2.1.329.txt"],
    );
}

#[test]
fn an_older_or_unknown_claude_runs_us_through_a_shell_that_refuses_in_our_place() {
    let old = Harness::Claude.settings(&facts(Some("2.1.197")));
    for version in [None, Some("nonsense"), Some("2.1"), Some("1.9.999")] {
        assert_eq!(Harness::Claude.settings(&facts(version)), old);
    }
    check(Harness::Claude, Some("2.1.197"), &expect_file!["golden/settings-claude-2.1.197.txt"]);
    assert_ne!(Harness::Claude.settings(&facts(Some("2.2.0"))), old);
}

#[test]
fn gemini_counts_in_milliseconds() {
    check(Harness::Gemini, Some("0.61.0"), &expect_file!["golden/settings-gemini.txt"]);
}

#[test]
fn codex_gets_a_hooks_file_of_its_own() {
    check(Harness::Codex, Some("0.169.0"), &expect_file!["golden/settings-codex.txt"]);
}

#[test]
fn codex_is_told_of_our_server_by_its_user() {
    let by_hand = |harness: Harness| harness.registration(&facts(None));
    assert_eq!(
        by_hand(Harness::Codex).as_deref(),
        Some("codex mcp add exomonad -- '/opt/exo bin/exomonad' mcp-stdio")
    );
    assert_eq!((by_hand(Harness::Claude), by_hand(Harness::Gemini)), (None, None));
}

#[test]
fn exactly_the_events_marked_as_installed_get_a_hook() {
    for harness in Harness::ALL {
        let entries = hooks(harness, &facts(None));
        let hooked: Vec<&str> = entries
            .iter()
            .filter(|entry| entry.path[0] == "hooks")
            .map(|entry| entry.path[1].as_str())
            .collect();
        let installed: Vec<&str> =
            harness.events().iter().filter(|spec| spec.installed).map(|spec| spec.wire).collect();
        assert_eq!(hooked, installed, "{harness}");
    }
}

#[expect(clippy::disallowed_methods, reason = "the harnesses hand this very line to sh")]
fn sh(line: &str) -> Output {
    Command::new("/bin/sh").args(["-c", line]).env_clear().output().unwrap()
}

/// The shell lines of a harness's guards (or of its nudges), with another program in our place.
fn lines(harness: Harness, class: FailureClass, exe: &str) -> Vec<String> {
    let facts = SettingsFacts { exe: exe.into(), ..facts(None) };
    let entries = hooks(harness, &facts);
    let classed = harness.events().iter().filter(|spec| spec.installed && spec.class == class);
    classed
        .map(|spec| {
            entries.iter().find(|entry| entry.path.last().is_some_and(|key| key == spec.wire)).unwrap()
        })
        .map(|entry| entry.value["hooks"][0]["command"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_guard_refuses_even_when_our_binary_is_missing_or_fails() {
    for harness in Harness::ALL {
        for exe in ["/nonexistent/it's gone", "/bin/false"] {
            let lines = lines(harness, FailureClass::Guard, exe);
            assert!(!lines.is_empty());
            for line in lines {
                let output = sh(&line);
                assert_eq!(output.status.code(), Some(2), "{line}");
                assert!(output.stdout.is_empty());
                assert!(harness != Harness::Codex || !output.stderr.is_empty(), "{line}");
            }
        }
    }
}

#[test]
fn a_nudge_never_refuses_whatever_becomes_of_our_binary() {
    for harness in Harness::ALL {
        for exe in ["/nonexistent/it's gone", "/bin/false"] {
            for line in lines(harness, FailureClass::Nudge, exe) {
                assert_eq!(sh(&line).status.code(), Some(1), "{line}");
            }
        }
    }
}

#[test]
fn a_hook_that_succeeds_stays_silent() {
    for harness in Harness::ALL {
        for class in [FailureClass::Guard, FailureClass::Nudge] {
            for line in lines(harness, class, "/bin/true") {
                let output = sh(&line);
                assert_eq!((output.status.code(), output.stdout.len(), output.stderr.len()), (Some(0), 0, 0));
            }
        }
    }
}
