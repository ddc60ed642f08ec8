//! Adds entries, in place of older ones of ours.

use serde_json::{Map, Value};

use super::edit::{Item, insert, replace};
use super::problem::{DocumentError, Problem};
use super::remove::{containers_on_the_way, remove, sweep};
use super::style::Style;
use super::tree::{Kind, Node, parse, parse_leniently};
use super::{Change, Containers, Dialect, Known};
use crate::install::entry::{Entry, Place};
use crate::install::ours::is_moved_server;

pub(super) const BOM: &str = "\u{feff}";

/// Adds what is missing of `wanted`, and lets older entries of ours give way. Doing it twice changes nothing more.
///
/// # Errors
/// When the text is not valid in its dialect, when another type or a repeated key stands in the way, or when a
/// [`Place::Member`] holds a value that is not ours.
pub fn add(
    text: &str,
    dialect: Dialect,
    wanted: &[Entry],
    known: &Known,
) -> Result<(String, Vec<Change>), DocumentError> {
    let (bom, body) = split_bom(text);
    let root = parse(body, dialect)?;
    if wanted.is_empty() && root.is_none() {
        return Ok((text.to_owned(), Vec::new()));
    }
    let mut edited = match &root {
        Some(_) => body.to_owned(),
        None if body.trim().is_empty() => "{}\n".to_owned(),
        None if body.ends_with('\n') => format!("{body}{{}}\n"),
        None => format!("{body}\n{{}}\n"),
    };
    check_paths(&edited, wanted)?;
    let mut changes = Vec::new();
    edited = sweep(&edited, wanted, known, &mut changes)?;
    for entry in wanted {
        edited = add_entry(&edited, entry, known, &mut changes)?;
    }
    verify(body, &edited, dialect, wanted, known)?;
    Ok((format!("{bom}{edited}"), changes))
}

/// The entries that the text does not hold.
pub(crate) fn missing<'e>(text: &str, wanted: &'e [Entry]) -> Result<Vec<&'e Entry>, DocumentError> {
    let (_, body) = split_bom(text);
    let root = parse_leniently(body)?;
    let is_held = |entry: &Entry| {
        let Some(Lookup::Here(node)) = root.as_ref().and_then(|root| lookup(body, root, &entry.path).ok())
        else {
            return false;
        };
        match entry.place {
            Place::Member => node.to_value().as_ref() == Some(&entry.value),
            Place::Element => {
                let mut elements = node.elements().unwrap_or_default().iter();
                elements.any(|element| element.to_value().as_ref() == Some(&entry.value))
            }
        }
    };
    Ok(wanted.iter().filter(|entry| !is_held(entry)).collect())
}

/// What the text holds at a path.
pub(crate) enum Held {
    Nothing,
    Value(Value),
    /// A value that none of ours can be: with a key twice or a number too large.
    Other,
}

/// What stands at the keys' end.
pub(crate) fn held(text: &str, path: &[String]) -> Result<Held, DocumentError> {
    let (_, body) = split_bom(text);
    let Some(root) = parse_leniently(body)? else { return Ok(Held::Nothing) };
    Ok(match lookup(body, &root, path)? {
        Lookup::Here(node) => node.to_value().map_or(Held::Other, Held::Value),
        Lookup::Missing { .. } => Held::Nothing,
    })
}

/// The value at the keys' end, in a text of either dialect; nothing when the text has none there or cannot be read.
pub(crate) fn value_at(text: &str, path: &[String]) -> Option<Value> {
    match held(text, path) {
        Ok(Held::Value(value)) => Some(value),
        Ok(Held::Nothing | Held::Other) | Err(_) => None,
    }
}

/// What an install into `text` makes: the entries and the containers that are not there yet.
pub(crate) fn outline(text: &str, wanted: &[Entry]) -> Result<Known, DocumentError> {
    let (_, body) = split_bom(text);
    let root = parse_leniently(body)?;
    let mut created: Vec<Vec<String>> = Vec::new();
    for entry in wanted {
        let depth = match entry.place {
            Place::Element => entry.path.len(),
            Place::Member => entry.path.len().saturating_sub(1),
        };
        for length in 1..=depth {
            let path: Vec<String> = entry.path.iter().take(length).cloned().collect();
            let found = root.as_ref().map(|root| lookup(body, root, &path));
            if !matches!(found, Some(Ok(Lookup::Here(_)))) && !created.contains(&path) {
                created.push(path);
            }
        }
    }
    let entries = missing(text, wanted)?.into_iter().cloned().collect();
    Ok(Known { entries, containers: Containers::Created(created) })
}

/// Whether the text says nothing: no value, or an object without members, and no comment.
pub(crate) fn is_blank(text: &str) -> bool {
    let (_, body) = split_bom(text);
    let inside = body.trim();
    inside.is_empty()
        || inside
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
            .is_some_and(|inside| inside.trim().is_empty())
}

/// What stands at a path.
pub(super) enum Lookup<'n> {
    Here(&'n Node),
    /// The key number `depth` of the path is not in `container`.
    Missing {
        container: &'n Node,
        depth: usize,
    },
}

