//! What is seen, at every size, and what keys lead to.

mod keys;
mod project;

use exomonad_testkit::picture;
use expect_test::{Expect, expect, expect_file};
use ratatui::backend::{CrosstermBackend, TestBackend};
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

use self::project::{NOW, crowd, model, press};
use super::draw::draw;
use super::model::Model;
use super::note::Palette;
use crate::commands::ps::to_table;
use crate::commands::tree::{UNICODE, draw_with};
use crate::commands::words::width;

const PLAIN: Palette = Palette { color: false, utf8: true };

/// What a terminal of that size shows.
fn shown(model: &mut Model, (columns, rows): (u16, u16), palette: Palette) -> String {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    let frame = terminal.draw(|frame| draw(frame, model, palette, NOW)).unwrap();
    let line = |y: u16| {
        let mut text = String::new();
        let mut x = 0;
        while x < columns {
            let symbol = frame.buffer[(x, y)].symbol();
            text.push_str(symbol);
            x += u16::try_from(width(symbol)).unwrap().max(1);
        }
        format!("{}\n", text.trim_end())
    };
    (0..rows).map(line).collect()
}

/// The bytes that a terminal of that size is sent, as a picture.
fn drawn(model: &mut Model, (columns, rows): (u16, u16)) -> String {
    let viewport = Viewport::Fixed(Rect::new(0, 0, columns, rows));
    let mut bytes = Vec::new();
    {
        let options = TerminalOptions { viewport };
        let mut terminal = Terminal::with_options(CrosstermBackend::new(&mut bytes), options).unwrap();
        let palette = Palette { color: true, utf8: true };
        terminal.draw(|frame| draw(frame, model, palette, NOW)).unwrap();
    }
    picture::svg(picture::screen(&String::from_utf8(bytes).unwrap(), rows, columns).screen())
}

fn check(model: &mut Model, size: (u16, u16), expect: &Expect) {
    expect.assert_eq(&shown(model, size, PLAIN));
}

