//! Forms are seen in every size.

use exomonad_host::exec::Size;
use exomonad_testkit::picture;
use expect_test::{Expect, expect, expect_file};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::editor::Editor;
use super::super::page::wrap;
use super::View;
use crate::commands::keys::{Decoder, Key};
use crate::commands::words::width;

fn editor(form: &Value) -> Editor {
    Editor::new(exomonad_host::ui::Form::parse(&form.to_string()).unwrap())
}

/// What is seen, line by line, after some keys.
fn seen(editor: &mut Editor, view: &mut View, (columns, rows): (u16, u16), keys: &str) -> String {
    for key in Decoder::default().feed(keys.as_bytes()) {
        if key == Key::PageDown {
            view.page(isize::try_from(rows).unwrap() - 3);
        } else {
            view.is_paging = false;
            assert_eq!(editor.press(key), None);
        }
    }
    shown(view, editor, Size { rows, columns })
}

/// What a terminal shows that is sent a frame.
fn shown(view: &mut View, editor: &Editor, size: Size) -> String {
    let mut terminal = vt100::Parser::new(size.rows.try_into().unwrap(), size.columns.try_into().unwrap(), 0);
    terminal.process(view.frame(editor, size).codes(size.columns.into(), true).unwrap().as_bytes());
    let rows = terminal.screen().rows(0, size.columns);
    rows.map(|row| format!("{}\n", row.trim_end())).collect()
}

fn check(form: &Value, size: (u16, u16), keys: &str, expect: &Expect) {
    let mut view = View::new();
    view.is_early = false;
    expect.assert_eq(&seen(&mut editor(form), &mut view, size, keys));
}

fn form() -> Value {
    json!({"title": "Deploy \u{1b}[2J to production?", "message": "The tests passed on main. Nothing else is in the way, as far as anybody knows.", "fields": [
        {"id": "name", "type": "text", "label": "Release", "required": true, "placeholder": "such as 1.2", "help": "As in the changelog"},
        {"id": "where", "type": "choice", "label": "Where to", "options": [{"value": "eu", "label": "Europe"}, "us"], "default": "eu"},
        {"id": "what", "type": "multiselect", "label": "Parts", "options": ["web", "jobs"]},
        {"id": "sure", "type": "checkbox", "label": "Tell everybody"},
        {"id": "box", "type": "group", "label": "Later", "visible_when": {"field": "sure", "equals": true}, "fields": [
            {"id": "share", "type": "slider", "label": "Share", "min": 0, "max": 100, "step": 5, "default": 50}]},
    ]})
}

