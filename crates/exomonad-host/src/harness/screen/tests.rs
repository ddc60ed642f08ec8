//! Screens as the programs drew them.

use super::Prompt::{Absent, Busy, Empty};
use super::*;

const RULE: &str = "────────────────────────────────────────────────────────────────────────────────";
const NAMED: &str = "───────────────────────────────────────────────────────────────────────── one ──";
const TOP: &str = "▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄";
const BOTTOM: &str = "▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀";

fn check(harness: Harness, screen: &[&str], expect: &Prompt) {
    assert_eq!(harness.prompt(&screen.join("\n")), *expect, "{screen:#?}");
}

fn filled(text: &str) -> Prompt {
    Prompt::Filled(text.to_owned())
}

#[test]
fn claudes_prompt_is_told_from_a_turn_and_from_a_dialog() {
    let claude = |screen: &[&str], expect: Prompt| check(Harness::Claude, screen, &expect);
    let idle = "  ⏸ manual mode on · ? for shortcuts · ← for agents";
    claude(&["● done", "", RULE, "❯ ", RULE, idle, ""], Empty);
    claude(&["● done", "", NAMED, "❯\u{a0}", RULE, "  ? for shortcuts", ""], Empty);
    claude(&["", NAMED, "❯ some typed", "  text", RULE, idle], filled("sometypedtext"));
    claude(&["✽ Drizzling…", RULE, "❯ ", RULE, "  ⏸ manual mode on · esc to interrupt · ← for agents"], Busy);
    let asks = [" Do you want to proceed?", " ❯ 1. Yes", "   2. No", "", " Esc to cancel · Tab to amend"];
    claude(
        &[&["● Bash(touch XX)", "  ⎿  Waiting…", "", RULE, " Bash command", "   touch XX"], &asks[..]]
            .concat(),
        Absent,
    );
    claude(&[&["❯ ", RULE, "❯ ", RULE, " Bash command"], &asks[..]].concat(), Absent);
    let picks = [
        "❯ /model",
        "",
        RULE,
        "  Select model",
        "  ❯ 1. Default",
        "",
        "  Enter to set as default · Esc to cancel",
        NAMED,
    ];
    claude(&picks, Absent);
    claude(&["$ ls", "Cargo.toml", "$"], Absent);
    claude(&[""], Absent);
}

#[test]
fn geminis_prompt_is_told_from_a_turn_and_from_a_dialog() {
    let gemini = |screen: &[&str], expect: Prompt| check(Harness::Gemini, screen, &expect);
    let (empty, foot) =
        (" >   Type your message or @path/to/file", [" workspace (/directory)   branch", " /p   main"]);
    let shown = |above: &str, text: &str| -> Vec<String> {
        [&[above, RULE, " Shift+Tab to accept edits", TOP, text, BOTTOM][..], &foot]
            .concat()
            .iter()
            .map(|line| (*line).to_owned())
            .collect()
    };
    let with = |above: &str, text: &str, expect: Prompt| {
        let screen = shown(above, text);
        gemini(&screen.iter().map(String::as_str).collect::<Vec<_>>(), expect);
    };
    with("  Executing Hook: AfterAgent          ? for shortcuts", empty, Empty);
    with(" ⠸ Executing Hook: BeforeAgent (esc to cancel, 1s)", empty, Busy);
    with("", " > some typed text", filled("sometypedtext"));
    let dialog = [
        TOP,
        " > dialog please",
        BOTTOM,
        "",
        "╭───────────╮",
        "│ ? Shell  touch XX │",
        "│ Allow execution of [Shell]? │",
        "│ ● 1. Allow once │",
        "│   3. No, suggest changes (esc) │",
        "╰───────────╯",
    ];
    gemini(&dialog, Absent);
}

#[test]
fn a_text_is_known_however_the_terminal_breaks_its_lines() {
    let shown = Harness::Claude.prompt(&[RULE, "❯ [exomonad from", "  api #1-2] a", "  b", RULE].join("\n"));
    assert!(shown.holds("[exomonad from api #1-2] a b"));
    assert!(!shown.holds("[exomonad from api #1-2] a b, and what somebody typed"));
}
