//! Git: finds a repository by reading files, and asks the program for everything else.

mod history;
mod objects;
mod pointer;
mod porcelain;
mod remote;
mod repository;
mod standing;
mod write;

pub use pointer::Pointer;
pub use porcelain::{Git, GitError};
pub use repository::{Repository, RepositoryError};
pub use standing::{Change, ChangeKind, Standing};
