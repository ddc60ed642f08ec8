//! Where a path leads once symlinks are followed, whether or not its last parts exist.

use std::collections::VecDeque;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

/// As many links as Linux follows before it calls a path a loop.
const MAX_LINKS: usize = 40;

/// Follows every symlink on the way, also one that dangles. `None` for a relative path or a loop.
pub(super) fn resolve(path: &Utf8Path) -> Option<Utf8PathBuf> {
    if !path.is_absolute() {
        return None;
    }
    let mut left: VecDeque<String> = parts(path).collect();
    let mut resolved = Utf8PathBuf::from("/");
    let mut links = 0;
    while let Some(part) = left.pop_front() {
        if part == ".." {
            resolved.pop();
            continue;
        }
        let next = resolved.join(&part);
        let Ok(target) = next.read_link_utf8() else {
            resolved = next;
            continue;
        };
        links += 1;
        if links > MAX_LINKS {
            return None;
        }
        if target.is_absolute() {
            resolved = Utf8PathBuf::from("/");
        }
        for part in parts(&target).collect::<Vec<_>>().into_iter().rev() {
            left.push_front(part);
        }
    }
    Some(resolved)
}

fn parts(path: &Utf8Path) -> impl Iterator<Item = String> + '_ {
    path.components().filter_map(|component| match component {
        Utf8Component::Normal(part) => Some(part.to_owned()),
        Utf8Component::ParentDir => Some("..".to_owned()),
        Utf8Component::Prefix(_) | Utf8Component::RootDir | Utf8Component::CurDir => None,
    })
}
