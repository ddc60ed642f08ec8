//! Paths whose parts may be globs or not known at all, compared by their names alone.

use crate::shell::{Piece, Value};

/// An absolute directory as its names; absent when it is not known.
pub(crate) type Dir = Option<Vec<String>>;

/// Where a path begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    Root,
    /// Somewhere: the beginning is an expansion, or the directory is not known.
    Somewhere,
}

/// A path, `.` and `..` resolved by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path {
    pub(crate) start: Start,
    pub(crate) names: Vec<Vec<Piece>>,
    /// Globs match names with a leading dot.
    pub(crate) dotglob: bool,
}

/// How a path relates to a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    /// It is the place, or inside it.
    Inside,
    /// The place is inside it.
    Above,
    Apart,
}

/// The names of an absolute path; absent for any other.
pub(crate) fn dir(path: &str) -> Dir {
    if !path.starts_with('/') {
        return None;
    }
    let mut names = Vec::new();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." => {
                names.pop();
            }
            _ => names.push(name.to_owned()),
        }
    }
    Some(names)
}

/// The path with these names.
pub(crate) fn shown(names: &[String]) -> String {
    format!("/{}", names.join("/"))
}

impl Path {
    /// The path `value` names in `dir`.
    pub(crate) fn new(value: &Value, dir: &Dir, dotglob: bool) -> Self {
        Self::from_pieces(&value.pieces, dir, dotglob)
    }

    pub(crate) fn from_pieces(pieces: &[Piece], dir: &Dir, dotglob: bool) -> Self {
        let mut names: Vec<Vec<Piece>> = Vec::new();
        let absolute = matches!(pieces.first(), Some(Piece::Text(text)) if text.starts_with('/'));
        let start = match (absolute, pieces.first(), dir) {
            (true, _, _) => Start::Root,
            (false, Some(Piece::Unknown), _) | (false, _, None) => Start::Somewhere,
            (false, _, Some(dir)) => {
                names.extend(dir.iter().map(|name| vec![Piece::Text(name.clone())]));
                Start::Root
            }
        };
        let mut name: Vec<Piece> = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Text(text) => {
                    for (index, part) in text.split('/').enumerate() {
                        if index > 0 {
                            add(&mut names, std::mem::take(&mut name));
                        }
                        if !part.is_empty() {
                            name.push(Piece::Text(part.to_owned()));
                        }
                    }
                }
                Piece::Star | Piece::One | Piece::Class(_) | Piece::Wild | Piece::Unknown => {
                    name.push(piece.clone());
                }
            }
        }
        add(&mut names, name);
        Self { start, names, dotglob }
    }

    /// The whole path, when all of it is known.
    pub(crate) fn known(&self) -> Option<String> {
        let names = self.known_names();
        (self.start == Start::Root && names.len() == self.names.len()).then(|| shown(&names))
    }

    /// The path for a reader, with what is not known as `*`.
    pub(crate) fn shown(&self) -> String {
        let names: Vec<String> = self
            .names
            .iter()
            .map(|name| Value { pieces: name.clone(), origins: Vec::new() }.shown())
            .collect();
        if self.start == Start::Root { shown(&names) } else { names.join("/") }
    }

    /// The names before the first that is not known.
    pub(crate) fn known_names(&self) -> Vec<String> {
        if self.start == Start::Somewhere {
            return Vec::new();
        }
        self.names.iter().map_while(|name| text_of(name).map(ToOwned::to_owned)).collect()
    }

    /// This path with its known beginning replaced.
    pub(crate) fn with_beginning(&self, beginning: &[String], replaces: usize) -> Self {
        let names = beginning.iter().map(|name| vec![Piece::Text(name.clone())]);
        let rest = self.names.iter().skip(replaces).cloned();
        Self { start: Start::Root, names: names.chain(rest).collect(), dotglob: self.dotglob }
    }

    /// How this path relates to the place with these names, of which `*` is any name.
    pub(crate) fn relation<S: AsRef<str>>(&self, place: &[S]) -> Relation {
        match self.start {
            Start::Root => relation(&self.names, place, self.dotglob),
            Start::Somewhere => Relation::Apart,
        }
    }

    /// Whether `names` stand next to each other anywhere in this path, or end it in part when `in_part`.
    pub(crate) fn mentions(&self, names: &[&str], in_part: bool) -> bool {
        (0..self.names.len()).any(|start| {
            let rest = self.names.get(start..).unwrap_or_default();
            if rest.first().is_none_or(|first| known_length(first) < 2) {
                return false;
            }
            match relation(rest, names, self.dotglob) {
                Relation::Inside => true,
                Relation::Above => in_part,
                Relation::Apart => false,
            }
        })
    }
}

