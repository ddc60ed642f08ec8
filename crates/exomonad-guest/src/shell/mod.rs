//! What a shell command would run: a parser for sh and the common parts of bash, and a walk over what it parsed.
//!
//! Never runs anything, and never guesses: what is not known stays [`Piece::Unknown`], and what is not understood is
//! [`Unparseable`].

mod ansi;
mod ast;
mod brace;
mod builtin;
mod call;
mod compound;
mod cursor;
mod decided;
mod dollar;
mod expand;
pub(crate) mod find;
mod output;
mod parse;
mod state;
#[cfg(test)]
mod tests;
mod value;
mod walk;
mod word;
mod wrap;

pub(crate) use cursor::Unparseable;
pub(crate) use decided::decided;
pub(crate) use state::Place;
pub(crate) use value::{Piece, Value};
pub(crate) use walk::{Step, StepKind, steps};