#[test]
fn a_tree_at_80_by_24() {
    check(
        &mut model(),
        (80, 24),
        &expect![[r#"
             exomonad · 8 agents · 1 asking you · 1 in a dialog · 1 stuck · 1 broken · 1 run
              AGENT                 STATE        PULL REQUEST CHECKS    NEW LAST STEP
            >○ root                 waiting 0s                              12s stop
             ├─ ● api               running 31m  #2 approved  3 ok        2  4s file_pr
             │  ├─ ? auth           dialog 0s                                6s Bash
             │  └─ ? billing        asks you 40s #7 open      CI failed     40s request.open
             ├─ · docs              stopped 14m  #1 merged                  14m pull.merged
             ├─ ! search            stuck 11m    #3 changes   1 failed      11m agent.stuck
             ├─ ✗ mobile            failed 9m
             └─ ◌ web               starting 0s
             root: root in claude, branch main, context 84k, wrote 9k
             messages  requests 1  events  screen
             20m  root → api  acked  Take the HTTP layer; two agents below you.
             11m  search → root  seen  The index is built, its tests are red; looking into i
              2m  api → billing  handed  Amounts are in minor units.
             30s  human → api  queued  Please keep the old endpoint for one release.







            ? help  q quit  Enter attach  a answer  s send  Tab pane  / filter  x stop
        "#]],
    );
}

#[test]
fn a_tree_at_120_by_40_names_what_a_narrow_one_leaves_out() {
    let mut model = model();
    press(&mut model, "j\t\t");
    check(
        &mut model,
        (120, 40),
        &expect![[r#"
             exomonad · 8 agents · 1 asking you · 1 in a dialog · 1 stuck · 1 broken · 1 running · 1 waiting
              AGENT                              ROLE   HARNESS STATE        PULL REQUEST CHECKS    NEW   CTX WROTE LAST STEP
             ○ root                              root   claude  waiting 0s                                84k    9k 12s stop
            >├─ ● api                            tl     claude  running 31m  #2 approved  3 ok        2  131k   22k  4s file_pr
             │  ├─ ? auth                        dev    gemini  dialog 0s                                            6s Bash
             │  └─ ? billing                     dev    gemini  asks you 40s #7 open      CI failed      1.2M   870 40s request.open
             ├─ · docs                           dev    gemini  stopped 14m  #1 merged                              14m pull.merged
             ├─ ! search                         dev    gemini  stuck 11m    #3 changes   1 failed                  11m agent.stuck
             ├─ ✗ mobile                         dev    gemini  failed 9m
             └─ ◌ web                            dev    gemini  starting 0s
             api: tl in claude, branch main.api, context 131k, wrote 22k
             messages  requests 1  events  screen
             15m  docs  pull.filed  number=1 head=main.docs
             14m  docs  pull.merged  number=1 head=main.docs
             11m  search  agent.stuck  why="no step for 10 minutes"
              3m  billing  pull.filed  number=7 forge=github
              3m  billing  pull.checks-failed  number=7 name="test (ubuntu)"
              1m  api  pull.filed  number=2 head=main.api
             40s  billing  request.opened  title="Which currencies?"
             12s  root  hook.stop  verdict=pass
              6s  auth  hook.permission-request  tool=Bash verdict=ask
              4s  api  hook.post-tool-use  tool=mcp__exomonad__file_pr verdict=pass

















            ? help  q quit  Enter attach  a answer  s send  Tab pane  / filter  x stop  m merge
        "#]],
    );
}

#[test]
fn a_tree_at_40_by_10_leaves_the_pane_to_tab() {
    let mut model = model();
    check(
        &mut model,
        (40, 10),
        &expect![[r#"
             exomonad · 8 agents · 1 asking you · 1
              AGENT                 STATE        NEW
            >○ root                 waiting 0s
             ├─ ● api               running 31m    2
             │  ├─ ? auth           dialog 0s
             │  └─ ? billing        asks you 40s
             ├─ · docs              stopped 14m
             ├─ ! search            stuck 11m
             ├─ ✗ mobile            failed 9m
            ? help  q quit  Enter attach  a answer
        "#]],
    );
    press(&mut model, "\t");
    check(
        &mut model,
        (40, 10),
        &expect![[r#"
             exomonad · 8 agents · 1 asking you · 1
             root: root in claude, branch main, cont
             messages  requests 1  events  screen
             20m  root → api  acked  Take the HTTP l
             11m  search → root  seen  The index is
              2m  api → billing  handed  Amounts are
             30s  human → api  queued  Please keep t


            ? help  q quit  Enter attach  a answer
        "#]],
    );
}

#[test]
fn nothing_is_lost_without_utf8() {
    let ascii = Palette { color: false, utf8: false };
    let mut model = Model::new(false);
    model.look(project::seen());
    let seen = shown(&mut model, (80, 24), ascii);
    let (own, _messages) = seen.split_at(seen.find(" root -> api").unwrap());
    assert!(own.is_ascii(), "{own}");
    expect![[r#"
         exomonad, 8 agents, 1 asking you, 1 in a dialog, 1 stuck, 1 broken, 1 running,
          AGENT                 STATE        PULL REQUEST CHECKS    NEW LAST STEP
        >o root                 waiting 0s                              12s stop
         |- * api               running 31m  #2 approved  3 ok        2  4s file_pr
         |  |- ? auth           dialog 0s                                6s Bash
         |  `- ? billing        asks you 40s #7 open      CI failed     40s request.open
         |- - docs              stopped 14m  #1 merged                  14m pull.merged
         |- ! search            stuck 11m    #3 changes   1 failed      11m agent.stuck
         |- x mobile            failed 9m
         `- + web               starting 0s
         root: root in claude, branch main, context 84k, wrote 9k
         messages  requests 1  events  screen
         20m "#]]
    .assert_eq(own);
}

#[test]
fn every_size_has_a_picture_and_none_is_written_beyond_it() {
    let mut models = [model(), Model::new(true), crowd(200)];
    let rows = [0, 1, 2, 3, 4, 5, 7, 8, 9, 11, 12, 13, 24, 40];
    let sizes =
        [0, 1, 2, 5, 20, 27, 41, 80, 145].into_iter().flat_map(|columns| rows.map(|rows| (columns, rows)));
    for (columns, rows) in sizes {
        for model in &mut models {
            for keys in ["?", "x", "\t", "/api", "\u{1b}", "sa longer message that has no room", "\u{1b}"] {
                press(model, keys);
                shown(model, (columns, rows), PLAIN);
            }
        }
    }
}

#[test]
fn among_200_agents_the_selected_one_is_seen() {
    let mut model = crowd(200);
    check(
        &mut model,
        (80, 12),
        &expect![[r#"
         exomonad · 200 agents · 200 running
          AGENT                 STATE        PULL REQUEST CHECKS    NEW LAST STEP
        >● root                 running 1m
         ├─ ● agent-1           running 1m
         ├─ ● agent-2           running 1m
         ├─ ● agent-3           running 1m
         root: root in claude, branch main
         messages  requests  events  screen
        no messages


        ? help  q quit  Enter attach  a answer  s send  Tab pane  / filter  x stop
    "#]],
    );
    press(&mut model, "G");
    let seen = shown(&mut model, (80, 24), PLAIN);
    assert!(seen.contains(">└─ ● agent-199"), "{seen}");
    press(&mut model, "\u{1b}[5~");
    let seen = shown(&mut model, (80, 24), PLAIN);
    assert!(seen.contains(">├─ ● agent-18"), "{seen}");
}

#[test]
fn the_keys_are_told_on_the_screen() {
    let mut model = model();
    press(&mut model, "?");
    check(
        &mut model,
        (80, 24),
        &expect![[r#"
         exomonad · 8 agents · 1 asking you · 1 in a dialog · 1 stuck · 1 broken · 1 run
         arrows j k select an agent; PgUp PgDn g G go further
         Enter      attach to its terminal
         a          answer its question, or the oldest
         s          send it a message
         x          stop it, once you said yes
         m          merge its pull request, once you said yes
         Tab        messages, requests, events, its screen, none
         v          only what is about it, or everything
         [ ]        back and forth in the pane
         /          look for agents; Esc ends that
         Ctrl-Z     suspend
         ?          these keys
         q          quit
         signs      ● runs  ○ waits  ? wants you  ! stuck  ✗ broken  · ended








        any key goes back
    "#]],
    );
}

#[test]
fn what_agents_write_drives_no_terminal() {
    let mut model = model();
    model.seen.mail[1].message.body = "The index \u{1b}[2J is built\nand \u{202e}tested.".to_owned();
    let seen = shown(&mut model, (120, 40), PLAIN);
    assert!(!seen.contains('\u{1b}') && seen.contains("\u{fffd}[2J"), "{seen}");
    assert!(!seen.contains('\u{202e}'), "{seen}");
}

#[test]
fn the_pictures_in_the_documents_are_what_is_drawn() {
    expect_file!["../../../../../docs/pictures/top.svg"].assert_eq(&drawn(&mut model(), (80, 24)));
    let mut wide = model();
    press(&mut wide, "j\t\t");
    expect_file!["../../../../../docs/pictures/top-wide.svg"].assert_eq(&drawn(&mut wide, (120, 40)));
    let mut small = model();
    press(&mut small, "jx");
    expect_file!["../../../../../docs/pictures/top-small.svg"].assert_eq(&drawn(&mut small, (44, 10)));
}

#[test]
fn the_pictures_of_lists_in_the_documents_are_what_is_printed() {
    let agents = project::seen().glance.agents;
    let tree = draw_with(&UNICODE, &agents, NOW);
    let tree = picture::printed(&format!("$ exomonad tree\n{tree}"));
    expect_file!["../../../../../docs/pictures/tree.svg"].assert_eq(&tree);
    let ps = picture::printed(&format!("$ exomonad ps\n{}", to_table(&agents, NOW)));
    expect_file!["../../../../../docs/pictures/ps.svg"].assert_eq(&ps);
}
