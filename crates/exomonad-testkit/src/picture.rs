//! Pictures of terminals for the documents: a screen as SVG, the same bytes for the same screen.
//!
//! Every run of text says how wide it is, so that a reader's own fixed-width font keeps the columns.

use std::fmt::Write as _;
use std::num::NonZeroU16;

use vt100::{Cell, Color, Parser, Screen};

/// A cell's size, and where in it the letters stand.
const WIDTH: f64 = 8.4;
const HEIGHT: f64 = 17.0;
const BASE: f64 = 12.5;

/// What is around the screen.
const MARGIN: f64 = 12.0;

const PAPER: &str = "#1e2228";
const INK: &str = "#d8dee6";

/// The first 16 colours of a terminal, chosen for [`PAPER`].
const COLORS: [&str; 16] = [
    "#1e2228", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d8dee6", "#7f8895",
    "#ef8a92", "#b5d99c", "#f0d399", "#8cc5f5", "#d8a0e8", "#83d0da", "#ffffff",
];

/// What a terminal of so many rows and columns shows that is sent this.
///
/// # Panics
/// There is no row, or no column.
#[must_use]
pub fn screen(codes: &str, rows: u16, columns: u16) -> Parser {
    let size = |count: u16| NonZeroU16::new(count).expect("a terminal has rows and columns");
    let mut parser = Parser::new(size(rows), size(columns), 0);
    parser.process(codes.as_bytes());
    parser
}

/// Lines that a program prints, as they are seen in a terminal that is as large as they are.
#[must_use]
pub fn printed(text: &str) -> String {
    let rows = text.lines().count().max(1);
    let columns = text.lines().map(|line| line.chars().count()).max().unwrap_or_default().max(40);
    let size = |count: usize| u16::try_from(count).expect("a page of text");
    let codes = text.trim_end_matches('\n').replace('\n', "\r\n");
    svg(screen(&codes, size(rows), size(columns)).screen())
}

/// A screen as a picture.
#[must_use]
pub fn svg(screen: &Screen) -> String {
    let (rows, columns) = screen.size();
    let (rows, columns) = (rows.get(), columns.get());
    let width = f64::from(columns) * WIDTH + 2.0 * MARGIN;
    let height = f64::from(rows) * HEIGHT + 2.0 * MARGIN;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.1} {height:.1}\">\n\
         <style>text{{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;white-space:pre;fill:{INK}}}.b{{font-weight:700}}.d{{opacity:.6}}.i{{font-style:italic}}.u{{text-decoration:underline}}</style>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{PAPER}\"/>\n"
    );
    for row in 0..rows {
        let runs = runs(screen, row, columns);
        paint(&runs, row, &mut text).expect("a string takes everything");
        for run in &runs {
            run.draw(row, &mut text).expect("a string takes everything");
        }
    }
    text.push_str("</svg>\n");
    text
}

/// How a cell looks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Look {
    ink: Option<String>,
    paper: Option<String>,
    classes: String,
}

impl Look {
    fn of(cell: &Cell) -> Self {
        let (mut ink, mut paper) = (color(cell.fgcolor()), color(cell.bgcolor()));
        if cell.inverse() {
            (ink, paper) = (paper.or(Some(PAPER.to_owned())), ink.or(Some(INK.to_owned())));
        }
        let marks = [(cell.bold(), "b"), (cell.dim(), "d"), (cell.italic(), "i"), (cell.underline(), "u")];
        let classes: Vec<_> = marks.into_iter().filter(|(is_so, _)| *is_so).map(|(_, class)| class).collect();
        Self { ink, paper, classes: classes.join(" ") }
    }
}

/// Cells beside each other that look the same.
struct Run {
    column: u16,
    columns: u16,
    text: String,
    look: Look,
}

fn runs(screen: &Screen, row: u16, columns: u16) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for column in 0..columns {
        let Some(cell) = screen.cell(row, column).filter(|cell| !cell.is_wide_continuation()) else {
            continue;
        };
        let look = Look::of(cell);
        let text = if cell.has_contents() { cell.contents() } else { " " };
        let width = if cell.is_wide() { 2 } else { 1 };
        // What is wide in one font is not in another, so it stands alone.
        match runs.last_mut() {
            Some(run)
                if run.look == look && width == 1 && run.columns as usize == run.text.chars().count() =>
            {
                run.text.push_str(text);
                run.columns += 1;
            }
            _ => runs.push(Run { column, columns: width, text: text.to_owned(), look }),
        }
    }
    runs
}

