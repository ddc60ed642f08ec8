//! What keys lead to.

use exomonad_host::store::AgentState;

use super::super::input::intent;
use super::super::model::{Mode, Model, Order, Pane};
use super::super::needs::needs;
use super::project::{crowd, model, name, press, seen};
use crate::commands::keys::{Decoder, Key};

fn selected(model: &Model) -> &str {
    model.selected.as_ref().map_or("", |name| name.as_str())
}

#[test]
fn arrows_and_letters_select_along_the_tree() {
    let mut model = model();
    let mut check = |keys: &str, expect: &str| {
        assert_eq!(press(&mut model, keys), []);
        assert_eq!(selected(&model), expect, "{keys:?}");
    };
    check("", "root");
    check("k", "root");
    check("j\u{1b}[B", "auth");
    check("G", "web");
    check("j", "web");
    check("\u{1b}[A", "mobile");
    check("g", "root");
}

#[test]
fn what_is_selected_stays_so_while_it_is_there() {
    let mut model = model();
    press(&mut model, "jjj");
    assert_eq!(selected(&model), "billing");
    let mut next = seen();
    next.glance.agents.retain(|view| view.row.name.as_str() != "auth");
    model.look(next);
    assert_eq!((selected(&model), model.selected_row()), ("billing", Some(2)));
    let mut next = seen();
    next.glance.agents.retain(|view| view.row.name.as_str() != "billing");
    model.look(next);
    assert_eq!(selected(&model), "auth", "else whoever is in its place");
}

#[test]
fn nothing_that_cannot_be_taken_back_is_done_without_a_yes() {
    let mut model = model();
    assert_eq!(press(&mut model, "jx"), []);
    assert_eq!(model.mode, Mode::Confirm(Order::Stop(name("api"))));
    assert_eq!(press(&mut model, "n"), []);
    assert_eq!(press(&mut model, "x\r"), [], "Enter is no yes");
    assert_eq!(press(&mut model, "xy"), [Order::Stop(name("api"))]);
    assert_eq!(press(&mut model, "m"), []);
    let Mode::Confirm(order) = &model.mode else { panic!("{:?}", model.mode) };
    assert_eq!(model.question(order), "Merge #2 (main.api)?");
    assert_eq!(press(&mut model, "y"), [Order::Merge(2)]);
    assert_eq!(press(&mut model, "jm"), []);
    assert_eq!(model.note.as_ref().map(|note| note.text.as_str()), Some("auth has no open pull request"));
}

#[test]
fn a_message_is_typed_and_pasted_in_one_line() {
    let mut model = model();
    assert_eq!(press(&mut model, "js"), []);
    assert_eq!(
        press(&mut model, "stop a\u{7f}q? \u{1b}[200~two\nlines\u{1b}[201~"),
        [],
        "no letter is a key now"
    );
    let sent = Order::Send { to: name("api"), text: "stop q? two lines".to_owned() };
    assert_eq!(press(&mut model, "\r"), [sent]);
    assert_eq!(press(&mut model, "sx\u{1b}"), []);
    assert_eq!(press(&mut model, "s  \r"), [], "an empty one is not sent");
    assert_eq!(model.mode, Mode::Look);
}

#[test]
fn a_filter_finds_agents_by_name_role_harness_state_and_branch() {
    let mut model = model();
    let mut check = |filter: &str, expect: &[&str]| {
        press(&mut model, &format!("/{filter}\r"));
        let found: Vec<_> = model.rows.iter().filter_map(|row| model.agent(row)).collect();
        let found: Vec<_> = found.iter().map(|view| view.row.name.as_str()).collect();
        assert_eq!(found, expect, "{filter}");
        press(&mut model, "\u{1b}");
        assert_eq!(model.rows.len(), 8);
    };
    check("BILL", &["billing"]);
    check("claude", &["root", "api"]);
    check("asking", &["auth"]);
    check("main.do", &["docs"]);
    check("nobody", &[]);
}

#[test]
fn an_answer_goes_to_the_selected_agents_question_else_to_the_oldest() {
    let mut model = model();
    assert_eq!(press(&mut model, "a"), [Order::Answer("r1".to_owned())]);
    let mut next = seen();
    let mut own = next.requests[0].clone();
    (own.id, own.asker) = ("r2".to_owned(), "api".to_owned());
    next.requests.push(own);
    model.look(next);
    assert_eq!(press(&mut model, "a"), [Order::Answer("r1".to_owned())]);
    assert_eq!(press(&mut model, "ja"), [Order::Answer("r2".to_owned())]);
    let mut nobody = crowd(2);
    assert_eq!(press(&mut nobody, "a"), []);
}

#[test]
fn tab_goes_through_the_panes_and_only_a_screen_that_is_seen_is_watched() {
    let mut model = model();
    let mut seen = Vec::new();
    for _ in 0..5 {
        seen.push((model.pane, model.watched().is_some()));
        press(&mut model, "\t");
    }
    let expect = [Some(Pane::Messages), Some(Pane::Requests), Some(Pane::Events), Some(Pane::Screen), None];
    assert_eq!(seen, expect.map(|pane| (pane, pane == Some(Pane::Screen))));
    press(&mut model, "\u{1b}[Z");
    assert_eq!(model.pane, None);
    model.is_small = true;
    press(&mut model, "\u{1b}[Z");
    assert_eq!(model.watched(), Some(&name("root")));
}

#[test]
fn leaving_and_suspending_are_told_apart() {
    let mut model = model();
    assert_eq!(press(&mut model, "q"), [Order::Quit]);
    assert_eq!(press(&mut model, "\u{3}"), [Order::Interrupt]);
    assert_eq!(press(&mut model, "\u{1a}"), [Order::Suspend]);
    assert_eq!(press(&mut model, "\r"), [Order::Attach(name("root"))]);
    assert_eq!(press(&mut model, "/\u{1a}"), [Order::Suspend], "at any time");
    assert_eq!(press(&mut Model::new(true), "\rsxm"), [], "where there is nobody");
}

#[test]
fn every_key_means_something_or_nothing_in_every_mode() {
    let modes = [
        Mode::Look,
        Mode::Filter,
        Mode::Help,
        Mode::Send { to: name("api") },
        Mode::Confirm(Order::Merge(1)),
    ];
    let keys: Vec<Key> = (0..=127).flat_map(|byte: u8| Decoder::default().feed(&[byte])).collect();
    for mode in &modes {
        for key in &keys {
            let mut model = model();
            model.mode = mode.clone();
            if let Some(intent) = intent(mode, key.clone()) {
                drop(model.apply(intent));
            }
        }
    }
}

#[test]
fn a_person_is_told_of_each_reason_once() {
    let before = needs(&seen());
    let titles: Vec<_> = before.values().map(|need| (need.title.as_str(), need.text.as_str())).collect();
    assert_eq!(
        titles,
        [
            ("auth waits for you", "a dialog is open"),
            ("billing asks you", "Which currencies?"),
            ("search is stuck", "no step for 10 minutes"),
            ("root waits for you", "its turn has ended"),
        ]
    );
    let mut later = seen();
    later.glance.agents[3].unread = 9;
    assert_eq!(needs(&later), before, "the same reasons");
    later.glance.agents[0].state = AgentState::Stopped;
    later.requests.clear();
    let mut expect = before.clone();
    expect.retain(|key, _| !key.starts_with("request") && !key.starts_with("waits"));
    assert_eq!(needs(&later), expect);
}
