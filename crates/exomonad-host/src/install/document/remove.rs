//! Takes our entries out, and what we made to hold them.

use serde_json::Value;

use super::add::{Lookup, lookup, missing, root_of, split_bom};
use super::edit::{cut, is_bare, replace};
use super::problem::{DocumentError, Problem};
use super::style::Style;
use super::tree::{Node, parse_leniently};
use super::{Change, Containers, Known, element};
use crate::install::entry::{Entry, Place};
use crate::install::ours::{is_moved_server, is_our_handler, is_ours};

/// Takes out the entries that are known or recognised as ours, and the containers of ours that hold nothing then.
///
/// # Errors
/// When the text cannot be read at all, or a key on the way to an entry of ours stands twice.
pub fn remove(text: &str, known: &Known) -> Result<(String, Vec<Change>), DocumentError> {
    let (bom, body) = split_bom(text);
    if parse_leniently(body)?.is_none() {
        return Ok((text.to_owned(), Vec::new()));
    }
    let mut changes = Vec::new();
    let edited = sweep(body, &[], known, &mut changes)?;
    root_of(&edited)?;
    Ok((format!("{bom}{edited}"), changes))
}

/// Takes out what is ours and not among `keep`; an element that `keep` lacks takes the place of one that goes.
pub(super) fn sweep(
    text: &str,
    keep: &[Entry],
    known: &Known,
    changes: &mut Vec<Change>,
) -> Result<String, DocumentError> {
    let mut text = text.to_owned();
    let mut pending = known.entries.clone();
    let mut emptied = Vec::new();
    for path in element_paths(&text, keep, known)? {
        while let Some(edited) = sweep_array(&text, &path, keep, &mut pending, changes)? {
            text = edited;
            emptied.push(path.clone());
        }
    }
    for entry in known.entries.iter().filter(|entry| entry.place == Place::Member) {
        let is_kept = keep.iter().any(|kept| kept.path == entry.path);
        if !is_kept && let Some(edited) = sweep_member(&text, entry, changes)? {
            text = edited;
            emptied.push(parent(&entry.path));
        }
    }
    let mut containers = match &known.containers {
        Containers::Created(paths) => paths.clone(),
        Containers::Emptied => prefixes(&emptied),
    };
    containers.retain(|path| !keep.iter().any(|kept| kept.path.starts_with(path)));
    containers.sort_by_key(|path| std::cmp::Reverse(path.len()));
    for path in containers {
        text = cut_if_bare(&text, &path)?.unwrap_or(text);
    }
    Ok(text)
}

/// Every container that leads to one of the entries or to a hook group.
pub(super) fn containers_on_the_way(
    text: &str,
    entries: &[Entry],
) -> Result<Vec<Vec<String>>, DocumentError> {
    if parse_leniently(text)?.is_none() {
        return Ok(Vec::new());
    }
    let mut paths = element_paths(text, entries, &Known::nothing())?;
    let members = entries.iter().filter(|entry| entry.place == Place::Member);
    paths.extend(members.map(|entry| parent(&entry.path)));
    Ok(prefixes(&paths))
}

/// The arrays to look through: those of the entries, and those beside an array of hook groups.
fn element_paths(text: &str, keep: &[Entry], known: &Known) -> Result<Vec<Vec<String>>, DocumentError> {
    let root = root_of(text)?;
    let mut paths: Vec<Vec<String>> = Vec::new();
    for entry in keep.iter().chain(&known.entries).filter(|entry| entry.place == Place::Element) {
        if !paths.contains(&entry.path) {
            paths.push(entry.path.clone());
        }
    }
    let groups = paths.iter().filter_map(|path| path.split_last()).map(|(_, parent)| parent.to_vec());
    let mut parents: Vec<Vec<String>> = groups.filter(|parent| parent.last().is_some_and(is_hooks)).collect();
    parents.push(vec!["hooks".to_owned()]);
    for parent in parents {
        let Ok(Lookup::Here(node)) = lookup(text, &root, &parent) else { continue };
        let members = node.members().unwrap_or_default();
        for member in members {
            let path = [parent.as_slice(), std::slice::from_ref(&member.name)].concat();
            let is_single = members.iter().filter(|other| other.name == member.name).count() == 1;
            if is_single && member.value.elements().is_some() && !paths.contains(&path) {
                paths.push(path);
            }
        }
    }
    Ok(paths)
}

fn is_hooks(key: &String) -> bool {
    key == "hooks"
}