#[test]
fn a_form_at_80_by_24() {
    check(
        &form(),
        (80, 24),
        "1.4\t\t\t \t",
        &expect![[r#"
        ? Deploy [2J to production?
        The tests passed on main. Nothing else is in the way, as far as anybody knows.

        Release *
          > 1.4
          As in the changelog

        Where to
          (x) Europe
          ( ) us

        Parts
          [ ] web
          [ ] jobs

        [x] Tell everybody

        Later

          Share
            <----------o---------> 50 (0 to 100)

        [ Submit ]
        Tab: next  Arrows: move  Space: choose  Enter: go on  Esc: decline
    "#]],
    );
}

#[test]
fn a_form_at_40_by_10_begins_at_its_beginning() {
    check(
        &form(),
        (40, 10),
        "",
        &expect![[r#"
            ? Deploy [2J to production [more: PgDn]
            The tests passed on main. Nothing else
            is in the way, as far as anybody knows.
            Release *
              > such as 1.2
              As in the changelog
            Where to
              (x) Europe
              ( ) us
            Tab: next  Space: choose  Esc: decline
        "#]],
    );
}

#[test]
fn a_form_at_40_by_10_follows_the_focus_and_says_what_is_wrong() {
    check(
        &form(),
        (40, 10),
        "\t\t\t\t\r",
        &expect![[r#"
            ? Deploy [2J to production [more: PgDn]
            The tests passed on main. Nothing else
            is in the way, as far as anybody knows.
            Release *
              > such as 1.2
              As in the changelog
              ! needs an answer
            Where to
              (x) Europe
            Tab: next  Space: choose  Esc: decline
        "#]],
    );
    check(
        &form(),
        (40, 10),
        "\t\t\t\t",
        &expect![[r#"
        ? Deploy [2J to production?
        Where to
          (x) Europe
          ( ) us
        Parts
          [ ] web
          [ ] jobs
        [ ] Tell everybody
        [ Submit ]
        Tab: next  Space: choose  Esc: decline
    "#]],
    );
}

#[test]
fn declining_is_asked_about_in_the_last_line() {
    check(
        &form(),
        (40, 10),
        "\x1b[6~\x03",
        &expect![[r#"
            ? Deploy [2J to production [more: PgDn]
            Release *
              > such as 1.2
              As in the changelog
            Where to
              (x) Europe
              ( ) us
            Parts
              [ ] web
            Decline to answer? Esc: yes, other: no
        "#]],
    );
}

#[test]
fn text_that_is_longer_than_its_place_is_seen_around_the_cursor() {
    let form = json!({"title": "t", "fields": [{"id": "a", "type": "text"}, {"id": "b", "type": "textbox"}]});
    let keys = "0123456789abcdefghijklmn\t1\r2\r3\r4\r5\r6\r7\r8 日本語日本語日本語日本語";
    check(
        &form,
        (24, 12),
        keys,
        &expect![[r#"
        ? t
        a
          > 0123456789abcdefghi
        b
          > 3
          > 4
          > 5
          > 6
          > 7
          > 日本語日本語日本語
        [ Submit ]
        Tab: next  Space: choose
    "#]],
    );
}

#[test]
fn nothing_in_a_form_drives_the_terminal() {
    let evil = "\u{1b}]0;x\u{7}\u{9b}2J\u{202e}ab\r\n\tc";
    let form = json!({"title": evil, "message": evil, "fields": [
        {"id": "a", "type": "choice", "label": evil, "help": evil, "options": [{"value": "v", "label": evil}]},
        {"id": "b", "type": "textbox", "label": evil, "default": evil, "placeholder": evil}]});
    let mut view = View::new();
    let text = seen(&mut editor(&form), &mut view, (60, 40), "\t\t");
    let is_bad = |c: char| c != '\n' && c.is_control() || c == '\u{202e}';
    assert!(!text.contains(is_bad), "{text:?}");
    assert!(text.contains("ab"), "{text}");
}

proptest! {
    #[test]
    fn every_size_shows_what_has_the_focus(columns in 1u16..90, rows in 1u16..30, tabs in 0usize..12) {
        let mut editor = editor(&form());
        let mut view = View::new();
        let text = seen(&mut editor, &mut view, (columns, rows), &"\t".repeat(tabs));
        prop_assert_eq!(text.lines().count(), usize::from(rows));
        if columns >= 30 && rows >= 4 && tabs % 5 == 4 {
            prop_assert!(text.contains("[ Submit ]"), "{}", text);
        }
    }

    #[test]
    fn wrapped_lines_fit_and_lose_nothing(text in "[a-z日 ]{0,60}", room in 2usize..30) {
        let lines = wrap(&text, room);
        prop_assert!(lines.iter().all(|line| width(line.trim_end()) <= room), "{:?}", lines);
        prop_assert_eq!(lines.concat(), text);
    }
}

#[test]
fn the_picture_in_the_documents_is_what_is_drawn() {
    let form = json!({"title": "Deploy 1.4 to production?", "message": "The tests passed on main at 3f2a9c1. The migration takes about a minute.", "fields": [
        {"id": "where", "type": "choice", "label": "Where to", "options": [{"value": "eu", "label": "Europe"}, {"value": "us", "label": "United States"}], "required": true},
        {"id": "parts", "type": "multiselect", "label": "Parts", "options": ["web", "jobs", "mail"], "default": ["web"]},
        {"id": "share", "type": "slider", "label": "Share of users", "min": 0, "max": 100, "step": 5, "default": 25},
        {"id": "note", "type": "text", "label": "Note", "placeholder": "for the changelog"},
    ]});
    let (mut editor, mut view, size) = (editor(&form), View::new(), Size { rows: 20, columns: 72 });
    view.is_early = false;
    drop(seen(&mut editor, &mut view, (72, 20), "\u{1b}[B \t"));
    let codes = view.frame(&editor, size).codes(72, true).unwrap();
    let picture = picture::svg(picture::screen(&codes, 20, 72).screen());
    expect_file!["../../../../../../docs/pictures/ask.svg"].assert_eq(&picture);
}
