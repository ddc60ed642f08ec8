//! Reads branches from git's own files, since starting `git` takes a hundred times as long. What the files do not say, the
//! program is asked for.

use camino::{Utf8Component, Utf8Path};

use super::Git;

const BRANCHES: &str = "refs/heads/";

impl Git {
    /// The commit of a branch that git keeps in a file of its own. A branch that is in no such file may be there all the
    /// same: packed with others, or kept in another form.
    pub(super) fn loose_branch(&self, revision: &str) -> Option<String> {
        let name = revision.strip_prefix(BRANCHES).map(Utf8Path::new)?;
        if !name.components().all(|part| matches!(part, Utf8Component::Normal(_))) {
            return None;
        }
        let text = std::fs::read_to_string(self.repository().common_dir.join(revision)).ok()?;
        Some(text.trim_end().to_owned()).filter(|id| is_id(id))
    }

    /// What the symbolic ref of this name points to; nothing when only the program can tell.
    pub(super) fn symbolic(&self, name: &str) -> Option<Option<String>> {
        let common_dir = &self.repository().common_dir;
        match std::fs::read_to_string(common_dir.join(name)) {
            Ok(text) => text.trim_end().strip_prefix("ref: ").map(|target| Some(target.trim().to_owned())),
            // Git never packs these.
            Err(err)
                if err.kind() == std::io::ErrorKind::NotFound && !common_dir.join("reftable").exists() =>
            {
                Some(None)
            }
            Err(_) => None,
        }
    }
}

/// Whether it is the whole id of an object.
fn is_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
