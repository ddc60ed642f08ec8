//! Shows the story: on a terminal with the tree below it, redrawn in place; elsewhere line by line.

use std::io::{self, IsTerminal as _};

use exomonad_host::agent::view_agents;
use exomonad_host::store::Store;
use rustix::termios::tcgetwinsize;

use super::story::Line;
use crate::commands::project::now_ms;
use crate::commands::tree;
use crate::env::Env;
use crate::output::Output;

/// How wide an agent's name is shown.
const NAME: usize = 12;

/// How wide a terminal is that does not say.
const COLUMNS: usize = 80;

/// What is shown now.
pub(super) struct Screen<'a> {
    env: &'a Env,
    output: &'a Output,
    is_live: bool,
    /// The tree that stands below the lines.
    tree: Vec<String>,
}

impl<'a> Screen<'a> {
    pub(super) fn new(env: &'a Env, output: &'a Output) -> Self {
        let is_dumb = env.surroundings.variable("TERM").is_none_or(|term| term == "dumb");
        let is_live = io::stdout().is_terminal() && !is_dumb;
        Self { env, output, is_live, tree: Vec::new() }
    }

    /// Adds lines, and draws the tree anew below them.
    pub(super) fn show(&mut self, lines: &[Line], store: Option<&Store>) -> anyhow::Result<()> {
        let tree = match store.filter(|_| self.is_live) {
            Some(store) => self.draw_tree(store)?,
            None => Vec::new(),
        };
        if lines.is_empty() && tree == self.tree {
            return Ok(());
        }
        let mut text = self.erased();
        for line in lines {
            let words = format!("{:<NAME$} {}", line.agent, line.text);
            text.push_str(&self.output.line(line.mark, &self.cut(&words)));
        }
        for line in &tree {
            text.push_str(line);
            text.push('\n');
        }
        self.output.answer(&text)?;
        self.tree = tree;
        Ok(())
    }

    /// Takes the tree away.
    pub(super) fn clear(&mut self) -> io::Result<()> {
        let text = self.erased();
        self.tree.clear();
        self.output.answer(&text)
    }

    /// What erases the tree that stands there.
    fn erased(&self) -> String {
        match self.tree.len() {
            0 => String::new(),
            lines => format!("\x1b[{lines}A\x1b[J"),
        }
    }

    fn draw_tree(&self, store: &Store) -> anyhow::Result<Vec<String>> {
        let now_ms = now_ms();
        let drawn = tree::draw(self.env, &view_agents(store, now_ms)?, now_ms);
        Ok(std::iter::once(String::new()).chain(drawn.lines().map(|line| self.cut(line))).collect())
    }

    /// What fits on one line of a terminal: a line that wraps could not be erased.
    fn cut(&self, line: &str) -> String {
        if !self.is_live {
            return line.to_owned();
        }
        let columns = tcgetwinsize(io::stdout()).map_or(COLUMNS, |size| usize::from(size.ws_col));
        line.chars().take(columns.max(20) - 4).collect()
    }
}
