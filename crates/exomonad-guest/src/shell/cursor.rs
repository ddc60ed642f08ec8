//! The text being parsed and the place in it.

use std::cell::OnceCell;
use std::rc::Rc;

use super::ast::Word;

/// Why a command could not be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unparseable(pub(crate) &'static str);

/// Commands nested deeper are not followed: nobody writes them, and the stack is small.
pub(super) const MAX_DEPTH: usize = 40;
const MAX_RETRIES: usize = 16;
const MAX_CHARS: usize = 1 << 20;

/// A here-document that was announced and whose body has not come yet.
pub(super) struct Pending {
    pub(super) delimiter: String,
    pub(super) quoted: bool,
    pub(super) strips_tabs: bool,
    pub(super) body: Rc<OnceCell<Word>>,
}

pub(super) struct Cursor {
    chars: Vec<char>,
    position: usize,
    retries: usize,
    pub(super) depth: usize,
    pub(super) pending: Vec<Pending>,
}

impl Cursor {
    pub(super) fn new(text: &str, depth: usize) -> Result<Self, Unparseable> {
        if text.len() > MAX_CHARS {
            return Err(Unparseable("it is too long"));
        }
        if depth > MAX_DEPTH {
            return Err(Unparseable("it is nested too deeply"));
        }
        Ok(Self { chars: text.chars().collect(), position: 0, retries: 0, depth, pending: Vec::new() })
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.peek_at(0)
    }

    pub(super) fn peek_at(&self, offset: usize) -> Option<char> {
        self.chars.get(self.position + offset).copied()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.position += 1;
        Some(char)
    }

    pub(super) fn skip(&mut self, count: usize) {
        self.position = (self.position + count).min(self.chars.len());
    }

    pub(super) fn position(&self) -> usize {
        self.position
    }

    pub(super) fn rewind(&mut self, position: usize) {
        self.position = position;
    }

    /// Goes back to read the same text in another way, which is allowed a few times only.
    pub(super) fn retry(&mut self, position: usize) -> Result<(), Unparseable> {
        self.retries += 1;
        if self.retries > MAX_RETRIES {
            return Err(Unparseable("`((` is not closed"));
        }
        self.position = position;
        Ok(())
    }

    pub(super) fn looking_at(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(offset, char)| self.peek_at(offset) == Some(char))
    }

    /// Takes `text` if it comes next.
    pub(super) fn eat(&mut self, text: &str) -> bool {
        let found = self.looking_at(text);
        if found {
            self.skip(text.chars().count());
        }
        found
    }

    /// The text up to the next `end`, which is taken too.
    pub(super) fn until(&mut self, end: char) -> Result<String, Unparseable> {
        let mut text = String::new();
        loop {
            match self.next() {
                Some(char) if char == end => return Ok(text),
                Some(char) => text.push(char),
                None => return Err(Unparseable("a quote is not closed")),
            }
        }
    }

    /// The rest of the line; the newline is taken and not returned. Absent at the end of the text.
    pub(super) fn line(&mut self) -> Option<String> {
        self.peek()?;
        let mut line = String::new();
        while let Some(char) = self.next() {
            if char == '\n' {
                break;
            }
            line.push(char);
        }
        Some(line)
    }

    /// Runs `parse` one level deeper.
    pub(super) fn nested<T>(
        &mut self,
        parse: impl FnOnce(&mut Self) -> Result<T, Unparseable>,
    ) -> Result<T, Unparseable> {
        if self.depth >= MAX_DEPTH {
            return Err(Unparseable("it is nested too deeply"));
        }
        self.depth += 1;
        let result = parse(self);
        self.depth -= 1;
        result
    }
}