/// One edit in one array, or nothing when nothing in it has to go.
fn sweep_array(
    text: &str,
    path: &[String],
    keep: &[Entry],
    pending: &mut Vec<Entry>,
    changes: &mut Vec<Change>,
) -> Result<Option<String>, DocumentError> {
    let root = root_of(text)?;
    let Some(array) = find(text, &root, path)? else { return Ok(None) };
    let mut seen: Vec<Value> = Vec::new();
    for (index, node) in array.elements().unwrap_or_default().iter().enumerate() {
        let Some(value) = node.to_value() else { continue };
        let found = element(path, value);
        let is_repeated = is_ours(&found.value) && seen.contains(&found.value);
        if keep.contains(&found) && !is_repeated {
            seen.push(found.value);
            continue;
        }
        let recorded = pending.iter().position(|entry| *entry == found);
        if recorded.is_none() && !is_ours(&found.value) {
            if let Some(edited) = sweep_group(text, node) {
                changes.push(Change::Removed(found));
                return Ok(Some(edited));
            }
            continue;
        }
        if let Some(recorded) = recorded {
            pending.remove(recorded);
        }
        let heirs: Vec<Entry> = keep.iter().filter(|entry| entry.path == path).cloned().collect();
        if let Some(heir) = missing(text, &heirs)?.first() {
            let new = heir.value.clone();
            let edited = replace(text, &Style::of(text, &root), node, &new);
            changes.push(Change::Replaced { path: path.to_vec(), old: found.value, new });
            return Ok(Some(edited));
        }
        changes.push(Change::Removed(found));
        return Ok(cut(text, array, index));
    }
    Ok(None)
}

/// Takes a hook of ours out of a group that also holds the user's.
fn sweep_group(text: &str, group: &Node) -> Option<String> {
    let hooks = group.members()?.iter().find(|member| member.name == "hooks")?;
    let is_ours = |hook: &Node| hook.to_value().is_some_and(|hook| is_our_handler(&hook));
    let index = hooks.value.elements()?.iter().position(is_ours)?;
    cut(text, &hooks.value, index)
}

/// Takes the member out while it still holds what we put there.
fn sweep_member(
    text: &str,
    entry: &Entry,
    changes: &mut Vec<Change>,
) -> Result<Option<String>, DocumentError> {
    let root = root_of(text)?;
    let Some(value) = find(text, &root, &entry.path)?.and_then(Node::to_value) else { return Ok(None) };
    if value != entry.value && !is_moved_server(&value, &entry.value) {
        return Ok(None);
    }
    changes.push(Change::Removed(Entry { value, ..entry.clone() }));
    Ok(cut_member(text, &root, &entry.path))
}

fn cut_if_bare(text: &str, path: &[String]) -> Result<Option<String>, DocumentError> {
    let root = root_of(text)?;
    let is_container = |node: &&Node| node.elements().is_some() || node.members().is_some();
    let found = find(text, &root, path)?.filter(is_container).filter(|node| is_bare(text, node));
    Ok(found.and_then(|_| cut_member(text, &root, path)))
}

fn cut_member(text: &str, root: &Node, path: &[String]) -> Option<String> {
    let (key, parent) = path.split_last()?;
    let Ok(Lookup::Here(object)) = lookup(text, root, parent) else { return None };
    let index = object.members()?.iter().position(|member| &member.name == key)?;
    cut(text, object, index)
}

/// What stands at the path. The user may have put another type in the way: then nothing of ours is there.
fn find<'n>(text: &str, root: &'n Node, path: &[String]) -> Result<Option<&'n Node>, DocumentError> {
    match lookup(text, root, path) {
        Ok(Lookup::Here(node)) => Ok(Some(node)),
        Ok(Lookup::Missing { .. }) => Ok(None),
        Err(DocumentError { problem: Problem::WrongType { .. }, .. }) => Ok(None),
        Err(err) => Err(err),
    }
}

fn parent(path: &[String]) -> Vec<String> {
    path.split_last().map(|(_, parent)| parent.to_vec()).unwrap_or_default()
}

/// The paths and all above them.
fn prefixes(paths: &[Vec<String>]) -> Vec<Vec<String>> {
    let mut all: Vec<Vec<String>> = Vec::new();
    for path in paths {
        for length in 1..=path.len() {
            let prefix: Vec<String> = path.iter().take(length).cloned().collect();
            if !all.contains(&prefix) {
                all.push(prefix);
            }
        }
    }
    all
}
