//! Draws it, in any size: what there is no room for is left out, the least important first.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};

use super::columns::{Column, fill};
use super::model::{Mode, Model, Pane};
use super::note::{Note, Palette, Tone, one_line};
use super::panes::page;
use super::rows::Row;
use super::standing::{Standing, token_words};
use crate::commands::words::{cut, width};

/// From this height on there is room for the tree and a pane.
const TALL: u16 = 12;

/// From this height on the columns are named.
const NAMED: u16 = 8;

/// What there is to know about the keys, the most needed first.
const KEYS: [(&str, &str); 13] = [
    ("arrows j k", "select an agent; PgUp PgDn g G go further"),
    ("Enter", "attach to its terminal"),
    ("a", "answer its question, or the oldest"),
    ("s", "send it a message"),
    ("x", "stop it, once you said yes"),
    ("m", "merge its pull request, once you said yes"),
    ("Tab", "messages, requests, events, its screen, none"),
    ("v", "only what is about it, or everything"),
    ("[ ]", "back and forth in the pane"),
    ("/", "look for agents; Esc ends that"),
    ("Ctrl-Z", "suspend"),
    ("?", "these keys"),
    ("q", "quit"),
];

/// What a drawing depends on besides the model.
#[derive(Debug, Clone, Copy)]
struct Look {
    palette: Palette,
    now_ms: u64,
}

/// Draws it all.
pub(super) fn draw(frame: &mut Frame<'_>, model: &mut Model, palette: Palette, now_ms: u64) {
    let look = Look { palette, now_ms };
    let area = frame.area();
    let buffer = frame.buffer_mut();
    let [title, body, foot] = split(area);
    put(buffer, title, 0, &heading(model, palette));
    buffer.set_style(title, palette.style(Tone::Title));
    model.is_small = area.height < TALL;
    if model.mode == Mode::Help {
        help(buffer, body, palette);
    } else {
        let (tree, below) = parts(model, body);
        draw_tree(buffer, tree, model, look, area.height >= NAMED);
        if let (Some(pane), Some(area)) = (model.pane, below) {
            draw_pane(buffer, area, model, pane, look);
        }
    }
    put(buffer, foot, 0, &footing(model, palette, usize::from(foot.width)));
}

/// The first line, the last, and what is between them.
fn split(area: Rect) -> [Rect; 3] {
    let line = |y: u16, height: u16| Rect { y, height, ..area }.intersection(area);
    let foot = if area.height > 1 { 1 } else { 0 };
    [
        line(area.y, 1),
        line(area.y.saturating_add(1), area.height.saturating_sub(2)),
        line(area.bottom().saturating_sub(foot), foot),
    ]
}

/// Where the tree is, and where the pane.
fn parts(model: &Model, body: Rect) -> (Rect, Option<Rect>) {
    let nothing = Rect { height: 0, ..body };
    if model.pane.is_none() {
        return (body, None);
    }
    if model.is_small {
        return if model.is_asked { (nothing, Some(body)) } else { (body, None) };
    }
    let rows = u16::try_from(model.rows.len()).unwrap_or(u16::MAX).saturating_add(1);
    let half = body.height.saturating_mul(11) / 20;
    let height = half.min(rows.max(4));
    let tree = Rect { height, ..body };
    let below = Rect { y: body.y.saturating_add(height), height: body.height.saturating_sub(height), ..body };
    (tree, Some(below))
}

/// Puts a line into an area, cut where that ends.
fn put(buffer: &mut Buffer, area: Rect, row: usize, line: &Line<'_>) {
    let Ok(row) = u16::try_from(row) else { return };
    if row < area.height {
        buffer.set_line(area.x, area.y.saturating_add(row), line, area.width);
    }
}

fn heading(model: &Model, palette: Palette) -> Line<'static> {
    let agents = &model.seen.glance.agents;
    let standings: Vec<_> = agents.iter().map(|view| Standing::of(view, &model.seen)).collect();
    let count = |wanted: &[Standing]| standings.iter().filter(|standing| wanted.contains(standing)).count();
    let dot = palette.dot();
    let mut parts = vec![format!("{} agents", agents.len())];
    let counts = [
        (model.seen.requests.len(), "asking you"),
        (count(&[Standing::Dialog]), "in a dialog"),
        (count(&[Standing::Stuck]), "stuck"),
        (count(&[Standing::Broken]), "broken"),
        (count(&[Standing::Running]), "running"),
        (count(&[Standing::Waiting]), "waiting"),
    ];
    parts
        .extend(counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")));
    if !model.filter.is_empty() {
        parts.push(format!("{} match `{}`", model.rows.len(), one_line(&model.filter)));
    }
    let parts = if model.is_new { "looking ...".to_owned() } else { parts.join(dot) };
    Line::raw(format!(" exomonad{dot}{parts}"))
}

