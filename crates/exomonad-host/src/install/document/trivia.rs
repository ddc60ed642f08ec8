//! What stands between two values: space, comments and at most one comma.

/// One piece of it, with its place in the whole text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) kind: PieceKind,
    pub(super) start: usize,
    pub(super) end: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PieceKind {
    Space,
    LineComment,
    BlockComment,
    Comma,
}

/// The pieces of the text from `start` to `end`, which must hold no value.
pub(super) fn pieces(text: &str, start: usize, end: usize) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = start;
    while let Some(rest) = text.get(at..end).filter(|rest| !rest.is_empty()) {
        let (kind, length) = if rest.starts_with("//") {
            (PieceKind::LineComment, rest.find(['\n', '\r']).unwrap_or(rest.len()))
        } else if rest.starts_with("/*") {
            (PieceKind::BlockComment, rest.find("*/").map_or(rest.len(), |close| close + 2))
        } else if rest.starts_with(',') {
            (PieceKind::Comma, 1)
        } else {
            (PieceKind::Space, rest.find(['/', ',']).unwrap_or(rest.len()))
        };
        let length = if length == 0 { rest.len() } else { length };
        pieces.push(Piece { kind, start: at, end: at + length });
        at += length;
    }
    pieces
}