/// Draws what is behind a row's text; in one piece what is of one colour, for there would be seams.
fn paint(runs: &[Run], row: u16, into: &mut String) -> std::fmt::Result {
    for runs in runs.chunk_by(|one, next| one.look.paper == next.look.paper) {
        let [first, ..] = runs else { continue };
        let Some(paper) = &first.look.paper else { continue };
        let (x, width) = place(first.column, runs.iter().map(|run| run.columns).sum());
        let y = f64::from(row) * HEIGHT + MARGIN;
        writeln!(
            into,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{HEIGHT:.0}\" fill=\"{paper}\"/>"
        )?;
    }
    Ok(())
}

impl Run {
    fn draw(&self, row: u16, into: &mut String) -> std::fmt::Result {
        let y = f64::from(row) * HEIGHT + MARGIN;
        // Blanks need no letters; a line under them does.
        let is_lined = self.look.classes.contains('u');
        let begun = if is_lined { self.text.as_str() } else { self.text.trim_start_matches(' ') };
        let text = if is_lined { begun } else { begun.trim_end_matches(' ') };
        if text.is_empty() {
            return Ok(());
        }
        let blanks = u16::try_from(self.text.len() - begun.len()).expect("a screen's width");
        let wide = self.columns
            - u16::try_from(self.text.chars().count()).expect("a screen's width").min(self.columns);
        let count = u16::try_from(text.chars().count()).expect("a screen's width") + wide;
        let (x, width) = place(self.column + blanks, count);
        write!(into, "<text x=\"{x:.1}\" y=\"{:.1}\" textLength=\"{width:.1}\"", y + BASE)?;
        if !self.look.classes.is_empty() {
            write!(into, " class=\"{}\"", self.look.classes)?;
        }
        if let Some(ink) = &self.look.ink {
            write!(into, " style=\"fill:{ink}\"")?;
        }
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        writeln!(into, ">{text}</text>")
    }
}

/// Where cells begin, and how wide they are.
fn place(column: u16, columns: u16) -> (f64, f64) {
    (f64::from(column) * WIDTH + MARGIN, f64::from(columns) * WIDTH)
}

/// A colour by its name in SVG; absent for the terminal's own.
fn color(color: Color) -> Option<String> {
    match color {
        Color::Default => None,
        Color::Idx(index @ 0..16) => COLORS.get(usize::from(index)).map(|color| (*color).to_owned()),
        Color::Idx(index @ 16..232) => {
            let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
            let cube = index - 16;
            Some(rgb(level(cube / 36), level(cube / 6 % 6), level(cube % 6)))
        }
        Color::Idx(index) => {
            let gray = 8 + 10 * (index - 232);
            Some(rgb(gray, gray, gray))
        }
        Color::Rgb(red, green, blue) => Some(rgb(red, green, blue)),
    }
}

fn rgb(red: u8, green: u8, blue: u8) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

#[cfg(test)]
mod tests {
    use super::{printed, screen, svg};

    fn body(codes: &str, columns: u16) -> String {
        let picture = svg(screen(codes, 1, columns).screen());
        let lines = picture.lines().skip(3).filter(|line| *line != "</svg>");
        lines.map(|line| format!("{line}\n")).collect()
    }

    #[test]
    fn a_screen_is_drawn_run_by_run_with_its_looks_and_its_text_escaped() {
        assert_eq!(
            body("a <b>&\x1b[1;31m!\x1b[0;7m x \x1b[0m", 12),
            "<rect x=\"70.8\" y=\"12.0\" width=\"25.2\" height=\"17\" fill=\"#d8dee6\"/>\n\
             <text x=\"12.0\" y=\"24.5\" textLength=\"50.4\">a &lt;b&gt;&amp;</text>\n\
             <text x=\"62.4\" y=\"24.5\" textLength=\"8.4\" class=\"b\" style=\"fill:#e06c75\">!</text>\n\
             <text x=\"79.2\" y=\"24.5\" textLength=\"8.4\" style=\"fill:#1e2228\">x</text>\n"
        );
        assert_eq!(
            body("日x\x1b[38;5;196m.\x1b[38;2;1;2;3m.\x1b[38;5;244m.", 8),
            "<text x=\"12.0\" y=\"24.5\" textLength=\"16.8\">日</text>\n\
             <text x=\"28.8\" y=\"24.5\" textLength=\"8.4\">x</text>\n\
             <text x=\"37.2\" y=\"24.5\" textLength=\"8.4\" style=\"fill:#ff0000\">.</text>\n\
             <text x=\"45.6\" y=\"24.5\" textLength=\"8.4\" style=\"fill:#010203\">.</text>\n\
             <text x=\"54.0\" y=\"24.5\" textLength=\"8.4\" style=\"fill:#808080\">.</text>\n"
        );
        assert_eq!(body("   ", 8), "");
    }

    #[test]
    fn what_a_program_prints_has_a_picture_of_its_own_size() {
        let picture = printed("one\ntwo\n");
        assert!(
            picture.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"360\" height=\"58\""),
            "{picture}"
        );
        assert!(picture.contains(">two</text>"), "{picture}");
    }
}