fn draw_tree(buffer: &mut Buffer, mut area: Rect, model: &mut Model, look: Look, is_named: bool) {
    let palette = look.palette;
    let columns = Column::fitting(area.width.into());
    if is_named && area.height > 1 {
        put(buffer, area, 0, &head(&columns, area.width.into(), palette));
        area = Rect { y: area.y.saturating_add(1), height: area.height.saturating_sub(1), ..area };
    }
    let height = usize::from(area.height);
    if height == 0 {
        return;
    }
    model.height = height;
    let selected = model.selected_row();
    let at = selected.unwrap_or_default();
    model.top = model.top.max((at + 1).saturating_sub(height)).min(at);
    model.top = model.top.min(model.rows.len().saturating_sub(height));
    for (line, row) in model.rows.iter().skip(model.top).take(height).enumerate() {
        let is_selected = Some(model.top + line) == selected;
        put(buffer, area, line, &agent(model, row, &columns, area.width.into(), look, is_selected));
        if is_selected {
            let line =
                Rect { y: area.y.saturating_add(u16::try_from(line).unwrap_or_default()), height: 1, ..area };
            // One bar: colours and shades would break it into pieces.
            let bar =
                Style::new().fg(Color::Reset).remove_modifier(Modifier::DIM).add_modifier(Modifier::REVERSED);
            buffer.set_style(line.intersection(area), bar);
        }
    }
    if model.rows.is_empty() && !model.is_new {
        let nothing = match model.filter.is_empty() {
            true => "no agents yet; `exomonad init` starts the first".to_owned(),
            false => format!("no agent matches `{}`; Esc shows all", one_line(&model.filter)),
        };
        put(buffer, area, 0, &Line::styled(nothing, palette.style(Tone::Dim)));
    }
}

/// How many columns are left for the name.
fn name_width(columns: &[Column], room: usize) -> usize {
    let taken: usize = columns.iter().map(|column| column.width() + 1).sum();
    room.saturating_sub(taken)
}

fn head(columns: &[Column], room: usize, palette: Palette) -> Line<'static> {
    let mut text = fill("  AGENT", name_width(columns, room), false);
    for column in columns {
        text = format!("{text} {}", fill(column.head(), column.width(), column.is_number()));
    }
    Line::styled(text, palette.style(Tone::Dim))
}

fn agent(
    model: &Model,
    row: &Row,
    columns: &[Column],
    room: usize,
    look: Look,
    is_selected: bool,
) -> Line<'static> {
    let Look { palette, now_ms } = look;
    let Some(view) = model.agent(row) else { return Line::default() };
    let standing = Standing::of(view, &model.seen);
    let sign = standing.sign(palette.utf8);
    let before = if is_selected { ">" } else { " " };
    let head = format!("{before}{}", row.indent);
    let name = name_width(columns, room).saturating_sub(width(&head) + width(sign) + 1);
    let mut spans = vec![
        Span::styled(head, palette.style(Tone::Dim)),
        Span::styled(format!("{sign} "), palette.style(standing.tone())),
        Span::styled(fill(view.row.name.as_str(), name, false), palette.style(Tone::Bold)),
    ];
    for column in columns {
        let (text, tone) = column.cell(model, view, standing, now_ms);
        spans.push(Span::raw(" "));
        spans.push(Span::styled(fill(&text, column.width(), column.is_number()), palette.style(tone)));
    }
    Line::from(spans)
}

/// Who is selected, with what the columns have no room for.
fn details(model: &Model, palette: Palette) -> Line<'static> {
    let Some(view) = model.view() else { return Line::default() };
    let row = &view.row;
    let mut parts = vec![format!("{} in {}", one_line(&row.role), one_line(&row.harness))];
    parts.extend(view.spawn.as_ref().and_then(|spawn| spawn.launch.model.as_deref()).map(one_line));
    parts.extend(view.branch.as_deref().map(|branch| format!("branch {}", one_line(branch))));
    if let Some(tokens) = model.seen.tokens.get(row.name.as_str()) {
        parts.push(format!("context {}", token_words(tokens.context)));
        parts.push(format!("wrote {}", token_words(tokens.written)));
    }
    parts.extend(view.terminal());
    parts.extend(view.failure().map(one_line));
    Line::from(vec![
        Span::styled(format!(" {}", row.name), palette.style(Tone::Bold)),
        Span::raw(format!(": {}", parts.join(", "))),
    ])
}

