//! Git: finds a repository by reading files, and asks the program for everything else.

mod porcelain;
mod remote;
mod repository;

pub use porcelain::{Git, GitError};
pub use repository::{Repository, RepositoryError};
