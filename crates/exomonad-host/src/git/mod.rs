//! Git: finds a repository and its branches by reading files, and asks the program for everything else.

mod advance;
mod both;
mod compare;
mod history;
mod merge;
mod objects;
mod pointer;
mod porcelain;
mod refs;
mod remote;
mod repository;
mod standing;
mod tracking;
mod write;

pub(crate) use advance::{Committer, NewCommit};
pub(crate) use both::both;
pub(crate) use compare::Difference;
pub(crate) use merge::{Attributes, Author, MergedTree, Which};
pub use pointer::Pointer;
pub use porcelain::{Git, GitError};
pub use repository::{Repository, RepositoryError};
pub use standing::{Change, ChangeKind, Standing};