/// Follows the keys from `root`.
pub(super) fn lookup<'n>(text: &str, root: &'n Node, path: &[String]) -> Result<Lookup<'n>, DocumentError> {
    let mut node = root;
    for (depth, key) in path.iter().enumerate() {
        let Some(members) = node.members() else {
            return Err(wrong_type(text, node, path.get(..depth).unwrap_or_default(), "an object"));
        };
        let mut named = members.iter().filter(|member| &member.name == key);
        let Some(member) = named.next() else { return Ok(Lookup::Missing { container: node, depth }) };
        if let Some(second) = named.next() {
            let keys = path.get(..=depth).unwrap_or_default().join(".");
            return Err(DocumentError::new(text, second.start, Problem::DuplicateKey { keys }));
        }
        node = &member.value;
    }
    Ok(Lookup::Here(node))
}

fn wrong_type(text: &str, node: &Node, keys: &[String], wanted: &'static str) -> DocumentError {
    let keys = if keys.is_empty() { "the top level".to_owned() } else { keys.join(".") };
    DocumentError::new(text, node.start, Problem::WrongType { keys, found: node.type_name(), wanted })
}

pub(super) fn split_bom(text: &str) -> (&'static str, &str) {
    text.strip_prefix(BOM).map_or(("", text), |body| (BOM, body))
}

/// The root of a text that is known to have one.
pub(super) fn root_of(text: &str) -> Result<Node, DocumentError> {
    parse_leniently(text)?.ok_or_else(|| DocumentError::new(text, 0, Problem::NotVerified))
}

/// Sees that every path is free for us before the first edit.
fn check_paths(text: &str, wanted: &[Entry]) -> Result<(), DocumentError> {
    let root = root_of(text)?;
    if !matches!(root.kind, Kind::Object(_)) {
        return Err(wrong_type(text, &root, &[], "an object"));
    }
    for entry in wanted {
        if let Lookup::Here(node) = lookup(text, &root, &entry.path)?
            && entry.place == Place::Element
            && node.elements().is_none()
        {
            return Err(wrong_type(text, node, &entry.path, "an array"));
        }
    }
    Ok(())
}

fn add_entry(
    text: &str,
    entry: &Entry,
    known: &Known,
    changes: &mut Vec<Change>,
) -> Result<String, DocumentError> {
    if missing(text, std::slice::from_ref(entry))?.is_empty() {
        return Ok(text.to_owned());
    }
    let root = root_of(text)?;
    let style = Style::of(text, &root);
    match lookup(text, &root, &entry.path)? {
        Lookup::Missing { container, depth } => {
            let value = nested(entry, depth + 1);
            changes.push(Change::Added(entry.clone()));
            let key = entry.path.get(depth).map(String::as_str);
            Ok(insert(text, &style, container, &Item { key, value: &value }))
        }
        Lookup::Here(array) if entry.place == Place::Element => {
            changes.push(Change::Added(entry.clone()));
            Ok(insert(text, &style, array, &Item { key: None, value: &entry.value }))
        }
        Lookup::Here(node) => {
            let old = node.to_value();
            let was_added = known
                .entries
                .iter()
                .any(|known| known.path == entry.path && Some(&known.value) == old.as_ref());
            match old {
                Some(old) if was_added || is_moved_server(&old, &entry.value) => {
                    let (path, new) = (entry.path.clone(), entry.value.clone());
                    changes.push(Change::Replaced { path, old, new });
                    Ok(replace(text, &style, node, &entry.value))
                }
                Some(_) | None => {
                    let keys = entry.path.join(".");
                    Err(DocumentError::new(text, node.start, Problem::Taken { keys }))
                }
            }
        }
    }
}

/// The value of the key before `depth`: the entry inside the containers that are missing.
fn nested(entry: &Entry, depth: usize) -> Value {
    let innermost = match entry.place {
        Place::Element => Value::Array(vec![entry.value.clone()]),
        Place::Member => entry.value.clone(),
    };
    entry.path.iter().skip(depth).rev().fold(innermost, |value, key| {
        let mut object = Map::new();
        object.insert(key.clone(), value);
        Value::Object(object)
    })
}

/// Reads the edited text back: all we wanted is there, and without what is ours it says what it said before.
fn verify(
    before: &str,
    after: &str,
    dialect: Dialect,
    wanted: &[Entry],
    known: &Known,
) -> Result<(), DocumentError> {
    let fail = || DocumentError::new(after, 0, Problem::NotVerified);
    parse(after, dialect)?;
    if !missing(after, wanted)?.is_empty() {
        return Err(fail());
    }
    let entries: Vec<Entry> = wanted.iter().chain(&known.entries).cloned().collect();
    let mut containers = containers_on_the_way(before, &entries)?;
    containers.extend(containers_on_the_way(after, &entries)?);
    let ours = Known { entries, containers: Containers::Created(containers) };
    let (before, _) = remove(before, &ours)?;
    let (after, _) = remove(after, &ours)?;
    let is_same = match (parse_leniently(&before)?, parse_leniently(&after)?) {
        (Some(before), Some(after)) => before.says_the_same_as(&after),
        (None, Some(after)) => after.spans().is_empty(),
        (Some(_) | None, None) => false,
    };
    if is_same { Ok(()) } else { Err(fail()) }
}