fn draw_pane(buffer: &mut Buffer, area: Rect, model: &mut Model, pane: Pane, look: Look) {
    let palette = look.palette;
    let details_rows = usize::from(area.height > 3);
    if details_rows > 0 {
        put(buffer, area, 0, &details(model, palette));
    }
    put(buffer, area, details_rows, &tabs(model, pane, palette));
    let height = usize::from(area.height).saturating_sub(details_rows + 1);
    let page = page(model, pane, height, look.palette, look.now_ms);
    model.back = page.back;
    for (row, line) in page.lines.iter().enumerate() {
        put(buffer, area, details_rows + 1 + row, line);
    }
}

/// The panes' names, with the one that is seen and whom it is about.
fn tabs(model: &Model, pane: Pane, palette: Palette) -> Line<'static> {
    let mut spans = Vec::new();
    for other in Pane::ALL {
        let count = if other == Pane::Requests && !model.seen.requests.is_empty() {
            format!(" {}", model.seen.requests.len())
        } else {
            String::new()
        };
        let tone = if other == pane { Tone::Title } else { Tone::Dim };
        spans.push(Span::styled(format!(" {}{count} ", other.name()), palette.style(tone)));
    }
    let whom = model.selected.as_ref().filter(|_| model.is_narrow || pane == Pane::Screen);
    spans.extend(whom.map(|name| Span::styled(format!("  of {name}"), palette.style(Tone::Dim))));
    if model.back > 0 {
        spans.push(Span::styled(format!("  {} back", model.back), palette.style(Tone::Dim)));
    }
    Line::from(spans)
}

fn help(buffer: &mut Buffer, area: Rect, palette: Palette) {
    for (row, (key, what)) in KEYS.into_iter().enumerate() {
        let line =
            Line::from(vec![Span::styled(format!(" {key:<11}"), palette.style(Tone::Bold)), Span::raw(what)]);
        put(buffer, area, row, &line);
    }
    let signs = [
        (Standing::Running, "runs"),
        (Standing::Waiting, "waits"),
        (Standing::Asks, "wants you"),
        (Standing::Stuck, "stuck"),
        (Standing::Broken, "broken"),
        (Standing::Stopped, "ended"),
    ];
    let signs = signs.map(|(standing, word)| format!("{} {word}", standing.sign(palette.utf8)));
    put(buffer, area, KEYS.len(), &Line::raw(format!(" {:<11}{}", "signs", signs.join("  "))));
}

fn footing(model: &Model, palette: Palette, room: usize) -> Line<'static> {
    let typed = |prompt: String| {
        // The end of what is typed is what one looks at.
        let left = room.saturating_sub(width(&prompt) + 1);
        let mut shown = model.typed.chars();
        while width(shown.as_str()) > left && shown.next().is_some() {}
        let shown = shown.as_str();
        Line::from(vec![
            Span::styled(prompt, palette.style(Tone::Bold)),
            Span::raw(shown.to_owned()),
            Span::styled(" ", Modifier::REVERSED),
        ])
    };
    match &model.mode {
        Mode::Filter => typed("/".to_owned()),
        Mode::Send { to } => typed(format!("to {to}: ")),
        Mode::Confirm(order) => {
            let question = cut(&model.question(order), room.saturating_sub(6));
            Line::styled(format!("{question} [y/n]"), palette.style(Tone::Wanted))
        }
        Mode::Help => Line::styled("any key goes back", palette.style(Tone::Dim)),
        Mode::Look => match (&model.note, &model.doing) {
            (Some(Note { text, is_bad }), _) => {
                let tone = if *is_bad { Tone::Bad } else { Tone::Bold };
                Line::styled(one_line(text), palette.style(tone))
            }
            (None, Some(doing)) => Line::styled(doing.clone(), palette.style(Tone::Bold)),
            (None, None) => Line::styled(short_help(room), palette.style(Tone::Dim)),
        },
    }
}

/// As many keys as there is room for.
fn short_help(room: usize) -> String {
    let keys = [
        "? help",
        "q quit",
        "Enter attach",
        "a answer",
        "s send",
        "Tab pane",
        "/ filter",
        "x stop",
        "m merge",
    ];
    let mut text = String::new();
    for key in keys {
        let longer = if text.is_empty() { key.to_owned() } else { format!("{text}  {key}") };
        if width(&longer) > room {
            break;
        }
        text = longer;
    }
    text
}
