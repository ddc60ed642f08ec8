//! Where git finds objects, and where it puts new ones.

use camino::Utf8Path;

use super::Git;

/// The variable that has git look for objects elsewhere, too.
const BORROW: &str = "GIT_ALTERNATE_OBJECT_DIRECTORIES";
/// The variable that has git put new objects elsewhere.
const KEEP: &str = "GIT_OBJECT_DIRECTORY";

impl Git {
    /// Git that also finds the objects of another repository.
    #[must_use]
    pub(crate) fn borrowing(&self, common_dir: &Utf8Path) -> Self {
        self.clone().env([(BORROW, objects(common_dir))])
    }

    /// Git that finds the objects of several repositories, and puts new ones into a directory that is thrown away.
    #[must_use]
    pub(crate) fn scratch(&self, dir: &Utf8Path, common_dirs: &[&Utf8Path]) -> Self {
        let borrowed: Vec<_> = common_dirs.iter().map(|common_dir| objects(common_dir)).collect();
        self.clone().env([(KEEP, dir.to_string()), (BORROW, borrowed.join(":"))])
    }
}

/// The objects of a repository, as [`BORROW`] takes them: quoted, since a colon would end the path.
fn objects(common_dir: &Utf8Path) -> String {
    let path = common_dir.join("objects");
    format!("\"{}\"", path.as_str().replace('\\', "\\\\").replace('"', "\\\""))
}
