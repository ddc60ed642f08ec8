//! What `find` looks for.

use super::value::{Piece, Value};

/// The value with the globs that were quoted for `find`.
pub(crate) fn live(name: &Value) -> Value {
    let mut value = Value { pieces: Vec::new(), origins: name.origins.clone() };
    for piece in &name.pieces {
        let Piece::Text(text) = piece else {
            value.push(piece.clone());
            continue;
        };
        for char in text.chars() {
            match char {
                '*' => value.push(Piece::Wild),
                '?' => value.push(Piece::One),
                _ => value.push_char(char),
            }
        }
    }
    value
}

/// A path below `start` that is called `name`, at a depth that is not known.
pub(crate) fn anywhere(start: &Value, name: &Value) -> Value {
    let mut value = Value { pieces: vec![Piece::Unknown], origins: Vec::new() };
    value.push(Piece::Text("/".to_owned()));
    live(name).pieces.into_iter().for_each(|piece| value.push(piece));
    let head = start.head();
    if head.starts_with('/') || head.starts_with("..") || head.contains(".exomonad") {
        value.origins.push(start.pieces.clone());
    }
    value
}