fn add(names: &mut Vec<Vec<Piece>>, name: Vec<Piece>) {
    match text_of(&name) {
        Some("" | ".") => {}
        Some("..") => {
            names.pop();
        }
        Some(_) | None => names.push(name),
    }
}

/// The text of a name that is known.
fn text_of(name: &[Piece]) -> Option<&str> {
    match name {
        [] => Some(""),
        [Piece::Text(text)] => Some(text),
        _ => None,
    }
}

fn known_length(name: &[Piece]) -> usize {
    name.iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.chars().count(),
            Piece::Class(_) => 1,
            Piece::Star | Piece::One | Piece::Wild | Piece::Unknown => 0,
        })
        .sum()
}

fn relation<S: AsRef<str>>(path: &[Vec<Piece>], place: &[S], dotglob: bool) -> Relation {
    let pairs = path.iter().zip(place);
    if !pairs.clone().all(|(name, place)| name_matches(name, place.as_ref(), dotglob)) {
        return Relation::Apart;
    }
    if path.len() >= place.len() { Relation::Inside } else { Relation::Above }
}

/// Whether a name can be `text`. A name that is not known at all is taken to be another one.
pub(crate) fn name_matches(name: &[Piece], text: &str, dotglob: bool) -> bool {
    if text == "*" {
        return true;
    }
    if name.iter().all(|piece| *piece == Piece::Unknown) {
        return false;
    }
    let leading_glob = matches!(name.first(), Some(Piece::Star | Piece::One | Piece::Class(_)));
    if leading_glob && text.starts_with('.') && !dotglob {
        return false;
    }
    let text: Vec<char> = text.chars().collect();
    let mut pattern = Vec::new();
    for piece in name {
        match piece {
            Piece::Text(text) => pattern.extend(text.chars().map(One::Char)),
            Piece::Star | Piece::Wild | Piece::Unknown => pattern.push(One::Many),
            Piece::One => pattern.push(One::Any),
            Piece::Class(class) => pattern.push(One::Class(class)),
        }
    }
    glob(&pattern, &text)
}

/// One step of a pattern.
enum One<'a> {
    Char(char),
    Any,
    Many,
    Class(&'a str),
}

/// Matches with one place to come back to, so the time is at most the product of the lengths.
fn glob(pattern: &[One<'_>], text: &[char]) -> bool {
    let (mut at, mut in_text) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while let Some(char) = text.get(in_text) {
        let fits = match pattern.get(at) {
            Some(One::Many) => {
                back = Some((at + 1, in_text));
                at += 1;
                continue;
            }
            Some(One::Char(wanted)) => wanted == char,
            Some(One::Any) => true,
            Some(One::Class(class)) => class_has(class, *char),
            None => false,
        };
        if fits {
            at += 1;
            in_text += 1;
        } else if let Some((pattern_at, text_at)) = back {
            at = pattern_at;
            in_text = text_at + 1;
            back = Some((pattern_at, in_text));
        } else {
            return false;
        }
    }
    pattern.iter().skip(at).all(|one| matches!(one, One::Many))
}

fn class_has(class: &str, char: char) -> bool {
    if class.contains("[:") || class.contains("[.") || class.contains("[=") {
        return true;
    }
    let (negated, class) = match class.strip_prefix(['!', '^']) {
        Some(class) => (true, class),
        None => (false, class),
    };
    let members: Vec<char> = class.chars().collect();
    let mut found = false;
    let mut index = 0;
    while let Some(&from) = members.get(index) {
        match (members.get(index + 1), members.get(index + 2)) {
            (Some('-'), Some(&to)) => {
                found |= (from..=to).contains(&char);
                index += 3;
            }
            _ => {
                found |= from == char;
                index += 1;
            }
        }
    }
    found != negated
}

/// Whether `pattern`, in which `*` is any text, is all of `text`.
pub(crate) fn wildcard(pattern: &str, text: &str) -> bool {
    let pattern: Vec<One<'_>> =
        pattern.chars().map(|char| if char == '*' { One::Many } else { One::Char(char) }).collect();
    glob(&pattern, &text.chars().collect::<Vec<char>>())
}
