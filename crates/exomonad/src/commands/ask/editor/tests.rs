//! Keys fill a form in.

use exomonad_host::ui::Form;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Act, Editor, Spot};
use crate::commands::keys::{Decoder, Key};

pub(crate) fn editor(form: &Value) -> Editor {
    Editor::new(Form::parse(&form.to_string()).unwrap())
}

/// Presses keys until one leads somewhere.
pub(crate) fn press(editor: &mut Editor, bytes: &str) -> Option<Act> {
    let mut decoder = Decoder::default();
    let keys = decoder.feed(bytes.as_bytes());
    keys.into_iter().chain(decoder.flush()).find_map(|key| editor.press(key))
}

fn answered(form: &Value, keys: &str) -> Value {
    match press(&mut editor(form), keys) {
        Some(Act::Answer(values)) => values.into(),
        other => panic!("{other:?}"),
    }
}

const TAB: &str = "\t";
const DOWN: &str = "\x1b[B";

fn two() -> Value {
    json!({"title": "t", "fields": [
        {"id": "name", "type": "text", "required": true, "max": 4},
        {"id": "where", "type": "choice", "options": ["here", "there"]},
    ]})
}

#[test]
fn what_is_typed_and_chosen_is_the_answer() {
    assert_eq!(
        answered(&two(), &format!("ann{TAB}{DOWN} {TAB}\r")),
        json!({"name": "ann", "where": "there"})
    );
    assert_eq!(answered(&two(), "toolong\r\r\t\r"), json!({"name": "tool", "where": "here"}));
    let edited = "ac\x1b[Db\x1b[H\x1b[3~A\x1b[F!\t\t\r";
    assert_eq!(answered(&two(), edited), json!({"name": "Abc!"}));
}

#[test]
fn an_answer_that_breaks_a_rule_goes_to_the_field_and_says_so() {
    let mut editor = editor(&two());
    assert_eq!(press(&mut editor, "\t\t\r"), None);
    assert_eq!(editor.focus, Spot::Field("name".to_owned()));
    assert_eq!(editor.problem, Some(("name".to_owned(), "needs an answer".to_owned())));
    assert_eq!(press(&mut editor, "x"), None);
    assert_eq!(editor.problem, None, "what is changed is not complained of");
}

#[test]
fn one_escape_asks_and_the_second_declines() {
    let mut asked = editor(&two());
    assert_eq!(press(&mut asked, "\x1b"), None);
    assert!(asked.declines);
    assert_eq!(press(&mut asked, "y"), None);
    assert_eq!((asked.declines, asked.text("name")), (false, ""), "the key is only the answer to that");
    assert_eq!(press(&mut asked, "\x03\x03"), Some(Act::Decline));
    assert_eq!(press(&mut editor(&two()), "\x1b\x1b"), Some(Act::Decline));
}

#[test]
fn several_are_chosen_in_the_forms_order_and_what_hides_is_left_out() {
    let form = json!({"title": "t", "fields": [
        {"id": "what", "type": "multiselect", "options": ["a", "b", "c"], "default": ["b"]},
        {"id": "more", "type": "checkbox"},
        {"id": "level", "type": "slider", "min": 0, "max": 10, "step": 2, "default": 4,
         "visible_when": {"field": "more", "equals": true}},
    ]});
    assert_eq!(
        answered(&form, &format!("{DOWN}{DOWN} \x1b[A \x1b[A {TAB}{TAB}\r")),
        json!({"what": ["a", "c"], "more": false})
    );
    assert_eq!(
        answered(&form, &format!("{TAB} {TAB}\x1b[C\x1b[C\x1b[D{TAB}\r")),
        json!({"what": ["b"], "more": true, "level": 6})
    );
    assert_eq!(answered(&form, &format!("{TAB} {TAB}\x1b[F{TAB}\r"))["level"], 10);
}

#[test]
fn text_of_several_lines_is_moved_in_and_a_paste_is_text() {
    let form =
        json!({"title": "t", "fields": [{"id": "why", "type": "textbox"}, {"id": "line", "type": "text"}]});
    let keys = "one\rtwo\x1b[A\x1b[F!\x1b[B\x1b[H>\t\x1b[200~a\r\nb\x1b[Bc\x1b[201~\t\r";
    assert_eq!(answered(&form, keys), json!({"why": "one!\n>two", "line": "a b[Bc"}));
}

#[test]
fn a_wizard_goes_on_and_back() {
    let form = json!({"title": "t", "panes": [
        {"id": "one", "fields": [{"id": "skip", "type": "checkbox"}], "next": [{"when": {"field": "skip", "equals": true}}]},
        {"id": "two", "fields": [{"id": "name", "type": "text", "required": true}]},
    ]});
    assert_eq!(answered(&form, "\t\rann\t\t\r"), json!({"skip": false, "name": "ann"}));
    // There and back again, and then not there.
    assert_eq!(answered(&form, "\t\rann\t\r \t\r"), json!({"skip": true}));
}

proptest! {
    #[test]
    fn no_keys_lose_the_way(keys in prop::collection::vec(
        prop_oneof![
            any::<char>().prop_filter("a key", |c| !c.is_control()).prop_map(Key::Char),
            Just(Key::Char(' ')), Just(Key::Enter), Just(Key::Tab), Just(Key::BackTab), Just(Key::Up), Just(Key::Down),
            Just(Key::Left), Just(Key::Right), Just(Key::Home), Just(Key::End), Just(Key::Backspace), Just(Key::Delete),
            Just(Key::PageUp), Just(Key::PageDown), any::<String>().prop_map(Key::Paste),
        ], 0..120)
    ) {
        let form = json!({"title": "t", "panes": [
            {"id": "one", "fields": [
                {"id": "a", "type": "checkbox"},
                {"id": "b", "type": "textbox", "max": 9, "visible_when": {"field": "a", "equals": true}},
                {"id": "c", "type": "multiselect", "options": ["x", "y"], "max": 1},
            ], "next": [{"when": {"field": "a", "equals": true}, "pane": "three"}]},
            {"id": "two", "fields": [{"id": "d", "type": "slider", "min": -1, "max": 1, "step": 0.1}]},
            {"id": "three", "fields": [{"id": "e", "type": "text"}, {"id": "f", "type": "choice", "options": ["x", "y"]}]},
        ]});
        let mut editor = editor(&form);
        for key in keys {
            let act = editor.press(key);
            if let Some(Act::Answer(values)) = act {
                prop_assert_eq!(editor.form.answer(&values), Ok(values.clone()));
                break;
            }
            prop_assert!(editor.spots().contains(&editor.focus), "{:?}", editor.focus);
        }
    }
}
