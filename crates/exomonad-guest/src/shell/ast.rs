//! The syntax tree of a shell command.

use std::cell::OnceCell;
use std::rc::Rc;

use super::value::Piece;

/// Chains in the order in which they run.
pub(crate) type Script = Vec<Chain>;

/// Pipelines joined by `&&` and `||`.
#[derive(Debug, Clone)]
pub(crate) struct Chain {
    pub(crate) first: Pipeline,
    pub(crate) rest: Vec<(Link, Pipeline)>,
    pub(crate) background: bool,
}

/// What joins a pipeline to the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Link {
    And,
    Or,
}

/// Commands joined by `|`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pipeline {
    pub(crate) commands: Vec<Rc<Command>>,
    /// `!` or `coproc` stands before it: its exit status is not that of its last command.
    pub(crate) negated: bool,
}

#[derive(Debug, Clone)]
pub(crate) enum Command {
    Simple(Simple),
    Compound(Compound, Vec<Redirect>),
    Function(String, Rc<Self>),
}

/// A program with its arguments, or assignments alone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Simple {
    pub(crate) assignments: Vec<Assignment>,
    pub(crate) words: Vec<Word>,
    pub(crate) redirects: Vec<Redirect>,
}

#[derive(Debug, Clone)]
pub(crate) struct Assignment {
    pub(crate) name: String,
    pub(crate) appends: bool,
    /// More than one for an array.
    pub(crate) values: Vec<Word>,
}

#[derive(Debug, Clone)]
pub(crate) enum Compound {
    Group(Script),
    Subshell(Script),
    /// Branches and loops: any of these may run, any number of times. The words are only evaluated.
    Maybe(Vec<Word>, Vec<Script>),
    For(String, Option<Vec<Word>>, Script),
    /// `[[ .. ]]` and `(( .. ))`: words that are only evaluated.
    Test(Vec<Word>),
}

#[derive(Debug, Clone)]
pub(crate) enum Redirect {
    Read(Word),
    Write(Word),
    /// `<<<`, or a here-document, whose body comes after the line.
    Text(Rc<OnceCell<Word>>),
}

/// One word as written: its parts side by side.
pub(crate) type Word = Vec<Part>;

#[derive(Debug, Clone)]
pub(crate) enum Part {
    /// Text that stands for itself.
    Text {
        text: String,
        quoted: bool,
    },
    /// An unquoted glob operator.
    Glob(Piece),
    /// An unquoted `{`, `,` or `}` that may be brace expansion.
    Mark(char),
    /// `~` or `~name` where the shell expands it.
    Tilde(String),
    Parameter {
        name: String,
        change: Change,
        quoted: bool,
    },
    Command {
        script: Rc<Script>,
        quoted: bool,
    },
    /// `<(..)` and `>(..)`.
    Process(Rc<Script>),
    /// `$((..))`.
    Arithmetic(Word),
}

/// What `${name..}` does to the value.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    None,
    /// `${x:-word}`, `${x:=word}` and their like: the value or the word.
    Or(Word),
    /// Anything else: the result is not known, but comes from the value and these words.
    Other(Word),
}

/// The word's text when it is literal, unquoted and known.
pub(crate) fn bare(word: &Word) -> Option<&str> {
    match word.as_slice() {
        [Part::Text { text, quoted: false }] => Some(text),
        _ => None,
    }
}
