//! A project: a repository with exomonad's state in it.

mod create;
mod installed;

pub use create::{CreateError, Created, create, hide};
pub use installed::{Installed, installed};
