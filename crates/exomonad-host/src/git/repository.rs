//! Where a repository's parts are. Reads git's own files, since starting `git` would double the time of a hook.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::Pointer;

/// A repository, seen from one of its checkouts. All paths are absolute, symlinks resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// The top of this checkout.
    pub workspace: Utf8PathBuf,
    /// Git's directory for this checkout.
    pub git_dir: Utf8PathBuf,
    /// The directory that all checkouts share.
    pub common_dir: Utf8PathBuf,
    /// The top of the main checkout; the repository itself when it is bare.
    pub main: Utf8PathBuf,
    /// The top of the project: the main checkout, or for a standalone repository that of the project it belongs to.
    pub root: Utf8PathBuf,
}

/// Why there is no repository.
#[derive(Debug, thiserror::Error)]
pub enum RepositoryError {
    /// No parent directory holds one.
    #[error("`{dir}` is not inside a git repository")]
    None {
        /// Where the search began.
        dir: Utf8PathBuf,
    },
    /// A file that leads to it cannot be read or understood.
    #[error("failed to read `{path}`")]
    Read {
        /// The file.
        path: Utf8PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
}

impl Repository {
    /// Finds the repository that holds `dir`.
    ///
    /// # Errors
    /// There is none, or its files cannot be read.
    pub fn find(dir: &Utf8Path) -> Result<Self, RepositoryError> {
        let start = canonical(dir)?;
        for workspace in start.ancestors() {
            let dot_git = workspace.join(".git");
            let Ok(kind) = std::fs::metadata(&dot_git) else { continue };
            if kind.is_dir() && dot_git.join("HEAD").exists() {
                return Self::new(workspace, &dot_git);
            }
            if kind.is_file() {
                let target = read_link_file(&dot_git, "gitdir:")?;
                return Self::new(workspace, &workspace.join(target));
            }
        }
        Err(RepositoryError::None { dir: start })
    }

    fn new(workspace: &Utf8Path, git_dir: &Utf8Path) -> Result<Self, RepositoryError> {
        let git_dir = canonical(git_dir)?;
        let pointer = git_dir.join("commondir");
        let common_dir = if pointer.exists() {
            canonical(&git_dir.join(read_link_file(&pointer, "")?))?
        } else {
            git_dir.clone()
        };
        let main = if common_dir == git_dir {
            workspace.to_owned()
        } else if common_dir.file_name() == Some(".git") {
            common_dir.parent().unwrap_or(&common_dir).to_owned()
        } else {
            common_dir.clone()
        };
        let root = Pointer::of(&main).map_or_else(|| main.clone(), |pointer| pointer.project);
        Ok(Self { workspace: workspace.to_owned(), git_dir, common_dir, main, root })
    }

    /// Whether it is a standalone repository of a project. Only its pointer says so: who takes it for an agent's has to ask
    /// the project's database.
    #[must_use]
    pub fn is_standalone(&self) -> bool {
        self.main != self.root
    }

    /// Where exomonad keeps the project's state.
    #[must_use]
    pub fn state_dir(&self) -> Utf8PathBuf {
        self.root.join(".exomonad")
    }

    /// Where the project's database is.
    #[must_use]
    pub fn database(&self) -> Utf8PathBuf {
        self.state_dir().join("state.db")
    }

    /// The branch checked out here; absent when detached, or when git keeps it in another form.
    ///
    /// # Errors
    /// `HEAD` cannot be read.
    pub fn branch(&self) -> Result<Option<String>, RepositoryError> {
        let head = read(&self.git_dir.join("HEAD"))?;
        let branch = head.trim().strip_prefix("ref: refs/heads/").filter(|name| *name != ".invalid");
        Ok(branch.map(str::to_owned))
    }
}

fn read_link_file(path: &Utf8Path, prefix: &str) -> Result<String, RepositoryError> {
    let text = read(path)?;
    let target = text.trim().strip_prefix(prefix).map(str::trim).filter(|target| !target.is_empty());
    target.map(str::to_owned).ok_or_else(|| RepositoryError::Read {
        path: path.to_owned(),
        source: io::Error::new(io::ErrorKind::InvalidData, "it names no directory"),
    })
}

fn read(path: &Utf8Path) -> Result<String, RepositoryError> {
    std::fs::read_to_string(path).map_err(|source| RepositoryError::Read { path: path.to_owned(), source })
}

fn canonical(path: &Utf8Path) -> Result<Utf8PathBuf, RepositoryError> {
    path.canonicalize_utf8().map_err(|source| RepositoryError::Read { path: path.to_owned(), source })
}
