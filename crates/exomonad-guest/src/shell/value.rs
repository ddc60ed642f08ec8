//! What a word becomes: text that is known in part.

/// A stretch of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(String),
    /// `*`: anything within a name, but no leading dot.
    Star,
    /// `?`: one character.
    One,
    /// `[..]`: one character of a set, kept as written between the brackets.
    Class(String),
    /// An extended glob: anything within a name.
    Wild,
    /// An expansion whose result is not known.
    Unknown,
}

/// The value of one argument.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Value {
    pub(crate) pieces: Vec<Piece>,
    /// What the unknown pieces were made from, such as the arguments of the command in `$(..)`.
    pub(crate) origins: Vec<Vec<Piece>>,
}

impl Value {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self { pieces: vec![Piece::Text(text.into())], origins: Vec::new() }
    }

    pub(crate) fn unknown(origins: Vec<Vec<Piece>>) -> Self {
        Self { pieces: vec![Piece::Unknown], origins }
    }

    /// The whole text, when all of it is known.
    pub(crate) fn known(&self) -> Option<String> {
        let mut whole = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => whole.push_str(text),
                Piece::Star | Piece::One | Piece::Class(_) | Piece::Wild | Piece::Unknown => return None,
            }
        }
        Some(whole)
    }

    /// How much there is of it: bytes of text, and pieces that are not known.
    pub(crate) fn size(&self) -> usize {
        let sizes = self.pieces.iter().map(|piece| match piece {
            Piece::Text(text) | Piece::Class(text) => text.len() + 1,
            Piece::Star | Piece::One | Piece::Wild | Piece::Unknown => 1,
        });
        sizes.sum()
    }

    /// The text for a reader: globs as written, `$` for what is not known.
    pub(crate) fn shown(&self) -> String {
        let mut shown = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => shown.push_str(text),
                Piece::Star | Piece::Wild => shown.push('*'),
                Piece::One => shown.push('?'),
                Piece::Class(class) => shown.extend(["[", class, "]"]),
                Piece::Unknown => shown.push('$'),
            }
        }
        shown
    }

    /// The known text before the first piece that is not.
    pub(crate) fn head(&self) -> &str {
        match self.pieces.first() {
            Some(Piece::Text(text)) => text,
            Some(Piece::Star | Piece::One | Piece::Class(_) | Piece::Wild | Piece::Unknown) | None => "",
        }
    }

    /// The rest after a known beginning.
    pub(crate) fn after(&self, prefix: &str) -> Option<Self> {
        let rest = self.head().strip_prefix(prefix)?;
        let mut pieces = Vec::new();
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        pieces.extend(self.pieces.iter().skip(1).cloned());
        Some(Self { pieces, origins: self.origins.clone() })
    }

    /// What follows the first `=`, as in `--output=file`.
    pub(crate) fn after_equals(&self) -> Option<Self> {
        let (name, _) = self.head().split_once('=')?;
        self.after(&format!("{name}="))
    }

    pub(crate) fn push(&mut self, piece: Piece) {
        match (self.pieces.last_mut(), piece) {
            (_, Piece::Text(text)) if text.is_empty() => {}
            (Some(Piece::Text(whole)), Piece::Text(text)) => whole.push_str(&text),
            (_, piece) => self.pieces.push(piece),
        }
    }

    pub(crate) fn push_char(&mut self, char: char) {
        if let Some(Piece::Text(text)) = self.pieces.last_mut() {
            text.push(char);
        } else {
            self.pieces.push(Piece::Text(char.to_string()));
        }
    }

    pub(crate) fn is_option(&self) -> bool {
        let head = self.head();
        head.len() > 1 && head.starts_with('-') || head == "-" && self.pieces.len() > 1
    }
}
